import { Webhook } from 'standardwebhooks';
import { verifyWebhook } from '../../engine/src/client/verify-webhook.ts';
import { deliver } from '../../engine/src/events/deliver.ts';
import { type Answer, type AnsweringReceiver, answering, say } from './answering.ts';
import {
  createDeliveryWorld,
  type DeliveryWorld,
  type DeliveryWorldOptions,
} from './delivery-world.ts';

let world: DeliveryWorld;
let receiver: AnsweringReceiver;
afterEach(async () => {
  await world.close();
  await receiver.close();
});

/** A world with one subscription that gives these answers in turn. */
async function subscribed(answers: Answer | readonly Answer[], options: DeliveryWorldOptions = {}) {
  receiver = await answering(answers);
  world = await createDeliveryWorld(options);
  return world.subscribe({ url: receiver.url });
}
async function end(change: object = {}) {
  const call = await world.call({ status: 'ended', ...change });
  await world.record(call, 'call.ended', { id: call.id, summary: '\u2028 Olá 😀 </script> é' });
  return call;
}
const only = async () => {
  const [delivery] = await world.list();
  if (!delivery) throw new Error('no delivery');
  return delivery;
};

describe('delivering', () => {
  it('F6: the receiver gets the recorded bytes, signed so that both verifiers accept them', async () => {
    const { secret } = await subscribed(say(200));
    await end();
    await world.runToTheEnd();
    const [stored] = await world.database.query<{ body: string; id: string }>(
      'SELECT id, body FROM events',
    );
    const [one] = receiver.received;
    expect(one?.body).toEqual(Buffer.from(stored?.body ?? ''));
    expect(one?.body.toString()).toContain('\u2028 Olá 😀 </script> é');
    expect(one?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Recado',
      'webhook-id': stored?.id,
    });
    expect(one?.headers).not.toHaveProperty('authorization');
    const headers = (one?.headers ?? {}) as Record<string, string>;
    const body = one?.body ?? '';
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(stored?.body ?? ''));
    expect(verifyWebhook({ body, headers, secret }).ok).toBe(true);
    expect(await only()).toMatchObject({
      status: 'delivered',
      tries: 1,
      last_status: 200,
      last_failure: null,
    });
  });

  it('the own address of a call gets its token as bearer, and is signed with the secret of the key', async () => {
    receiver = await answering(say(204));
    world = await createDeliveryWorld();
    const call = await world.call({ status: 'ended' });
    await world.database.transaction(async (tx) => {
      await world.webhooks.addForCall(tx, call, {
        url: receiver.url,
        token: 'token-1',
        events: ['call.ended'],
      });
    });
    await world.record(call, 'call.ended');
    await world.runToTheEnd();
    const [one] = receiver.received;
    expect(one?.headers.authorization).toBe('Bearer token-1');
    const secret = await world.secretOfKey();
    expect(verifyWebhook({ body: one?.body ?? '', headers: one?.headers ?? {}, secret }).ok).toBe(
      true,
    );
    expect(await world.list()).toMatchObject([
      {
        webhook_id: null,
        url_host: new URL(receiver.url).host,
        call_id: call.id,
        status: 'delivered',
      },
    ]);
    expect(JSON.stringify(await world.list())).not.toMatch(/hush|token-1/);
  });

  it('a receiver that resets the connection is tried again', async () => {
    await subscribed([(_response, request) => request.socket.resetAndDestroy(), say(200)]);
    await end();
    await world.runDue();
    expect(await only()).toMatchObject({ status: 'pending', last_failure: 'connection_failed' });
    await world.runToTheEnd();
    expect(await only()).toMatchObject({ status: 'delivered', tries: 2, last_failure: null });
  });

  it('a receiver that asks for time gets it', async () => {
    await subscribed(say(429, { 'retry-after': '600' }));
    await end();
    await world.runDue();
    const { last_try_at, next_try_at } = await only();
    expect(Date.parse(next_try_at ?? '') - Date.parse(last_try_at ?? '')).toBe(600_000);
  });

  it('a job repeated before its time sends nothing and comes back when due', async () => {
    await subscribed(say(500));
    await end();
    await world.runDue();
    const { id, next_try_at } = await only();
    expect(await deliver(id, world.ports)).toEqual({ again_at: Date.parse(next_try_at ?? '') });
    expect(receiver.received).toHaveLength(1);
  });

  it('a try that two nodes made at once is counted once, and neither forgets the next', async () => {
    await subscribed(say(500));
    await end();
    const { id } = await only();
    const again = await Promise.all([deliver(id, world.ports), deliver(id, world.ports)]);
    expect(receiver.received).toHaveLength(2);
    const { tries, next_try_at } = await only();
    expect(tries).toBe(1);
    expect(again).toEqual([1, 2].map(() => ({ again_at: Date.parse(next_try_at ?? '') })));
  });

  it('a delivery that is settled, or whose webhook is gone, sends nothing', async () => {
    const { id } = await subscribed(say(200));
    await end();
    await world.runToTheEnd();
    expect(await deliver((await only()).id, world.ports)).toBeUndefined();
    await end();
    await world.webhooks.unsubscribe('test', id);
    await world.runToTheEnd();
    expect(receiver.received).toHaveLength(1);
    expect(await world.list({ status: 'dead' })).toHaveLength(1);
  });

  it('E9: an address that has become forbidden counts as a try and is tried again', async () => {
    receiver = await answering();
    world = await createDeliveryWorld();
    await world.subscribe({ url: 'https://10.0.0.5/hook' });
    await end();
    await world.runDue();
    expect(await only()).toMatchObject({
      ...{ status: 'pending', tries: 1, last_status: null },
      last_failure: 'blocked_destination',
    });
  });

  it('each try leaves one log line with host, event, try, status and time, and neither path, body, secret nor token', async () => {
    const { id } = await subscribed([say(500), say(200)]);
    const call = await end({ task: 'Olá' });
    await world.runToTheEnd();
    expect(world.lines).toHaveLength(2);
    const { host } = new URL(receiver.url);
    expect(world.lines[0]).toMatchObject({
      ...{ msg: 'delivery tried', event_type: 'call.ended', webhook_id: id, url_host: host },
      ...{ call_id: call.id, number: 1, state: 'pending', last_status: 500 },
    });
    expect(world.lines[1]).toMatchObject({
      ...{ number: 2, state: 'delivered', last_status: 200, took_ms: expect.any(Number) },
    });
    expect(JSON.stringify(world.lines)).not.toMatch(/\/hook|hush|Olá|whsec_/);
  });
});
