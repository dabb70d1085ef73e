// A person who is not reached is tried again: as often as asked, at hours that are allowed, and never once they answered.
import type { Call } from '../../engine/src/contract/call.ts';
import { type Behaviour, numberFor } from '../../engine/src/simulator/index.ts';
import { createWorld, pause, type World } from '../world.ts';
import { expectPromises } from './promises.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const MINUTE_MS = 60_000;

let world: World;
const openWorld = (options: { at?: string; env?: Record<string, string> } = {}): void => {
  beforeAll(async () => {
    world = await createWorld({ rate: 20, ...options });
  });
  afterAll(async () => {
    await expectPromises(world);
    await world.close();
  });
};

const place = (phone_number: string, more: object = {}): Promise<Call> =>
  world.client.placeCall({
    body: { task: TASK, phone_number, webhook_url: world.receiver.url, ...more },
  }) as Promise<Call>;
const reasons = (call: Call): (string | null)[] => call.attempts.map((one) => one.end_reason);
const startOf = (call: Call, number: number): number =>
  Date.parse(call.attempts[number - 1]?.started_at ?? '');
const endOf = (call: Call, number: number): number =>
  Date.parse(call.attempts[number - 1]?.ended_at ?? '');
const waitsAfter = (attempts: number) => (call: Call) =>
  call.status === 'scheduled' && call.attempts.length === attempts;

describe('a person who is not reached', () => {
  openWorld();

  it('and answers the second time is one call with two attempts and one result', async () => {
    const phone_number = numberFor('answers_second_attempt');
    const { id } = await place(phone_number);
    await world.until(id, waitsAfter(1));
    world.jump(30_000);
    const call = await world.ended(id);
    expect(reasons(call)).toEqual(['no_answer', 'agent_goodbye']);
    expect(call).toMatchObject({ reached: true, answered_by: 'human', outcome: 'achieved' });
    expect(world.phone(phone_number)).toHaveLength(2);
    const { event } = await world.receiver.next('call.ended');
    expect(event.data).toMatchObject({ id: call.id, outcome: 'achieved' });
    expect((event.data['attempts'] as unknown[]).length).toBe(2);
  });

  it('is tried as often as asked, with the delays that were asked for: a minute of a test is a second', async () => {
    const phone_number = numberFor('busy');
    const retry = { max_attempts: 4, delays_minutes: [20, 40] };
    const { id } = await place(phone_number, { retry });
    for (const [number, seconds] of [
      [1, 20],
      [2, 40],
      [3, 40],
    ] as const) {
      const waiting = await world.until(id, waitsAfter(number));
      const at = Date.parse(waiting.scheduled_at ?? '');
      expect(Math.round((at - endOf(waiting, number)) / 1_000)).toBe(seconds);
      world.jump(at - world.clock.now());
    }
    const call = await world.ended(id);
    expect(reasons(call)).toEqual(['busy', 'busy', 'busy', 'busy']);
    expect(world.phone(phone_number)).toHaveLength(4);
  });

  it.each([
    ['voicemail', 'voicemail', 'voicemail_hangup'],
    ['unreachable', 'unreachable', 'unreachable'],
  ] as const)(
    'because of %s: again only when that was asked for',
    async (behaviour, on, reason) => {
      const plain = await place(numberFor(behaviour, '203'));
      const asked = await place(numberFor(behaviour, '205'), { retry: { on: [on] } });
      await world.until(asked.id, waitsAfter(1));
      world.jump(30_000);
      expect(reasons(await world.ended(plain.id))).toEqual([reason]);
      expect(reasons(await world.ended(asked.id))).toEqual([reason, reason]);
    },
  );

  it('is not tried again for what was left out, nor beyond one attempt', async () => {
    const other = await place(numberFor('busy', '209'), { retry: { on: ['no_answer'] } });
    const once = await place(numberFor('busy', '205'), { retry: { max_attempts: 1 } });
    const none = await place(numberFor('busy', '206'), { retry: { on: [] } });
    for (const { id } of [other, once, none])
      expect(reasons(await world.ended(id))).toEqual(['busy']);
  });

  it('who answered is never called again, whatever they said', async () => {
    const retry = { max_attempts: 3, on: ['no_answer', 'busy', 'voicemail', 'unreachable'] };
    const behaviours: Behaviour[] = ['hangs_up_mid_sentence', 'stays_silent', 'wrong_person'];
    const calls = await Promise.all(
      behaviours.map((one) => place(numberFor(one, '207'), { retry })),
    );
    for (const { id } of calls) expect((await world.ended(id, 40)).attempts).toHaveLength(1);
  });
});

