// The same request sent again, and who may see a call: told against the whole engine.
import { numberFor } from '../../engine/src/simulator/index.ts';
import { createReceiver, type Receiver } from '../receiver.ts';
import {
  type BadInputWorld,
  createBadInputWorld,
  IMPOSSIBLE_NUMBER,
  TASK,
} from './bad-input-world.ts';

let world: BadInputWorld;
let second: Receiver;
beforeAll(async () => {
  world = await createBadInputWorld();
  second = await createReceiver();
});
afterAll(async () => {
  await second.close();
  await world.close();
});

const BODY = {
  phone_number: IMPOSSIBLE_NUMBER,
  on_refusal: 'result',
  task: TASK,
  metadata: { a: 1, b: 'two' },
};
const place = (body: unknown, idempotencyKey: string, key: string) =>
  world.place(body, { 'idempotency-key': idempotencyKey }, key);
const endsOf = (receiver: Receiver, callId: string): number =>
  receiver.received.filter(
    ({ event }) => event.type === 'call.ended' && event.data['id'] === callId,
  ).length;

describe('a person who may not be called, for those who take it as data', () => {
  it.each([
    [IMPOSSIBLE_NUMBER, 'invalid_phone_number', 'invalid_number', 'invalid_number'],
    ['', 'invalid_phone_number', 'invalid_number', 'invalid_number'],
    ['+19005551234', 'number_class_blocked', 'call_blocked', 'blocked_number_class'],
    ['112', 'emergency_number_blocked', 'call_blocked', 'blocked_number_class'],
    ['+881612345678', 'country_not_allowed', 'call_blocked', 'blocked_country'],
  ])(
    '%j: 201 with a call that has ended, and one call.ended',
    async (phone_number, rule, outcome, end_reason) => {
      const reply = await world.place({
        phone_number,
        task: TASK,
        on_refusal: 'result',
        webhook_url: world.receiver.url,
      });
      expect(reply.json).toMatchObject({
        status: 'ended',
        outcome,
        end_reason,
        outcome_group: 'not_called',
        attempts: [],
        retryable: false,
        refusal: { rule },
      });
      expect(reply.json['ended_at']).toEqual(expect.any(String));
      const { id } = reply.json;
      await world.until(id, () => endsOf(world.receiver, id) === 1);
      expect(world.dials()).toBe(0);
    },
  );

  it('a missing number is data too, and without on_refusal an error', async () => {
    const asData = await world.place({ task: TASK, on_refusal: 'result' });
    expect(asData.json).toMatchObject({ outcome: 'invalid_number', phone_number: null });
    const asError = await world.place({ task: TASK });
    expect([asError.status, asError.json.code]).toEqual([422, 'invalid_phone_number']);
  });

  it("the builder's own mistake stays an error", async () => {
    for (const mistake of [{ task: '{{x}}' }, { unknown: 1 }, { result_schema: {} }]) {
      const reply = await world.place({ ...BODY, ...mistake });
      expect(reply.status).toBe(422);
    }
  });
});

describe('the same request sent again with one Idempotency-Key', () => {
  it('D4 gives the same call, also with its fields in another order, and says that it is a replay', async () => {
    const { key } = await world.newKey();
    const first = await place(BODY, 'again-1', key);
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(first.json['replayed']).toBe(false);
    const reordered = {
      metadata: { b: 'two', a: 1 },
      task: TASK,
      on_refusal: 'result',
      phone_number: IMPOSSIBLE_NUMBER,
      source: 'n8n',
    };
    for (const body of [BODY, reordered]) {
      const again = await place(body, 'again-1', key);
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
      expect(again.json).toMatchObject({ id: first.json.id, replayed: true });
    }
    expect((await place(BODY, '"again-1"', key)).json.id).toBe(first.json.id);
  });

  it('eight at once make one call', async () => {
    const { key } = await world.newKey();
    const replies = await Promise.all(Array.from({ length: 8 }, () => place(BODY, 'at-once', key)));
    expect(new Set(replies.map(({ json }) => json.id)).size).toBe(1);
    expect(replies.filter(({ json }) => json['replayed'] === false)).toHaveLength(1);
  });

  it('D3 with another body is refused', async () => {
    for (const other of [{ task: 'Something else.' }, { metadata: { a: 2 } }, { tag: 't' }]) {
      const { key } = await world.newKey();
      await place(BODY, 'mine', key);
      const refused = await place({ ...BODY, ...other }, 'mine', key);
      expect([refused.status, refused.json.code]).toEqual([422, 'idempotency_key_reused']);
    }
  });

  it('D5 from another key is another call', async () => {
    const [a, b] = [await world.newKey(), await world.newKey()];
    const first = await place(BODY, 'same', a.key);
    const other = await place(BODY, 'same', b.key);
    expect(other.json.id).not.toBe(first.json.id);
  });

  it('with another webhook_url is a replay, and both receivers hear of the end once', async () => {
    const { key } = await world.newKey();
    const first = await place({ ...BODY, webhook_url: world.receiver.url }, 'told', key);
    const { id } = first.json;
    const again = await place({ ...BODY, webhook_url: second.url }, 'told', key);
    expect([again.status, again.json.id]).toEqual([201, id]);
    await place({ ...BODY, webhook_url: second.url }, 'told', key);
    await world.until(id, () => endsOf(world.receiver, id) === 1 && endsOf(second, id) === 1);
    const bodies = [world.receiver, second].map(
      (receiver) => receiver.received.find(({ event }) => event.data['id'] === id)?.event.id,
    );
    expect(bodies[0]).toBe(bodies[1]);
  });

  it('joined while the call is still going on, both receivers hear of the end once', async () => {
    const { key } = await world.newKey();
    const body = { phone_number: numberFor('busy', '212'), task: TASK, retry: { max_attempts: 1 } };
    const first = await place({ ...body, webhook_url: world.receiver.url }, 'live', key);
    const again = await place({ ...body, webhook_url: second.url }, 'live', key);
    const { id } = first.json;
    expect(again.json.id).toBe(id);
    await world.until(id, () => endsOf(world.receiver, id) === 1 && endsOf(second, id) === 1);
    expect(world.phone(numberFor('busy', '212'))).toHaveLength(1);
  });

  it.each([
    ['of 256 characters', 'k'.repeat(256)],
    ['with a space', 'a b'],
    ['empty', ''],
    ['of quotes alone', '""'],
    ['with a letter outside ASCII', 'caf\u00e9'],
    ['with a slash', 'a/b'],
    ['with a tab', 'a\tb'],
  ])('D6 a key %s is refused with 400', async (_what, bad) => {
    const reply = await place(BODY, bad, (await world.newKey()).key);
    expect([reply.status, reply.json.code]).toEqual([400, 'idempotency_key_invalid']);
  });
});

