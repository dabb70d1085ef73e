// Many calls placed together, told by those who place them and those who are told.
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { type Client, createClient } from '../../engine/src/client/index.ts';
import type { Batch } from '../../engine/src/contract/batch.ts';
import { makeKey } from '../../engine/src/http/api-key.ts';
import { someone } from '../ended-once.ts';
import { createWorld, pause, type World } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const ONCE = { max_attempts: 1 };

let world: World;
let client: Client;
beforeAll(async () => {
  world = await createWorld({ env: { RING_SECONDS: '10' } });
});
afterAll(() => world.close());
// A key may place ten times a second.
beforeEach(async () => {
  const { key, ...stored } = makeKey('test');
  await world.engine.keys.add({ ...stored, name: 'story' });
  client = createClient(axiosTransport({ url: world.url, apiKey: key }));
});

type Behaviour = Parameters<typeof someone>[0];
const item = (behaviour: Behaviour, more: Record<string, unknown> = {}) => ({
  phone_number: someone(behaviour),
  task: TASK,
  retry: ONCE,
  ...more,
});

async function place(body: Record<string, unknown>, key?: string): Promise<Batch> {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  return (await client.placeBatch({ body: body as never, headers })) as Batch;
}

const look = async (id: string, query: object = { items: 'true' }): Promise<Batch> =>
  (await client.getBatch({ params: { id }, query: query as never })) as Batch;

async function until(id: string, test: (batch: Batch) => boolean, seconds = 28): Promise<Batch> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  for (;;) {
    const batch = await look(id);
    if (test(batch)) return batch;
    if (signal.aborted) throw new Error(`still ${JSON.stringify(batch)}`);
    await pause(50);
  }
}
const ended = (id: string) => until(id, ({ ended_at }) => ended_at !== null);

const told = (type: string, test: (data: Record<string, unknown>) => boolean) =>
  world.receiver.received.filter(({ event }) => event.type === type && test(event.data));
const toldEnd = (id: string) => told('batch.ended', (data) => data['id'] === id);

async function whenTold(id: string): Promise<Batch> {
  await until(id, () => toldEnd(id).length > 0);
  expect(toldEnd(id)).toHaveLength(1);
  return toldEnd(id)[0]?.event.data as Batch;
}

describe('a batch', () => {
  it('of people who answer, do not answer, decline and may not be called: each has its result, and one batch.ended tells of all', async () => {
    const behaviours = [
      'confirms',
      'busy',
      'no_answer',
      'unreachable',
      'declines',
      'busy',
    ] as const;
    const calls = [
      ...behaviours.map((behaviour, at) => item(behaviour, { reference: `r-${at}` })),
      { phone_number: '+12025', task: TASK, on_refusal: 'result' },
      { phone_number: '+12025', task: TASK },
      item('confirms', { task: 'Call {{name}}.' }),
      item('confirms', { webhook_url: world.receiver.url, outcomes: ['yes', 'no'] }),
    ];
    const placed = await place({ calls, name: 'Tuesday', webhook_url: world.receiver.url });
    expect(placed).toMatchObject({
      name: 'Tuesday',
      status: 'running',
      simulated: true,
      counts: { total: 10, refused: 2, ended: 1 },
      ended_at: null,
    });
    expect(placed.items?.map(({ index }) => index)).toEqual(calls.map((_, at) => at));
    expect(placed.items?.[6]).toMatchObject({ outcome: 'invalid_number', problem: null });
    expect(placed.items?.[7]).toMatchObject({
      call_id: null,
      problem: { code: 'invalid_phone_number' },
    });
    expect(placed.items?.[8]?.problem).toMatchObject({
      ...{ code: 'unresolved_variable', status: 422 },
      errors: [{ pointer: '/calls/8/task' }],
    });

    const batch = await ended(placed.id);
    expect(batch).toMatchObject({
      status: 'ended',
      counts: {
        ...{ total: 10, refused: 2, scheduled: 0, in_progress: 0, ended: 8 },
        outcome_groups: { answered: 3, follow_up: 0, not_reached: 4, not_called: 1, problem: 0 },
      },
    });
    expect(batch.items?.map(({ outcome }) => outcome)).toEqual([
      ...['achieved', 'busy', 'no_answer', 'no_answer', 'not_achieved', 'busy'],
      ...['invalid_number', null, null, 'yes'],
    ]);
    const event = await whenTold(placed.id);
    expect(event).toEqual({ ...batch, next_cursor: null });
    for (const { call_id } of batch.items ?? []) {
      if (call_id === null) continue;
      const call = await world.ended(call_id);
      expect(call.batch_id).toBe(placed.id);
      expect(world.phone(call.phone_number ?? '').length).toBe(call.attempts.length);
    }
    // Only the call with its own address was told of by itself.
    const ends = told('call.ended', (data) => data['batch_id'] === placed.id);
    expect(ends.map(({ event }) => event.data['id'])).toEqual([batch.items?.[9]?.call_id]);
  }, 60_000);
});