describe('an attempt that comes later', () => {
  openWorld({
    at: '2026-11-24T12:00:00Z',
    env: { TEST_MODE_RULES: 'full', ALLOWED_COUNTRIES: 'PT' },
  });
  const lisbon = { schedule: { timezone: 'Europe/Lisbon' } };
  const waitOf = (call: Call): number =>
    Math.round((Date.parse(call.scheduled_at ?? '') - endOf(call, 1)) / MINUTE_MS);

  it('comes after half an hour in daytime, as nobody said otherwise', async () => {
    const { id } = await place('+351912345670', { simulate: 'busy', ...lisbon });
    const waiting = await world.until(id, waitsAfter(1));
    expect(waitOf(waiting)).toBe(30);
    world.jump(29 * MINUTE_MS);
    await pause(100);
    expect(world.phone('+351912345670')).toHaveLength(1);
    world.jump(MINUTE_MS);
    expect(reasons(await world.ended(id))).toEqual(['busy', 'busy']);
  });

  it('is not made after the end of the window: the call ends as what was tried', async () => {
    const not_after = new Date(world.clock.now() + 20 * MINUTE_MS).toISOString();
    const schedule = { ...lisbon.schedule, not_after };
    const { id } = await place('+351912345671', { simulate: 'no_answer', schedule });
    expect(await world.ended(id)).toMatchObject({ outcome: 'no_answer', end_reason: 'no_answer' });
    expect(world.phone('+351912345671')).toHaveLength(1);
  });

  it('is not made when the call is canceled between attempts', async () => {
    const { id } = await place('+351912345672', { simulate: 'busy', ...lisbon });
    await world.until(id, waitsAfter(1));
    await world.client.cancelCall({ params: { id } });
    expect(await world.ended(id)).toMatchObject({ outcome: 'call_canceled' });
    world.jump(60 * MINUTE_MS);
    await pause(100);
    expect(world.phone('+351912345672')).toHaveLength(1);
  });

  it('is not made when the person has been called as often as a day allows: the call ends as what was tried', async () => {
    const retry = { max_attempts: 5 };
    const { id } = await place('+351912345673', { simulate: 'busy', retry, ...lisbon });
    for (const attempts of [1, 2]) {
      await world.until(id, waitsAfter(attempts));
      world.jump(30 * MINUTE_MS);
    }
    expect(reasons(await world.ended(id))).toEqual(['busy', 'busy', 'busy']);
  });

  it('never rings outside hours: at 20:50 and half an hour it waits for the morning', async () => {
    world.jump(Date.parse('2026-11-24T20:50:00Z') - world.clock.now());
    const phone_number = '+351912345674';
    const { id } = await place(phone_number, { simulate: 'answers_second_attempt', ...lisbon });
    const waiting = await world.until(id, waitsAfter(1));
    expect(waiting.scheduled_at).toBe('2026-11-25T08:00:00.000Z');
    world.jump(Date.parse('2026-11-25T07:55:00Z') - world.clock.now());
    await pause(100);
    expect(world.phone(phone_number)).toHaveLength(1);
    world.jump(5 * MINUTE_MS);
    const call = await world.ended(id);
    expect(reasons(call)).toEqual(['no_answer', 'agent_goodbye']);
    expect(startOf(call, 2)).toBeGreaterThanOrEqual(Date.parse('2026-11-25T08:00:00Z'));
  });
});