describe('a key and its mode', () => {
  it('K6 a live key places nothing while live calls are off, and a test call never leaves the simulated network', async () => {
    const live = await world.newKey('live');
    const reply = await world.place({ ...BODY, phone_number: '+351912345678' }, {}, live.key);
    expect([reply.status, reply.json.code]).toEqual([403, 'live_mode_not_ready']);
    const test = await world.place({ phone_number: numberFor('busy', '213'), task: TASK });
    const call = await world.ended(test.json.id);
    expect(call).toMatchObject({ mode: 'test', simulated: true });
    expect(new Set(call.attempts.map((attempt) => attempt.network))).toEqual(
      new Set(['simulated']),
    );
  });

  it('a call of the other mode looks exactly like one that never was', async () => {
    const live = await world.newKey('live');
    const { id } = (await world.place(BODY)).json;
    const nobody = `call_${'0'.repeat(26)}`;
    for (const [operation, path, method] of [
      ['getCall', '', 'GET'],
      ['cancelCall', '/cancel', 'POST'],
      ['streamCall', '/events', 'GET'],
      ['getRecording', '/recording', 'GET'],
    ] as const) {
      const theirs = await world.send(operation, {
        path: `/v1/calls/${id}${path}`,
        method,
        key: live.key,
      });
      const none = await world.send(operation, {
        path: `/v1/calls/${nobody}${path}`,
        method,
        key: live.key,
      });
      expect([theirs.status, theirs.json.code]).toEqual([404, 'not_found']);
      const { instance: _a, ...a } = theirs.json;
      const { instance: _b, ...b } = none.json;
      expect(a).toEqual(b);
    }
    const list = await world.send('listCalls', { path: '/v1/calls', method: 'GET', key: live.key });
    expect(list.json['calls']).toEqual([]);
  });
});

describe('subscriptions', () => {
  const subscribe = (url: string, key: string, more: object = {}) =>
    world.send('subscribeWebhook', { path: '/v1/webhooks', body: { url, ...more }, key });
  const unsubscribe = (id: string, key: string) =>
    world.send('unsubscribeWebhook', { path: `/v1/webhooks/${id}`, method: 'DELETE', key });

  it('E16 the same address and events twice is one subscription; the 51st is one too many', async () => {
    const { key } = await world.newKey();
    const first = await subscribe(`${second.url}/0`, key);
    expect([first.status, typeof first.json['secret']]).toEqual([201, 'string']);
    const again = await subscribe(`${second.url}/0`, key);
    expect([again.status, again.json.id, again.json['secret']]).toEqual([
      200,
      first.json.id,
      undefined,
    ]);
    for (let at = 1; at < 50; at++)
      expect((await subscribe(`${second.url}/${at}`, key)).status).toBe(201);
    const tooMany = await subscribe(`${second.url}/50`, key);
    expect([tooMany.status, tooMany.json.code]).toEqual([429, 'too_many_webhooks']);
    expect((await subscribe(`${second.url}/0`, key)).status).toBe(200);
    await unsubscribe(first.json.id, key);
    expect((await subscribe(`${second.url}/50`, key)).status).toBe(201);
    const list = await world.send('listWebhooks', { path: '/v1/webhooks', method: 'GET', key });
    expect(list.text).not.toContain('/hook');
  });

  it('E17 unsubscribing twice answers the same; what is not of this mode is not there', async () => {
    const { key } = await world.newKey();
    const live = await world.newKey('live');
    const { id } = (await subscribe(`${second.url}/e17`, key)).json;
    const foreign = await unsubscribe(id, live.key);
    expect([foreign.status, foreign.json.code]).toEqual([404, 'not_found']);
    expect((await unsubscribe(id, key)).status).toBe(204);
    expect((await unsubscribe(id, key)).status).toBe(204);
    expect((await unsubscribe(`whk_${'0'.repeat(26)}`, key)).status).toBe(404);
    expect((await unsubscribe('whk_1', key)).status).toBe(404);
  });
});