describe('a batch whose address asks for more', () => {
  it('is told of the end of every call, and of its own', async () => {
    const calls = [item('busy'), { phone_number: '', task: TASK, on_refusal: 'result' }];
    const webhook_events = ['call.ended', 'batch.ended'];
    const placed = await place({ calls, webhook_url: world.receiver.url, webhook_events });
    await ended(placed.id);
    await whenTold(placed.id);
    const ends = () => told('call.ended', (data) => data['batch_id'] === placed.id);
    await until(placed.id, () => ends().length === 2);
    expect(new Set(ends().map(({ event }) => event.data['id']))).toEqual(
      new Set(placed.items?.map(({ call_id }) => call_id)),
    );
  });
});

describe('a batch that is repeated', () => {
  it('with the same Idempotency-Key is the same batch, and a new address is told of its end', async () => {
    const calls = [item('busy'), { phone_number: '', task: TASK }];
    const body = { calls, webhook_url: world.receiver.url };
    const first = await place(body, 'tuesday-1');
    const again = await place({ calls, source: 'n8n' }, 'tuesday-1');
    expect(again).toMatchObject({ id: first.id, replayed: true });
    expect(again.items?.map(({ call_id }) => call_id)).toEqual(
      first.items?.map(({ call_id }) => call_id),
    );
    await expect(place({ calls: [calls[0]] }, 'tuesday-1')).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    await ended(first.id);
    await whenTold(first.id);
    const late = `${world.receiver.url}/late`;
    for (const _ of [1, 2]) await place({ calls, webhook_url: late }, 'tuesday-1');
    await until(first.id, () => toldEnd(first.id).length === 2);
    expect(new Set(toldEnd(first.id).map(({ event }) => event.id)).size).toBe(1);
    expect(world.phone(calls[0]?.phone_number ?? '')).toHaveLength(1);
  });

  it('by its items: a call with the same key of the builder is placed once, and ends both batches', async () => {
    const calls = [item('busy', { idempotency_key: 'order-77' })];
    const first = await place({ calls });
    const second = await place({ calls });
    expect(second.id).not.toBe(first.id);
    expect(second.items?.[0]?.call_id).toBe(first.items?.[0]?.call_id);
    for (const { id } of [first, second])
      expect(await ended(id)).toMatchObject({ status: 'ended', counts: { ended: 1 } });
    expect(world.phone(calls[0]?.phone_number ?? '')).toHaveLength(1);
  });
});