describe('several numbers of one person', () => {
  openWorld();

  it('are tried in order and at once; the call tells which one it reached', async () => {
    const [first, second] = [numberFor('no_answer', '302'), numberFor('confirms', '303')];
    const { id } = await place(first, { phone_numbers: [second] });
    const call = await world.ended(id);
    expect(call).toMatchObject({ outcome: 'achieved', phone_number: second, reached: true });
    expect(call.attempts.map((one) => [one.phone_number, one.end_reason])).toEqual([
      [first, 'no_answer'],
      [second, 'agent_goodbye'],
    ]);
    expect(startOf(call, 2) - endOf(call, 1)).toBeLessThan(10_000);
  });

  it('the second is not called when somebody answers at the first', async () => {
    const [first, second] = [numberFor('declines', '304'), numberFor('confirms', '307')];
    const { id } = await place(first, { phone_numbers: [second] });
    expect((await world.ended(id)).attempts).toHaveLength(1);
    expect(world.phone(second)).toEqual([]);
  });

  it('each is tried as often as asked, the first again after the delay', async () => {
    const numbers = [numberFor('busy', '308'), numberFor('no_answer', '309')];
    const { id } = await world.client.placeCall({
      body: { task: TASK, phone_numbers: numbers, retry: { delays_minutes: [15] } },
    });
    await world.until(id, waitsAfter(2));
    world.jump(15_000);
    const call = await world.ended(id);
    expect(call.attempts.map((one) => one.phone_number)).toEqual([...numbers, ...numbers]);
    expect(startOf(call, 3) - endOf(call, 2)).toBeGreaterThanOrEqual(15_000);
  });

  it('one that cannot be a phone is passed over', async () => {
    const second = numberFor('busy', '312');
    const { id } = await place('+12025', { phone_numbers: [second], retry: { max_attempts: 1 } });
    const call = await world.ended(id);
    expect(call.attempts.map((one) => one.phone_number)).toEqual([second]);
  });

  it('the outcome is that of the attempt that got furthest: a voicemail before a phone that only rang', async () => {
    const { id } = await place(numberFor('voicemail', '313'), {
      ...{ phone_numbers: [numberFor('no_answer', '314')], retry: { max_attempts: 1 } },
    });
    expect(await world.ended(id)).toMatchObject({
      ...{ outcome: 'voicemail', end_reason: 'voicemail_hangup', answered_by: 'voicemail' },
      phone_number: numberFor('voicemail', '313'),
    });
  });
});

describe('a failure before any phone rings', () => {
  openWorld();
  afterEach(() => {
    world.simulator.faults.model = {};
    world.simulator.faults.carrier = {};
  });

  it('of the model is tried again soon, and the phone rings only once the model is there', async () => {
    world.simulator.faults.model.refuseUpgrade = { status: 503, times: 1 };
    const phone_number = numberFor('confirms', '407');
    const { id } = await place(phone_number);
    const call = await world.ended(id);
    expect(reasons(call)).toEqual(['error_ai_provider', 'agent_goodbye']);
    expect(call.attempts[0]?.carrier?.call_id).toBeNull();
    expect(world.phone(phone_number)).toHaveLength(1);
  });

  it('of the model that goes on ends the call as failed, without a ring', async () => {
    world.simulator.faults.model.refuseUpgrade = { status: 503, times: 100 };
    const phone_number = numberFor('confirms', '408');
    const { id } = await place(phone_number);
    expect(await world.ended(id)).toMatchObject({
      ...{ outcome: 'call_failed', end_reason: 'error_ai_provider', retryable: true },
    });
    expect(world.simulator.creates().filter(({ to }) => to === phone_number)).toEqual([]);
  });

  it('of a carrier that takes no more calls just now is tried again soon', async () => {
    const phone_number = numberFor('confirms', '409');
    world.simulator.faults.carrier.creates = { numbers: { [phone_number]: ['too_many_requests'] } };
    const call = await world.ended((await place(phone_number)).id, 40);
    expect(call).toMatchObject({ outcome: 'achieved' });
    expect(world.phone(phone_number)).toHaveLength(1);
  });
});
