// The same request sent again, and the same business event told again: who was called once is not called twice.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { type Client, createClient, RecadoProblem } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { CREATE_FAULTS, numberFor, startSimulator } from '../../engine/src/simulator/index.ts';
import { freePort, startEngineProcess } from '../engine-process.ts';
import { createReceiver } from '../receiver.ts';
import { createWorld, engineEnv, pause, SPEECH_CACHE, type World, waitsOf } from '../world.ts';
import { expectPromises, newClient } from './promises.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const MINUTE_MS = 60_000;
const ONCE = { retry: { max_attempts: 1 }, simulate: 'busy' } as const;

let world: World;
const openWorld = (env: Record<string, string> = {}): void => {
  beforeAll(async () => {
    world = await createWorld({ at: '2026-11-24T16:00:00Z', rate: 20, env });
  });
  afterAll(async () => {
    await expectPromises(world);
    await world.close();
  });
};
const place = async (phone_number: string, more: object = {}): Promise<Call> => {
  const body = { task: TASK, phone_number, ...ONCE, ...more };
  return (await (await newClient(world)).placeCall({ body })) as Call;
};
const tried = (phone_number: string, more: object = {}) =>
  place(phone_number, more).catch((error: unknown) => {
    if (error instanceof RecadoProblem) return error.problem;
    throw error;
  });
const withKey = (client: Client, key: string, phone_number: string): Promise<Call> =>
  client.placeCall({
    body: { task: TASK, phone_number, ...ONCE },
    headers: { 'idempotency-key': key },
  }) as Promise<Call>;

describe('the same business event again', () => {
  openWorld();

  it('first: the first call comes back, also for another task, while it goes on and when it is over', async () => {
    const person = numberFor('busy', '302');
    const first = await place(person, { dedupe_key: 'order-1' });
    expect(first.replayed).toBe(false);
    const again = await place(person, { dedupe_key: 'order-1', task: 'Something else.' });
    expect([again.id, again.replayed]).toEqual([first.id, true]);
    await world.ended(first.id);
    const late = await place(person, { dedupe_key: 'order-1', if_duplicate: 'first' });
    expect(late).toMatchObject({ id: first.id, replayed: true, outcome: 'busy' });
    expect(world.phone(person)).toHaveLength(1);
  });

  it('a new address is told of the end at once when the first call is over', async () => {
    const person = numberFor('busy', '303');
    const first = await world.ended((await place(person, { dedupe_key: 'order-2' })).id);
    const second = await createReceiver();
    try {
      await place(person, { dedupe_key: 'order-2', webhook_url: second.url });
      const { event } = await second.next('call.ended');
      expect(event.data).toMatchObject({ id: first.id, outcome: 'busy' });
    } finally {
      await second.close();
    }
  });

  it('replace: a first call that waits is canceled and a new one is made; one that is over stays as it is', async () => {
    const person = numberFor('busy', '304');
    const key = { dedupe_key: 'order-3', if_duplicate: 'replace' };
    const first = await place(person, { ...key, schedule: { at: '2026-11-26T10:00:00Z' } });
    const second = await place(person, key);
    expect([second.replayed, second.id === first.id]).toEqual([false, false]);
    expect(await world.ended(first.id)).toMatchObject({ outcome: 'call_canceled' });
    await world.ended(second.id);
    const third = await place(person, key);
    await world.ended(third.id);
    expect(await world.ended(second.id)).toMatchObject({ outcome: 'busy' });
    expect(world.phone(person)).toHaveLength(2);
  });

  it('call_again: both are made; reject: 409 with the call that stands for it', async () => {
    const person = numberFor('busy', '305');
    const first = await place(person, { dedupe_key: 'order-4' });
    const again = await place(person, { dedupe_key: 'order-4', if_duplicate: 'call_again' });
    expect(again.id).not.toBe(first.id);
    const refused = await tried(person, { dedupe_key: 'order-4', if_duplicate: 'reject' });
    expect(refused).toMatchObject({ status: 409, code: 'duplicate_call' });
    expect((refused as { detail?: string }).detail).toContain(again.id);
    for (const { id } of [first, again]) await world.ended(id);
  });

  it('20 at once are one call', async () => {
    const person = numberFor('busy', '306');
    const answers = await burst(() => place(person, { dedupe_key: 'order-5' }));
    const calls = answers.filter((one): one is Call => 'outcome' in one);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
    expect(calls.filter(({ replayed }) => !replayed)).toHaveLength(1);
    await world.ended(calls[0]?.id ?? '');
    expect(world.phone(person)).toHaveLength(1);
  });

  it('D12 a name whose hours end just now, told ten times at once: one new call is made', async () => {
    const person = numberFor('busy', '307');
    const name = { dedupe_key: 'order-6', dedupe_hours: 0.5 };
    const first = await world.ended((await place(person, name)).id);
    expect((await place(person, name)).id).toBe(first.id);
    world.jump(30 * MINUTE_MS);
    const answers = await burst(() => place(person, name), 8);
    const calls = answers.filter((one): one is Call => 'outcome' in one);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
    expect(calls[0]?.id).not.toBe(first.id);
    await world.ended(calls[0]?.id ?? '');
    expect(world.phone(person)).toHaveLength(2);
  });

  it('…0194: the same number and task count as one event for ten minutes', async () => {
    const person = '+12025550194';
    const first = await place(person);
    expect(await place(person)).toMatchObject({ id: first.id, replayed: true });
    const other = await place(person, { task: 'Something else.' });
    expect(other.id).not.toBe(first.id);
    for (const { id } of [first, other]) await world.ended(id);
    expect((await place(numberFor('busy', '202'))).replayed).toBe(false);
    expect((await place(numberFor('busy', '202'))).replayed).toBe(false);
  });
});