describe('a batch with items that are wrong', () => {
  it('C15 1,001 items are refused; of 20 with item 7 bad 19 are accepted and item 7 carries its problem', async () => {
    const bad = { phone_number: '', task: TASK, on_refusal: 'result' };
    const tooMany = place({ calls: Array.from({ length: 1_001 }, () => bad) });
    await expect(tooMany).rejects.toMatchObject({ status: 422, code: 'invalid_request' });

    const calls: object[] = Array.from({ length: 20 }, () => bad);
    calls[7] = { ...bad, tasks: 'a typing mistake', max_duration_seconds: 1 };
    const placed = await place({ calls });
    expect(placed.items).toHaveLength(20);
    const problems = placed.items?.flatMap(({ index, problem }) =>
      problem ? [{ index, problem }] : [],
    );
    expect(problems).toMatchObject([{ index: 7, problem: { code: 'invalid_request' } }]);
    expect(problems?.[0]?.problem.errors?.map(({ pointer }) => pointer).sort()).toEqual([
      '/calls/7/max_duration_seconds',
      '/calls/7/tasks',
    ]);
    expect(placed.counts).toMatchObject({ total: 20, refused: 1, ended: 19 });
  });

  it('a thousand of them come through, each with its place', async () => {
    const calls = Array.from({ length: 1_000 }, (_, at) => ({
      ...{ phone_number: '', task: TASK, reference: `r-${at}`, on_refusal: 'result' },
      metadata: { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 },
    }));
    const placed = await place({ calls });
    expect(placed).toMatchObject({ status: 'ended', counts: { ended: 1_000 } });
    const page = await look(placed.id, { items: 'true', limit: 3, cursor: '997' });
    expect(page.items?.map(({ reference }) => reference)).toEqual(['r-997', 'r-998', 'r-999']);
    expect(page.next_cursor).toBeNull();
    expect((await look(placed.id, { items: 'true' })).next_cursor).toBe('200');
  }, 60_000);

  it('all refused: it ends at once, and batch.ended says so', async () => {
    const calls = [{ phone_number: '', task: TASK }, { task: '{{x}}' }];
    const placed = await place({ calls, webhook_url: world.receiver.url });
    expect(placed).toMatchObject({ status: 'ended', counts: { total: 2, refused: 2, ended: 0 } });
    expect(placed.ended_at).toEqual(expect.any(String));
    expect((await whenTold(placed.id)).items?.map(({ problem }) => problem?.code)).toEqual([
      'invalid_phone_number',
      'unresolved_variable',
    ]);
  });

  it('an address that may not be told refuses the whole batch', async () => {
    const body = { calls: [item('busy')], webhook_url: 'http://10.0.0.1/' };
    await expect(place(body)).rejects.toMatchObject({ status: 422, code: 'webhook_url_forbidden' });
    await expect(place({ calls: [] })).rejects.toMatchObject({ status: 422 });
  });
});

