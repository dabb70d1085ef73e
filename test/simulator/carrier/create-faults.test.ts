import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../../engine/src/lib/clock.ts';
import { silentLog } from '../../../engine/src/lib/log.ts';
import { faultsOfCreate } from '../../../engine/src/simulator/faults.ts';
import {
  CREATE_FAULTS,
  type CreateFault,
  numberFor,
  type Sight,
  type Simulator,
  startSimulator,
} from '../../../engine/src/simulator/index.ts';
import { type StandIn, startStandIn, twilioFor, until } from './engine-stand-in.ts';

const clock = createClock({ rate: 50 });
const cacheDir = mkdtempSync(join(tmpdir(), 'speech-'));
const sights: Sight[] = [];
let simulator: Simulator;
let engine: StandIn;

beforeAll(async () => {
  const watch = (sight: Sight): void => void sights.push(sight);
  simulator = await startSimulator({ clock, log: silentLog, cacheDir, watch });
  engine = await startStandIn(simulator.carrier.authToken);
});
beforeEach(() => {
  engine.hooks.length = 0;
  simulator.faults.carrier = {};
});
afterAll(async () => {
  await simulator.close();
  await engine.close();
  rmSync(cacheDir, { recursive: true });
});

/** Asks for a call to this number; resolves with its id, or the status or code of the failure. */
const create = (to: string): Promise<string> =>
  twilioFor(simulator)
    .calls.create({
      to,
      from: simulator.carrier.fromNumber,
      url: `${engine.url}/twiml`,
      statusCallback: `${engine.url}/status`,
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      timeout: 10,
    })
    .then(
      ({ sid }) => sid,
      (error: { status?: number; code?: string }) => String(error.status ?? error.code),
    );

const goesWrong = (to: string, ...faults: CreateFault[]): void => {
  simulator.faults.carrier = { creates: { numbers: { [to]: faults } } };
};
const callsTo = (to: string) => simulator.calls().filter((call) => call.to === to);
const createsTo = (to: string) => simulator.creates().filter((one) => one.to === to);
const hooksOf = (to: string) => engine.hooks.filter(({ fields }) => fields['To'] === to);
const listed = async (to: string): Promise<number> =>
  (await twilioFor(simulator).calls.list({ to, limit: 5 })).length;
const at = (to: string, event: string): number =>
  sights.find((sight) => sight.to === to && sight.event === event)?.at ?? Number.NaN;