/** Sends at once; one key places so many a second, so the others may be answered with 429. */
async function burst(send: () => Promise<Call>, count = 20): Promise<(Call | { code: string })[]> {
  return Promise.all(
    Array.from({ length: count }, () =>
      send().catch((error: unknown) => {
        if (!(error instanceof RecadoProblem)) throw error;
        expect(['too_many_requests', 'idempotency_key_in_progress']).toContain(error.code);
        return { code: String(error.code) };
      }),
    ),
  );
}

describe('the same request again', () => {
  openWorld();
  let client: Client;
  beforeEach(async () => {
    client = await newClient(world);
  });

  it('D1 with one key twice is one call, and one phone rings once', async () => {
    const person = numberFor('busy', '402');
    const first = await withKey(client, 'd1', person);
    expect(await withKey(client, 'd1', person)).toMatchObject({ id: first.id, replayed: true });
    await world.ended(first.id);
    expect(world.phone(person)).toHaveLength(1);
  });

  it('D2 20 times at once with one key is one call', async () => {
    const person = numberFor('busy', '403');
    const answers = await burst(() => withKey(client, 'd2', person));
    const calls = answers.filter((one): one is Call => 'outcome' in one);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
    expect(calls.filter(({ replayed }) => !replayed)).toHaveLength(1);
    await world.ended(calls[0]?.id ?? '');
    expect(world.phone(person)).toHaveLength(1);
  });

  it('D7 that was refused had kept nothing: with the rule out of the way the same key runs', async () => {
    const person = numberFor('busy', '404');
    await world.client.addSuppression({ body: { phone_number: person } });
    const error = await withKey(client, 'd7', person).catch((one: unknown) => one);
    expect(error).toMatchObject({ status: 403, code: 'recipient_suppressed' });
    const { suppressions } = await world.client.listSuppressions({});
    const [entry] = suppressions as { id: string }[];
    await world.client.removeSuppression({ params: { id: entry?.id ?? '' } });
    const call = await withKey(client, 'd7', person);
    expect(call.replayed).toBe(false);
    expect((await world.ended(call.id)).outcome).toBe('busy');
  });

  it('D11 a workflow that is run again days later with the same key gets the same call', async () => {
    const person = numberFor('busy', '405');
    const first = await world.ended((await withKey(client, 'workflow-7:record-9', person)).id);
    world.jump(25 * 24 * 60 * MINUTE_MS);
    expect(await withKey(client, 'workflow-7:record-9', person)).toMatchObject({
      ...{ id: first.id, replayed: true, outcome: 'busy' },
    });
    await pause(100);
    expect(world.phone(person)).toHaveLength(1);
  });
});

