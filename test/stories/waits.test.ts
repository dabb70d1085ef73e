// Somebody waits for calls to end: answered at once when all are over, else nudged once.

import { verifyWebhook } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import type { NewWait, Wait } from '../../engine/src/contract/wait.ts';
import { newSigningSecret } from '../../engine/src/events/sign.ts';
import { makeKey } from '../../engine/src/http/api-key.ts';
import { someone } from '../ended-once.ts';
import { createReceiver, type Receiver } from '../receiver.ts';
import { createWorld, pause, type World } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';

let world: World;
let platform: Receiver;
beforeAll(async () => {
  world = await createWorld();
  platform = await createReceiver();
});
afterAll(async () => {
  await platform.close();
  await world.close();
});
afterEach(() => {
  platform.answers.length = 0;
});

async function place(behaviour: Parameters<typeof someone>[0], more: object = {}): Promise<string> {
  const retry = { max_attempts: 1 };
  const body = { phone_number: someone(behaviour), task: TASK, retry, ...more };
  return (await world.client.placeCall({ body })).id;
}
const later = (): object => ({
  schedule: { at: new Date(world.clock.now() + 3_600_000).toISOString() },
});
const over = (): Promise<string> => place('busy', { phone_number: '', on_refusal: 'result' });

type New = NewWait & { calls?: Call[] };
const wait = async (body: object): Promise<New> =>
  (await world.client.createWait({ body: body as never })) as New;

const nudges = (waitId: string) =>
  platform.received.filter(({ body }) => JSON.parse(body).wait_id === waitId);

async function until(test: () => boolean | Promise<boolean>, seconds = 25): Promise<void> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  while (!(await test())) {
    if (signal.aborted) throw new Error(`not within ${seconds} s`);
    await pause(30);
  }
}
const look = async (location: string): Promise<{ status: number; body: Wait }> => {
  const answer = await fetch(location);
  return { status: answer.status, body: (await answer.json()) as Wait };
};

