// Receivers that misbehave: what is sent to them, how often, and what becomes of it.
import { readFileSync } from 'node:fs';
import { verifyWebhook } from '../../engine/src/client/verify-webhook.ts';
import { type Answer, type AnsweringReceiver, answering, say } from '../events/answering.ts';
import {
  createDeliveryWorld,
  type DeliveryWorld,
  type DeliveryWorldOptions,
} from '../events/delivery-world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let world: DeliveryWorld;
const receivers: AnsweringReceiver[] = [];
afterEach(async () => {
  await world.close();
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function receiverOf(...given: Parameters<typeof answering>): Promise<AnsweringReceiver> {
  const receiver = await answering(...given);
  receivers.push(receiver);
  return receiver;
}
async function subscribed(answers: Answer | readonly Answer[], options: DeliveryWorldOptions = {}) {
  const receiver = await receiverOf(answers);
  world = await createDeliveryWorld(options);
  const { id, secret } = await world.subscribe({ url: receiver.url });
  return { receiver, id, secret };
}
async function end() {
  const call = await world.call({ status: 'ended' });
  await world.record(call, 'call.ended', { id: call.id });
  return call;
}
const ends = async (count: number): Promise<void> => {
  for (let at = 0; at < count; at++) await end();
};
const ids = (receiver: AnsweringReceiver) =>
  receiver.received.map(({ headers }) => headers['webhook-id']);

describe('F1: a receiver that answers 500', () => {
  it('F1: is tried ten times over 75.6 hours with one id, a new timestamp and a valid signature each', async () => {
    const { receiver, secret } = await subscribed(say(500));
    await end();
    const started = world.clock.now();
    await world.runToTheEnd();
    expect((world.clock.now() - started) / HOUR_MS).toBeCloseTo(75.6, 0);
    expect(receiver.received.length).toBe(10);
    expect(new Set(ids(receiver)).size).toBe(1);
    const times = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(new Set(times).size).toBe(10);
    for (const { headers, body } of receiver.received) {
      const now = Number(headers['webhook-timestamp']) * 1_000;
      expect(verifyWebhook({ body, headers, secret, now }).ok).toBe(true);
    }
    expect(await world.list()).toMatchObject([
      { status: 'dead', tries: 10, last_status: 500, next_try_at: null },
    ]);
  });

  it('F1: is told of as a dead letter, which can be replayed for 30 days with the same id', async () => {
    const { receiver, secret } = await subscribed(say(500));
    const call = await end();
    await world.runToTheEnd();
    expect(await world.attentionTold()).toMatchObject([
      {
        kind: 'dead_letter',
        call_id: call.id,
        mode: 'test',
        text: expect.stringContaining('127.0.0.1'),
      },
    ]);
    const [dead] = await world.list();
    receiver.answer = say(200);
    expect(await world.deliveryList.replay('live', dead?.id ?? '')).toMatchObject({
      failure: 'not_found',
    });
    const replayed = await world.deliveryList.replay('test', dead?.id ?? '');
    expect(replayed).toMatchObject({ ok: true, value: { status: 'pending', tries: 10 } });
    expect(await world.deliveryList.replay('test', dead?.id ?? '')).toMatchObject({
      failure: 'delivery_not_replayable',
    });
    await world.runToTheEnd();
    expect(new Set(ids(receiver)).size).toBe(1);
    const last = receiver.received.at(-1);
    const now = Number(last?.headers['webhook-timestamp']) * 1_000;
    expect(Math.abs(now - world.clock.now())).toBeLessThan(5_000);
    expect(
      verifyWebhook({ body: last?.body ?? '', headers: last?.headers ?? {}, secret, now }).ok,
    ).toBe(true);
    expect(await world.list()).toMatchObject([{ status: 'delivered', tries: 11 }]);
    world.jump(30 * DAY_MS);
    expect(await world.deliveryList.replay('test', dead?.id ?? '')).toMatchObject({
      failure: 'delivery_not_replayable',
    });
  });

  it('F1: a replay begins the schedule anew: ten more tries', async () => {
    const receiver = await receiverOf(say(500));
    world = await createDeliveryWorld();
    const call = await world.call({ status: 'ended' }, { url: receiver.url });
    await world.record(call, 'call.ended');
    await world.runToTheEnd();
    const [dead] = await world.list();
    await world.deliveryList.replay('test', dead?.id ?? '');
    await world.runToTheEnd();
    expect(receiver.received.length).toBe(20);
    expect(await world.list()).toMatchObject([{ status: 'dead', tries: 20 }]);
  });

  it('F1: all that died since a moment is replayed at once, oldest first, and nothing else', async () => {
    const { receiver, id } = await subscribed(say(503));
    await end();
    await world.runToTheEnd();
    receiver.answer = say(200);
    await end();
    await world.runToTheEnd();
    receiver.answer = say(503);
    world.jump(1_000);
    const since = world.clock.now();
    await ends(3);
    await world.runToTheEnd();
    receiver.answer = say(200);
    await end();
    await world.runToTheEnd();
    const before = receiver.received.length;
    const which = { since, statuses: ['dead'] as const };
    expect(await world.deliveryList.replayAll('live', id, which)).toBeUndefined();
    expect(await world.deliveryList.replayAll('test', id, which)).toEqual({
      replayed: 3,
      more: false,
    });
    await world.runToTheEnd();
    expect(receiver.received.length).toBe(before + 3);
    expect((await world.list({ status: 'dead' })).length).toBe(1);
    expect(
      await world.deliveryList.replayAll('test', id, { since, statuses: ['delivered'] }),
    ).toEqual({
      replayed: 4,
      more: false,
    });
  });
});

it('F2: 410 ends the webhook: nothing more is sent, what waited is kept as dead letters, and people are told', async () => {
  const { receiver, id } = await subscribed(say(410));
  await end();
  await world.runDue();
  expect(receiver.received.length).toBe(1);
  await end();
  await world.runToTheEnd();
  expect(receiver.received.length).toBe(1);
  expect(await world.webhooks.find('test', id)).toBeUndefined();
  expect(await world.webhooks.list('test')).toEqual([]);
  const [dead, ...more] = await world.list();
  expect(more).toEqual([]);
  expect(dead).toMatchObject({ status: 'dead', last_status: 410 });
  expect(await world.deliveryList.replay('test', dead?.id ?? '')).toMatchObject({
    failure: 'delivery_not_replayable',
  });
  expect(await world.attentionTold()).toMatchObject([{ kind: 'webhook_unsubscribed', object: id }]);
});

describe('F3: a receiver that never comes to an end', () => {
  const FAST = 30;

  it('F3: that sends 1 GiB is cut at 16 KiB, and its 200 counts', async () => {
    let written = 0;
    const { receiver } = await subscribed((response) => {
      const chunk = Buffer.alloc(64 * 1_024);
      response.writeHead(200, { 'content-length': String(2 ** 30) });
      const more = (): void => {
        while (!response.destroyed && written < 2 ** 30) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    });
    await end();
    await world.runToTheEnd();
    expect(receiver.received.length).toBe(1);
    expect(await world.list()).toMatchObject([{ status: 'delivered' }]);
    // What sockets on both sides hold, not what the receiver would have liked to send.
    expect(written).toBeLessThan(32 * 1_024 * 1_024);
  });

  it('F3: that drips a byte a second is left after 15 seconds, and its 200 counts', async () => {
    let closed = 0;
    const { receiver } = await subscribed(
      (response) => {
        response.writeHead(200).write('.');
        const drip = setInterval(() => response.write('.'), 1_000 / FAST);
        response.once('close', () => {
          clearInterval(drip);
          closed = world.clock.now();
        });
      },
      { rate: FAST },
    );
    await end();
    const started = world.clock.now();
    await world.runDue();
    expect(receiver.received.length).toBe(1);
    expect(await world.list()).toMatchObject([{ status: 'delivered' }]);
    const tookMs = world.clock.now() - started;
    expect(tookMs).toBeGreaterThanOrEqual(14_000);
    expect(tookMs).toBeLessThan(30_000);
    await world.runToTheEnd(() => closed > 0);
  });

  it('F3 F4: that never answers is given up after 15 seconds and gets the same id again', async () => {
    const { receiver } = await subscribed([() => undefined, say(200)], { rate: FAST });
    await end();
    const started = world.clock.now();
    await world.runDue();
    const tookMs = world.clock.now() - started;
    expect(tookMs).toBeGreaterThanOrEqual(15_000);
    expect(tookMs).toBeLessThan(30_000);
    expect(await world.list()).toMatchObject([{ status: 'pending', last_failure: 'timeout' }]);
    await world.runToTheEnd();
    expect(new Set(ids(receiver)).size).toBe(1);
    expect(await world.list()).toMatchObject([{ status: 'delivered', tries: 2 }]);
  });

  it('F3: has at most eight sends of its host open at once; another receiver gets everything meanwhile', async () => {
    let open = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const { receiver: slow } = await subscribed((response) => {
      most = Math.max(most, ++open);
      waiting.push(() => {
        open--;
        response.writeHead(200).end();
      });
    });
    const quick = await receiverOf();
    await world.subscribe({ url: quick.url.replace('127.0.0.1', 'localhost') });
    await ends(20);
    const running: Promise<number>[] = [];
    // As a worker does: whoever comes back later makes room for others.
    while (quick.received.length < 20) {
      running.push(world.runDue());
      world.jump(100);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(slow.received.length).toBe(8);
    expect(most).toBe(8);
    slow.answer = say(200);
    for (const answer of waiting) answer();
    await Promise.all(running);
    await world.runToTheEnd();
    expect(new Set(ids(slow)).size).toBe(20);
    expect(await world.list({ status: 'delivered' })).toHaveLength(40);
  });
});

it('F4: a receiver that takes an event too slowly gets it again with the same id, so it can drop it', async () => {
  const taken = new Set<unknown>();
  const keep = (
    response: Parameters<Answer>[0],
    received: Parameters<Answer>[2],
    answer: boolean,
  ) => {
    taken.add(received.headers['webhook-id']);
    if (answer) response.writeHead(200).end();
  };
  const late: Answer = (response, _request, received) => keep(response, received, false);
  const { receiver } = await subscribed(
    [late, late, (response, _request, received) => keep(response, received, true)],
    { egress: { timeouts: { totalMs: 200 } } },
  );
  await end();
  await world.runToTheEnd();
  expect(receiver.received.length).toBe(3);
  expect(taken.size).toBe(1);
  expect(new Set(receiver.received.map(({ body }) => body.toString())).size).toBe(1);
});

it('F5: after a secret was replaced, tries carry two signatures for 24 hours, then one', async () => {
  const { receiver, id, secret } = await subscribed(say(500));
  await end();
  await world.runDue();
  const rotated = await world.webhooks.rotateSecret('test', id);
  const newer = rotated?.secret ?? '';
  expect(newer).not.toBe(secret);
  expect(await world.webhooks.rotateSecret('live', id)).toBeUndefined();
  await world.runToTheEnd();
  const until = Date.parse(rotated?.previous_secret_until ?? '');
  expect(receiver.received.length).toBe(10);
  const seen = receiver.received.map(({ headers, body }, index) => {
    const now = Number(headers['webhook-timestamp']) * 1_000;
    const proves = (key: string) => verifyWebhook({ body, headers, secret: key, now }).ok;
    const expected = index === 0 ? [true, false] : [now < until, true];
    expect([proves(secret), proves(newer)]).toEqual(expected);
    return proves(secret);
  });
  expect(seen).toContain(false);
  expect(seen.filter(Boolean).length).toBeGreaterThan(2);
});

it('F6: line separators, emoji and markup arrive as the bytes that were signed', async () => {
  const { receiver, secret } = await subscribed(say(200));
  const call = await world.call({ status: 'ended' });
  const summary = '\u2028\u2029 😀 </script> "\\u0000" é';
  await world.record(call, 'call.ended', { id: call.id, summary });
  await world.runToTheEnd();
  const [one] = receiver.received;
  expect(one?.event.data['summary']).toBe(summary);
  expect(verifyWebhook({ body: one?.body ?? '', headers: one?.headers ?? {}, secret }).ok).toBe(
    true,
  );
});

describe('F8: a receiver whose certificate does not hold', () => {
  const pem = (name: string): string =>
    readFileSync(new URL(`../outgoing/certificates/${name}.pem`, import.meta.url), 'utf8');

  it.each(['self-signed', 'expired', 'other-host'])(
    'F8: %s: a tls_error that is tried again, and no request in the clear',
    async (name) => {
      const tls = { key: pem('key'), cert: pem(name) };
      const receiver = await receiverOf(say(200), { tls, host: 'receiver.test' });
      const { port } = new URL(receiver.url);
      world = await createDeliveryWorld({
        egress: {
          allowedHosts: [`receiver.test:${port}`],
          lookup: async () => [{ address: '127.0.0.1', family: 4 }],
        },
      });
      await world.subscribe({ url: receiver.url });
      await end();
      await world.runDue();
      expect(receiver.received).toEqual([]);
      expect(await world.list()).toMatchObject([
        { status: 'pending', last_failure: 'tls_error', last_status: null },
      ]);
    },
  );
});

describe('E15: a new subscription that refuses', () => {
  it('E15: its first five events with 4xx is paused; what happens meanwhile is kept and sent when it goes on', async () => {
    const { receiver, id } = await subscribed(say(404));
    await ends(4);
    await world.runDue();
    expect(await world.webhooks.find('test', id)).toMatchObject({ status: 'active' });
    await end();
    await world.runDue();
    expect(await world.webhooks.find('test', id)).toMatchObject({
      ...{ status: 'paused', pause_reason: 'refused', paused_at: expect.any(String) },
    });
    expect(await world.attentionTold()).toMatchObject([{ kind: 'webhook_paused', object: id }]);
    await ends(2);
    await world.runToTheEnd();
    expect(receiver.received.length).toBe(5);
    expect(await world.list({ status: 'paused' })).toHaveLength(7);

    receiver.answer = say(200);
    expect(await world.webhooks.update('test', id, { paused: false })).toMatchObject({
      ...{ status: 'active', pause_reason: null, paused_at: null, failing_since: null },
    });
    await world.runToTheEnd();
    expect(new Set(ids(receiver)).size).toBe(7);
    expect(receiver.received.length).toBe(12);
    expect(await world.list({ status: 'delivered' })).toHaveLength(7);
  });

  it('E15: a platform that answers 400 is never paused', async () => {
    const { id } = await subscribed(say(400));
    await ends(8);
    await world.runToTheEnd();
    expect(await world.webhooks.find('test', id)).toMatchObject({ status: 'active' });
    expect(await world.list({ status: 'dead' })).toHaveLength(8);
  });

  it('a webhook that takes nothing for five days is paused, and nothing of it is lost', async () => {
    const { receiver, id } = await subscribed(say(502));
    await end();
    await world.runToTheEnd();
    world.jump(2 * DAY_MS);
    await ends(3);
    await world.runDue();
    expect(await world.webhooks.find('test', id)).toMatchObject({
      ...{ status: 'paused', pause_reason: 'failing' },
    });
    expect((await world.attentionTold()).map(({ kind }) => kind)).toEqual([
      'webhook_paused',
      'dead_letter',
    ]);
    receiver.answer = say(200);
    await world.webhooks.update('test', id, { paused: false });
    await world.runToTheEnd();
    expect((await world.list({ status: 'delivered' })).length).toBe(3);
  });
});