describe('a batch that is steered', () => {
  const steer = async (verb: 'pauseBatch' | 'resumeBatch' | 'cancelBatch', id: string) =>
    (await client[verb]({ params: { id } })) as Batch;

  it('paused: nobody else is dialed, calls on the phone go on; resumed: the others are dialed once', async () => {
    const calls = [item('talks_without_answering'), item('busy'), item('busy')];
    // One call an hour, so that only the first one is dialed.
    const placed = await place({ calls, calls_per_hour: 1 });
    await until(placed.id, ({ items }) => items?.[0]?.status === 'in_progress');
    for (const _ of [1, 2])
      expect(await steer('pauseBatch', placed.id)).toMatchObject({
        status: 'paused',
        pause_reason: 'requested',
      });
    const talked = await until(placed.id, ({ items }) => items?.[0]?.status === 'ended');
    expect(talked.items?.[0]?.outcome_group).not.toBe('problem');
    expect(talked).toMatchObject({ status: 'paused', counts: { scheduled: 2, ended: 1 } });
    for (const _ of [1, 2])
      expect(await steer('resumeBatch', placed.id)).toMatchObject({
        status: 'running',
        pause_reason: null,
      });
    const [, second, third] = (await look(placed.id)).items ?? [];
    const times = await Promise.all(
      [second, third].map(async (one) => {
        const call = await client.getCall({ params: { id: one?.call_id ?? '' }, query: {} });
        return Date.parse(call.scheduled_at ?? '');
      }),
    );
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(3_600_000 - 1_000);
    expect(world.phone(calls[1]?.phone_number ?? '')).toHaveLength(0);
    await steer('cancelBatch', placed.id);
    await ended(placed.id);
  }, 60_000);

  it('paused before anybody was dialed: no phone rings until it is resumed', async () => {
    const calls = [
      item('busy', { schedule: { at: soon(20) } }),
      item('busy', { schedule: { at: soon(20) } }),
    ];
    const placed = await place({ calls });
    await steer('pauseBatch', placed.id);
    // Their time comes and goes.
    await until(placed.id, () => world.clock.now() > Date.parse(placed.created_at) + 40_000);
    expect(calls.flatMap(({ phone_number }) => world.phone(phone_number))).toEqual([]);
    await steer('resumeBatch', placed.id);
    await ended(placed.id);
    for (const { phone_number } of calls) expect(world.phone(phone_number)).toHaveLength(1);
  });

  it('canceled: whoever has not answered is not called, conversations go on, and it ends as canceled', async () => {
    const calls = [item('confirms'), item('busy'), item('busy')];
    const placed = await place({ calls, calls_per_hour: 1, webhook_url: world.receiver.url });
    await until(placed.id, ({ items }) => items?.[0]?.status === 'in_progress');
    for (const _ of [1, 2])
      expect(await steer('cancelBatch', placed.id)).toMatchObject({ status: 'canceled' });
    const batch = await ended(placed.id);
    expect(batch.status).toBe('canceled');
    expect(batch.items?.map(({ outcome }) => outcome)).toEqual([
      'achieved',
      'call_canceled',
      'call_canceled',
    ]);
    expect((await whenTold(placed.id)).status).toBe('canceled');
    for (const verb of ['pauseBatch', 'resumeBatch'] as const)
      await expect(steer(verb, placed.id)).rejects.toMatchObject({
        status: 409,
        code: 'batch_canceled',
      });
  });

  it('ended: it cannot be paused, resumed or canceled; of another mode it is not there', async () => {
    const { id } = await place({ calls: [{ task: TASK, phone_number: '' }] });
    for (const verb of ['pauseBatch', 'resumeBatch', 'cancelBatch'] as const)
      await expect(steer(verb, id)).rejects.toMatchObject({
        status: 409,
        code: 'batch_already_ended',
      });
    const nobody = `bat_${'0'.repeat(26)}`;
    await expect(steer('pauseBatch', nobody)).rejects.toMatchObject({ status: 404 });
  });

  it('pauses itself when so many calls in a row fail, and tells why', async () => {
    const failing = { schedule: { at: soon(3_000) } };
    world.simulator.faults.model.refuseUpgrade = { status: 503, times: 2 };
    const calls = [
      item('confirms'),
      item('confirms'),
      item('busy', failing),
      item('busy', failing),
    ];
    const placed = await place({ calls, stop_after_failures: 2 });
    const paused = await until(placed.id, ({ status }) => status === 'paused');
    expect(paused).toMatchObject({
      pause_reason: 'failures',
      counts: { scheduled: 2, ended: 2, outcome_groups: { problem: 2 } },
    });
    await steer('cancelBatch', placed.id);
    await ended(placed.id);
  });

  it('spread over time: so many an hour, in order', async () => {
    const calls = [item('busy'), item('busy'), item('busy')];
    const placed = await place({ calls, calls_per_hour: 720 });
    const batch = await ended(placed.id);
    const started: number[] = [];
    for (const { call_id } of batch.items ?? [])
      started.push(Date.parse((await world.ended(call_id ?? '')).started_at ?? ''));
    for (const at of [1, 2]) {
      const gap = (started[at] ?? 0) - (started[at - 1] ?? 0);
      expect(gap).toBeGreaterThan(4_000);
    }
  });
});

describe('the list of batches', () => {
  it('is newest first, page by page, and by status', async () => {
    const ask = async (query: object) =>
      (await client.listBatches({ query: query as never })) as {
        batches: Batch[];
        next_cursor: string | null;
      };
    const first = await ask({ limit: 2 });
    expect(first.batches).toHaveLength(2);
    const second = await ask({ limit: 2, cursor: first.next_cursor });
    const times = [...first.batches, ...second.batches].map(({ created_at }) => created_at);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set([...first.batches, ...second.batches].map(({ id }) => id)).size).toBe(4);
    const canceled = await ask({ status: 'canceled' });
    expect(new Set(canceled.batches.map(({ status }) => status))).toEqual(new Set(['canceled']));
    await expect(ask({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

const soon = (seconds: number): string =>
  new Date(world.clock.now() + seconds * 1_000).toISOString();