describe('a request without any key, under every rule', () => {
  openWorld({ TEST_MODE_RULES: 'full', REQUIRE_CONSENT_COUNTRIES: '' });

  it('D8 is the first call again for ten minutes, and a new one after that', async () => {
    const person = numberFor('busy', '212');
    const first = await place(person);
    const again = await place(person, { if_duplicate: 'reject' }).catch((error: unknown) => error);
    expect(again).toMatchObject({ status: 409, code: 'duplicate_call' });
    expect(await place(person)).toMatchObject({ id: first.id, replayed: true });
    await world.ended(first.id);
    world.jump(9 * MINUTE_MS);
    expect((await place(person)).id).toBe(first.id);
    world.jump(2 * MINUTE_MS);
    const next = await place(person);
    expect([next.replayed, next.id === first.id]).toEqual([false, false]);
    await world.ended(next.id);
    expect(world.phone(person)).toHaveLength(2);
  });
});

/** Goes on half a minute at a time until the call has ended. */
async function endedByJumps(id: string): Promise<void> {
  for (let round = 0; round < 400; round++) {
    const { status } = (await world.client.getCall({ params: { id } })) as Call;
    if (status === 'ended') return;
    world.jump(30_000);
    await pause(30);
  }
  throw new Error(`${id} does not end`);
}

describe('an answer of the carrier that is lost', () => {
  openWorld();

  it('D10 whatever goes wrong at the creation of a call, no attempt rings twice and each call ends once', async () => {
    const areas = ['502', '503', '504', '505', '507', '508', '509', '510', '512', '513'];
    const persons = CREATE_FAULTS.map(
      (fault, at) => [numberFor('busy', areas[at]), fault] as const,
    );
    world.simulator.faults.carrier.creates = {
      numbers: Object.fromEntries(persons.map(([person, fault]) => [person, [fault]])),
    };
    const calls = await Promise.all(persons.map(([person]) => place(person)));
    await world.until(calls[0]?.id ?? '', ({ status }) => status !== 'queued');
    for (const { id } of calls) await endedByJumps(id);
    for (const [person] of persons) {
      const attempts = new Set(world.phone(person).map(({ url }) => url));
      expect(attempts.size).toBe(world.phone(person).length);
    }
  });
});

it('D9 an engine that is killed before it could answer: the request sent again gets the call that was kept, and one phone rings once', async () => {
  const [anchor, rate] = [Date.now(), 10];
  const dataDir = await mkdtemp(join(tmpdir(), 'recado-duplicates-'));
  const clock = createClock({ rate, anchor });
  const simulator = await startSimulator({ clock, log: silentLog, cacheDir: SPEECH_CACHE });
  const env = {
    ...engineEnv(simulator, dataDir),
    PORT: String(await freePort()),
    ...{ RECADO_CLOCK_RATE: String(rate), RECADO_CLOCK_ANCHOR: String(anchor) },
  };
  let engine = await startEngineProcess(env);
  try {
    const client = createClient(axiosTransport({ url: engine.url, apiKey: engine.firstKey ?? '' }));
    const person = numberFor('busy', '402');
    const send = () =>
      client.placeCall({
        body: { task: TASK, phone_number: person, ...ONCE },
        headers: { 'idempotency-key': 'd9' },
      }) as Promise<Call>;
    // Stopped at the carrier's door: the call is kept, and nobody has rung yet.
    simulator.faults.carrier.holds = { [person]: 'request' };
    const unanswered = send().catch(() => undefined);
    while (simulator.creates().length === 0) await pause(5);
    await engine.kill();
    await unanswered;
    engine = await startEngineProcess(env);
    const again = await send();
    expect(again.replayed).toBe(true);
    simulator.release(person);
    const call = await waitsOf(client).ended(again.id, 60);
    expect(simulator.calls().filter(({ to }) => to === person).length).toBeLessThanOrEqual(1);
    expect(call.attempts).toHaveLength(1);
  } finally {
    await engine.kill();
    await simulator.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 120_000);
