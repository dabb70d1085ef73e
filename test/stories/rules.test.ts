// Whom the rules protect: how often a person is called, on whose consent, at what cost, and never twice at once.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { RecadoProblem } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { numberFor, type SimulatedCall } from '../../engine/src/simulator/index.ts';
import { createWorld, pause, type World } from '../world.ts';
import { expectPromises, newClient } from './promises.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const HOUR_MS = 3_600_000;
const ONCE = { retry: { max_attempts: 1 }, simulate: 'busy' } as const;
const NOON = '2026-11-24T17:00:00Z';

let world: World;
const openWorld = (env: Record<string, string>, at = NOON): void => {
  beforeAll(async () => {
    world = await createWorld({ at, rate: 20, env });
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
/** Returns the call, or the problem that it is refused with. */
const tried = (phone_number: string, more: object = {}) =>
  place(phone_number, more).catch((error: unknown) => {
    if (error instanceof RecadoProblem) return error.problem;
    throw error;
  });
const inHours = (hours: number): string =>
  new Date(world.clock.now() + hours * HOUR_MS).toISOString();

describe('rules that reserved digits switch on, one each', () => {
  openWorld({ SPEND_LIMIT_CALL: '0.1' });

  it('C10 …0191: a fourth call within 24 hours is refused with when it would be allowed; those that wait count, those of other days do not', async () => {
    const person = '+12025550191';
    const first = await world.ended((await place(person)).id);
    await world.ended((await place(person)).id);
    const waits = await place(person, { schedule: { at: inHours(1) } });
    const other = await place(person, { schedule: { at: inHours(72) } });
    expect([waits.status, other.status]).toEqual(['scheduled', 'scheduled']);
    const free = Date.parse(first.attempts[0]?.started_at ?? '') + 24 * HOUR_MS;
    const at = Math.floor(Date.parse(inHours(2)) / 1_000) * 1_000;
    expect(await tried(person, { schedule: { at: new Date(at).toISOString() } })).toMatchObject({
      ...{ status: 429, code: 'frequency_cap' },
      next_allowed_at: new Date(free).toISOString(),
      retry_after_seconds: Math.ceil((free - at) / 1_000),
    });
    const answer = await fetch(`${world.url}/v1/calls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ phone_number: person, task: TASK, schedule: { at: inHours(2) } }),
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(20 * 3_600);
    expect(await tried(person, { schedule: { at: inHours(25) } })).toMatchObject({
      status: 'scheduled',
    });
    // Another person, and the same one as data.
    expect((await world.ended((await place(numberFor('busy', '213'))).id)).outcome).toBe('busy');
    const asData = await place(person, {
      ...{ schedule: { at: inHours(2) }, on_refusal: 'result', webhook_url: world.receiver.url },
    });
    expect(asData).toMatchObject({
      ...{ status: 'ended', outcome: 'call_blocked', end_reason: 'blocked_frequency' },
      refusal: { rule: 'frequency_cap', next_allowed_at: new Date(free).toISOString() },
    });
    expect((await world.receiver.next('call.ended')).event.data['id']).toBe(asData.id);
  });

  it.each([
    ['without any', {}],
    ['that says nothing', { consent: { obtained_at: '2026-05-31' } }],
    ['that has expired', { consent: { source: 'form', expires_at: '2026-11-01' } }],
    ['that is dated in the future', { consent: { source: 'form', obtained_at: '2026-12-24' } }],
  ])(
    'C9 …0192: a call with a consent %s is refused, and the field is named',
    async (_what, consent) => {
      for (const [number, more] of [
        ['+12025550192', consent],
        ['+12025550143', { ...consent, purpose: 'marketing' }],
      ] as const)
        expect(await tried(number, more)).toMatchObject({
          ...{ status: 422, code: 'consent_required', errors: [{ pointer: '/consent' }] },
        });
      expect(world.phone('+12025550192')).toEqual([]);
    },
  );

  it('C9 in Spain a consent of more than two years ago has to be renewed', async () => {
    const spain = (obtained_at: string) =>
      tried('+34612345678', {
        ...{ purpose: 'marketing', consent: { source: 'form', obtained_at } },
      });
    expect(await spain('2024-11-01')).toMatchObject({ status: 422, code: 'consent_required' });
    const call = (await spain('2025-11-01')) as Call;
    expect((await world.ended(call.id)).outcome).toBe('busy');
  });

  it('C9 with a consent that holds the call is made; one that ends while it waits stops it', async () => {
    const call = await place('+13025550192', { consent_source: 'ticked the box on the form' });
    expect((await world.ended(call.id)).outcome).toBe('busy');
    const waiting = await place('+13035550192', {
      consent: { source: 'form', expires_at: inHours(3) },
      schedule: { timezone: 'America/New_York', calling_hours: { from: '06:00', to: '08:00' } },
      webhook_url: world.receiver.url,
    });
    expect(waiting.status).toBe('scheduled');
    world.jump(Date.parse(waiting.scheduled_at ?? '') - world.clock.now());
    expect(await world.ended(waiting.id)).toMatchObject({
      ...{ outcome: 'call_blocked', end_reason: 'blocked_consent', attempts: [] },
      refusal: { rule: 'consent_required' },
    });
    expect(world.phone('+13035550192')).toEqual([]);
  });

  it('…0193: a call that could pass a spend limit is refused, others are simulated whatever they cost', async () => {
    expect(await tried('+12025550193')).toMatchObject({ status: 429, code: 'spend_limit_reached' });
    expect((await world.ended((await place(numberFor('busy', '214'))).id)).outcome).toBe('busy');
  });
});

describe('a person who is on the phone', () => {
  openWorld({});

  it('C11 is called again when they have hung up: the second call waits and is then made', async () => {
    const person = numberFor('confirms', '305');
    const calls = await Promise.all(
      ['One.', 'Two.', 'Three.'].map((more) =>
        place(person, { task: `${TASK} ${more}`, simulate: 'confirms' }),
      ),
    );
    for (const { id } of calls) expect((await world.ended(id, 60)).reached).toBe(true);
    const rings = [...world.phone(person)].sort((a, b) => a.createdAt - b.createdAt);
    expect(rings).toHaveLength(3);
    for (const [at, ring] of rings.slice(1).entries())
      expect(ring.createdAt).toBeGreaterThanOrEqual(rings[at]?.endedAt ?? Number.NaN);
  }, 90_000);

  it('C16 whose call is canceled while it rings: the carrier is told once, and the call ends once; after that it is 409', async () => {
    const person = numberFor('no_answer', '306');
    const { id } = await place(person, { simulate: 'no_answer' });
    await world.until(id, ({ status }) => status === 'ringing');
    const params = { id };
    await Promise.all([
      world.client.cancelCall({ params }),
      world.client.cancelCall({ params }).catch(() => undefined),
    ]);
    expect(await world.ended(id)).toMatchObject({ outcome: 'call_canceled' });
    expect(world.phone(person).map(({ status }) => status)).toEqual(['canceled']);
    const [phone] = world.phone(person);
    expect(phone?.events.filter(({ event }) => event === 'canceled').length).toBeLessThanOrEqual(1);
    await expect(world.client.cancelCall({ params })).rejects.toMatchObject({
      code: 'call_already_ended',
    });
  });
});

describe('what may go on at once', () => {
  openWorld({ MAX_LIVE_CALLS: '2' });

  it('never more phones ring or talk than allowed, and every call is made in the end', async () => {
    const areas = ['401', '402', '404', '405', '406', '407'];
    const calls = await Promise.all(
      areas.map((area) =>
        place(numberFor('confirms', area), { simulate: 'hangs_up_mid_sentence' }),
      ),
    );
    for (const { id } of calls) expect((await world.ended(id, 60)).attempts).toHaveLength(1);
    const rings = world.simulator.calls();
    expect(rings).toHaveLength(6);
    for (const one of rings)
      expect(rings.filter((other) => overlap(one, other)).length).toBeLessThanOrEqual(2);
  }, 90_000);
});

/** True when this one began while the other was going on, or is the other. */
const overlap = (one: SimulatedCall, other: SimulatedCall): boolean =>
  other.createdAt <= one.createdAt && one.createdAt < (other.endedAt ?? Number.POSITIVE_INFINITY);

describe('the pace of the carrier', () => {
  openWorld({});

  it('is kept: ten calls at once are asked for one after the other', async () => {
    const areas = ['401', '402', '404', '405', '406', '407', '408', '409', '410', '412'];
    const calls = await Promise.all(areas.map((area) => place(numberFor('busy', area))));
    const ended = await Promise.all(calls.map(({ id }) => world.ended(id)));
    const starts = ended
      .map(({ attempts }) => Date.parse(attempts[0]?.started_at ?? ''))
      .sort((a, b) => a - b);
    // 20 a second on the simulated network.
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(9 * 50 - 25);
  });
});

describe('rules that cannot be asked', () => {
  openWorld({});

  it('C14 nobody is called: 503 while the store is not there, and the same request works after that', async () => {
    const store = new Sqlite(join(world.dataDir, 'recado.db'));
    const person = numberFor('busy', '213');
    const body = { task: TASK, phone_number: person, ...ONCE };
    try {
      store.exec('BEGIN EXCLUSIVE');
      await expect(world.client.placeCall({ body })).rejects.toMatchObject({
        ...{ status: 503, code: 'unavailable' },
      });
      expect(world.simulator.calls()).toEqual([]);
    } finally {
      store.exec('ROLLBACK');
      store.close();
    }
    await pause(50);
    expect((await world.ended((await place(person)).id)).outcome).toBe('busy');
  }, 60_000);
});

describe('every rule, for test calls too', () => {
  openWorld({ TEST_MODE_RULES: 'full', ALLOWED_COUNTRIES: 'US,PT' });

  it('C9 in countries that ask for it every call needs consent, whatever it is for', async () => {
    expect(await tried(numberFor('busy', '212'))).toMatchObject({
      ...{ status: 422, code: 'consent_required' },
    });
    const agreed = await place(numberFor('busy', '212'), { consent_source: 'asked us to call' });
    expect((await world.ended(agreed.id)).outcome).toBe('busy');
    const portugal = await place('+351912345678');
    expect((await world.ended(portugal.id)).outcome).toBe('busy');
  });
});