describe('the faults of a carrier', () => {
  it.each([
    ['drop_response', '301', 'ECONNRESET', 1, 'dropped'],
    ['fail_after_create', '302', '500', 1, 500],
    ['fail_before_create', '303', '500', 0, 500],
  ] as const)(
    '%s: whoever asks cannot tell; the carrier knows',
    async (fault, area, error, made, answer) => {
      const to = numberFor('busy', area);
      goesWrong(to, fault);
      expect(await create(to)).toBe(error);
      expect(callsTo(to)).toHaveLength(made);
      expect(createsTo(to)).toMatchObject([{ faults: [fault], answer }]);
    },
  );

  it('slow_response: the call is over when its answer comes after 40 s', async () => {
    const to = numberFor('busy', '304');
    goesWrong(to, 'slow_response');
    const sid = await create(to);
    expect(callsTo(to)).toMatchObject([{ sid, status: 'busy' }]);
    const waited = at(to, 'create_answered') - at(to, 'create_done');
    expect(waited).toBeGreaterThanOrEqual(39_900);
  });

  it('callback_before_response: the first callback is taken before the answer', async () => {
    const to = numberFor('no_answer', '305');
    goesWrong(to, 'callback_before_response');
    const sid = await create(to);
    expect(hooksOf(to)[0]?.fields).toMatchObject({ CallSid: sid, CallStatus: 'initiated' });
    expect(at(to, 'create_answered')).toBeGreaterThan(at(to, 'initiated'));
  });

  it('late_callbacks: nothing is told for 10 minutes, then all of it in order', async () => {
    const to = numberFor('busy', '306');
    goesWrong(to, 'late_callbacks');
    await create(to);
    await until(() => callsTo(to)[0]?.status === 'busy', 'busy');
    const busyAt = simulator.calls().at(-1)?.endedAt ?? 0;
    expect(hooksOf(to)).toEqual([]);
    expect(callsTo(to)[0]?.callbacksLeft).toBe(2);
    await until(() => callsTo(to)[0]?.callbacksLeft === 0, 'callbacks', 25_000);
    expect(hooksOf(to).map(({ fields }) => fields['CallStatus'])).toEqual(['initiated', 'busy']);
    const told = Date.parse(hooksOf(to)[1]?.fields['Timestamp'] ?? '');
    expect(Math.abs(told - busyAt)).toBeLessThan(1_000);
  });

  it('late_list: the list leaves the call out for 30 s, asking by its id does not', async () => {
    const to = numberFor('busy', '307');
    goesWrong(to, 'late_list');
    const sid = await create(to);
    expect(await listed(to)).toBe(0);
    expect((await twilioFor(simulator).calls(sid).fetch()).sid).toBe(sid);
    const made = at(to, 'create_done');
    await until(() => made + 30_000 <= clock.now(), '30 s');
    expect(await listed(to)).toBe(1);
  });

  it('duplicate_callbacks: each comes twice, word for word', async () => {
    const to = numberFor('busy', '308');
    goesWrong(to, 'duplicate_callbacks');
    await create(to);
    await until(() => callsTo(to)[0]?.callbacksLeft === 0 && hooksOf(to).length > 2, 'callbacks');
    const numbers = hooksOf(to).map(({ fields }) => fields['SequenceNumber']);
    expect(numbers).toEqual(['0', '0', '1', '1']);
    expect(hooksOf(to)[0]).toEqual(hooksOf(to)[1]);
  });

  it('too_many_requests: two are refused without a call, the third is placed', async () => {
    const to = numberFor('busy', '309');
    goesWrong(to, 'too_many_requests');
    expect(await create(to)).toBe('429');
    expect(await create(to)).toBe('429');
    expect(callsTo(to)).toEqual([]);
    expect(await create(to)).toMatch(/^CA/);
    expect(createsTo(to).map(({ answer }) => answer)).toEqual([429, 429, 201]);
  });

  it('long_queue: the call waits for 2 hours, and can be taken back until then', async () => {
    const to = numberFor('busy', '310');
    goesWrong(to, 'long_queue');
    const sid = await create(to);
    const queuedAt = at(to, 'create_answered');
    await until(() => clock.now() > queuedAt + 60_000, 'a minute');
    expect((await twilioFor(simulator).calls(sid).fetch()).status).toBe('queued');
    await twilioFor(simulator).calls(sid).update({ status: 'canceled' });
    expect(callsTo(to)[0]?.status).toBe('canceled');
    expect(callsTo(to)[0]?.events.map(({ event }) => event)).not.toContain('ringing');
  });
});

describe('a carrier that is told how fast to dial', () => {
  it('queues the calls that come faster, and says how long they wait', async () => {
    simulator.faults.carrier = { callsPerSecond: 0.1 };
    const numbers = ['201', '202', '203'].map((area) => numberFor('unreachable', area));
    for (const to of numbers) await create(to);
    await until(() => callsTo(numbers[2] ?? '')[0]?.status === 'failed', 'the last call');
    const [first = 0, second = 0, third = 0] = numbers.map((to) => at(to, 'initiated'));
    expect(second - first).toBeGreaterThan(8_000);
    expect(third - second).toBeGreaterThan(8_000);
  });
});

describe('a create that is held', () => {
  it.each([
    ['request', 0],
    ['response', 1],
  ] as const)('at the %s: goes on when it is released', async (where, made) => {
    const to = numberFor('busy', where === 'request' ? '311' : '312');
    simulator.faults.carrier = { holds: { [to]: where } };
    const created = create(to);
    const reached = where === 'request' ? 'create_received' : 'create_done';
    await until(() => Number.isFinite(at(to, reached)), reached);
    expect(callsTo(to)).toHaveLength(made);
    expect(createsTo(to)).toMatchObject([{ answer: null }]);
    simulator.release(to);
    expect(await created).toMatch(/^CA/);
  });
});

describe('a seeded plan', () => {
  const numbers = Array.from({ length: 400 }, (_, i) => `+1202555${1000 + i}`);
  const drawn = (seed: number) =>
    numbers.map((to) => [...faultsOfCreate({ seed, share: 0.5 }, to, 1)].join());

  it('gives the same faults for the same seed, each of them, to about its share', () => {
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
    const faults = drawn(7).filter((fault) => fault !== '');
    expect(new Set(faults)).toEqual(new Set(CREATE_FAULTS));
    expect(faults.length).toBeGreaterThan(150);
    expect(faults.length).toBeLessThan(250);
  });

  it('leaves everything well without a share', () => {
    expect(faultsOfCreate({ seed: 7 }, '+12025550100', 1).size).toBe(0);
    expect(faultsOfCreate(undefined, '+12025550100', 1).size).toBe(0);
  });
});