describe('a wait', () => {
  it('for calls that are over: the calls, at once and in order, and nothing is sent', async () => {
    const call_ids = [await over(), await over()];
    const before = platform.received.length;
    const answer = await wait({
      call_ids: [...call_ids, ...call_ids],
      url: platform.url,
      until: 60,
    });
    expect(answer.calls?.map(({ id }) => id)).toEqual(call_ids);
    expect(answer.calls?.[0]).toMatchObject({ status: 'ended', outcome: 'invalid_number' });
    expect(platform.received).toHaveLength(before);
  });

  it('for calls that go on: one signed nudge when the last one has ended, then all calls in one request', async () => {
    const call_ids = [await place('busy'), await over(), await place('unreachable')];
    const { id, location, ...made } = await wait({
      ...{ call_ids, url: platform.url, token: 'secret-of-the-platform', until: 3_600 },
    });
    expect(made).toMatchObject({ status: 'open', done: false, total: 3 });
    expect(location).toMatch(new RegExp(`^${world.url}/waits/${id}/[\\w-]{40,}$`));
    for (const callId of call_ids) await world.ended(callId);
    await until(() => nudges(id).length > 0);
    const [nudge] = nudges(id);
    expect(JSON.parse(nudge?.body ?? '')).toEqual({ wait_id: id, done: true, ended: 3, total: 3 });
    expect(nudge?.headers['authorization']).toBe('Bearer secret-of-the-platform');
    const { webhook_secret } = await world.client.getAccount();
    const verify = (secret: string) =>
      verifyWebhook({
        ...{ headers: nudge?.headers ?? {}, body: nudge?.body ?? '', secret },
        now: world.clock.now(),
      });
    // Signed with the key's secret, and not an event.
    expect(verify(webhook_secret)).toEqual({ ok: false, failure: 'invalid_body' });
    expect(verify(newSigningSecret())).toEqual({ ok: false, failure: 'wrong_signature' });
    const read = (await world.client.getWait({ params: { id }, query: {} })) as Wait & {
      calls: Call[];
    };
    expect(read).toMatchObject({ status: 'done', done: true, ended: 3, next_cursor: null });
    expect(read.calls.map((call) => call.id)).toEqual(call_ids);
    expect(read.calls[2]).toMatchObject({ status: 'ended', outcome: 'no_answer' });
    expect(nudges(id)).toHaveLength(1);
  });

  it.each([409, 425, 404])(
    'is told again by a platform that answers %i because it does not wait yet',
    async (status) => {
      platform.answers.push(status);
      const { id } = await wait({ call_ids: [await place('busy')], url: platform.url, until: 600 });
      await until(() => nudges(id).length === 2);
      expect(new Set(nudges(id).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    },
  );

  it('whose time is over is told so, once, and not again when the call ends', async () => {
    const callId = await place('busy', later());
    const { id, location } = await wait({ call_ids: [callId], url: platform.url, until: 5 });
    await until(() => nudges(id).length > 0);
    expect(JSON.parse(nudges(id)[0]?.body ?? '')).toEqual({
      ...{ wait_id: id, done: false, ended: 0, total: 1 },
    });
    await world.client.cancelCall({ params: { id: callId } });
    await until(async () => (await look(location)).body.done);
    expect((await look(location)).body).toMatchObject({ status: 'timed_out', ended: 1 });
    // A wait for the same call that is made now says that everything later would have been sent.
    expect((await wait({ call_ids: [callId], url: platform.url, until: 5 })).calls).toHaveLength(1);
    expect(nudges(id)).toHaveLength(1);
  });

  it('that is withdrawn is silent; withdrawing needs no key and may be repeated', async () => {
    const callId = await place('busy', later());
    const { id, location } = await wait({ call_ids: [callId], url: platform.url, until: 600 });
    const other = await wait({ call_ids: [callId], url: platform.url, until: 600 });
    for (const _ of [1, 2]) expect((await fetch(location, { method: 'DELETE' })).status).toBe(204);
    expect((await look(location)).body.status).toBe('withdrawn');
    await world.client.cancelCall({ params: { id: callId } });
    await until(() => nudges(other.id).length === 1);
    expect(nudges(id)).toEqual([]);
  });

  it('that is withdrawn while its nudge is refused is not told again', async () => {
    platform.answers.push(503);
    const { id, location } = await wait({
      call_ids: [await place('busy')],
      url: platform.url,
      until: 600,
    });
    await until(() => nudges(id).length === 1);
    expect((await fetch(location, { method: 'DELETE' })).status).toBe(204);
    const next = await wait({ call_ids: [await place('busy')], url: platform.url, until: 600 });
    // The second try of the first wait would have been due long before.
    const due = world.clock.now() + 20_000;
    await until(() => nudges(next.id).length === 1 && world.clock.now() > due);
    expect(nudges(id)).toHaveLength(1);
  });

  it('is not there for who has another secret, another id or a key of the other mode', async () => {
    const { id, location } = await wait({
      ...{ call_ids: [await place('busy', later())], url: platform.url, until: 600 },
    });
    const wrong = location.replace(/[\w-]{10}$/, '0123456789');
    const absent = location.replace(/wait_\w{26}/, `wait_${'0'.repeat(26)}`);
    for (const url of [wrong, absent, `${world.url}/waits/x/y`]) {
      expect((await fetch(url)).status).toBe(404);
      expect((await fetch(url, { method: 'DELETE' })).status).toBe(404);
    }
    expect((await look(location)).body.status).toBe('open');
    expect((await fetch(`${world.url}/v1/waits/${id}`)).status).toBe(401);
    const { key, ...stored } = makeKey('live');
    await world.engine.keys.add({ ...stored, name: 'live' });
    const headers = { authorization: `Bearer ${key}` };
    expect((await fetch(`${world.url}/v1/waits/${id}`, { headers })).status).toBe(404);
    expect(JSON.stringify(world.logLines)).not.toContain(location.slice(-30));
  });

  it('for a batch is for the calls of the batch', async () => {
    const calls = [
      { phone_number: someone('busy'), task: TASK, retry: { max_attempts: 1 } },
      { phone_number: '', task: TASK },
    ];
    const batch = await world.client.placeBatch({ body: { calls } as never, headers: {} });
    const { id, total } = await wait({ batch_id: batch.id, url: platform.url, until: 600 });
    expect(total).toBe(1);
    await until(() => nudges(id).length === 1);
    const again = await wait({ batch_id: batch.id, url: platform.url, until: 600 });
    expect(again.calls?.map(({ batch_id }) => batch_id)).toEqual([batch.id]);
  });

  it.each([
    ['of nothing', { call_ids: [] }, '/call_ids'],
    ['of neither calls nor a batch', {}, '/call_ids'],
    ['of an unknown call', { call_ids: [`call_${'0'.repeat(26)}`] }, '/call_ids/0'],
    ['of something that is no id', { call_ids: ['x'] }, '/call_ids/0'],
    ['of an unknown batch', { batch_id: `bat_${'0'.repeat(26)}` }, '/batch_id'],
    ['with a time in the past', { until: '2020-01-01T00:00:00Z' }, '/until'],
    ['with 61 days', { until: 61 * 86_400 }, '/until'],
    ['with a time that is none', { until: 'tomorrow' }, '/until'],
  ])('%s is refused and says where', async (_what, change, pointer) => {
    const given = 'until' in change ? { call_ids: [await over()] } : {};
    const body = { url: platform.url, until: 60, ...given, ...change };
    await expect(wait(body)).rejects.toMatchObject({
      status: 422,
      problem: { errors: [{ pointer }] },
    });
  });

  it('with an address that may not be told is refused', async () => {
    const body = { call_ids: [await over()], url: 'http://169.254.169.254/', until: 60 };
    await expect(wait(body)).rejects.toMatchObject({ status: 422, code: 'webhook_url_forbidden' });
  });
});
