// When a phone rings: at the hour that was asked for, within the hours of the place, on the person's clock.
import { RecadoProblem } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { createWorld, pause, type World } from '../world.ts';
import { expectPromises } from './promises.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const MINUTE_MS = 60_000;
const ONCE = { retry: { max_attempts: 1 }, simulate: 'busy' } as const;

let world: World;
const open = async (at: string, env: Record<string, string> = {}): Promise<void> => {
  world = await createWorld({ at, env: { ALLOWED_COUNTRIES: 'PT,ES,FR,AU,US', ...env } });
};
const FULL = { TEST_MODE_RULES: 'full', REQUIRE_CONSENT_COUNTRIES: '' };
afterEach(async () => {
  await expectPromises(world);
  await world.close();
});

const place = (phone_number: string, more: object = {}): Promise<Call> =>
  world.client.placeCall({ body: { task: TASK, phone_number, ...ONCE, ...more } }) as Promise<Call>;

/** Returns the call, or the problem that it is refused with. */
const tried = (phone_number: string, more: object = {}) =>
  place(phone_number, more).catch((error: unknown) => {
    if (error instanceof RecadoProblem) return error.problem;
    throw error;
  });

/** Asserts that the call waits until that instant, and that its phone rings then, once, and not before. */
async function expectRingsAt(call: Call, at: string, margin = 20_000): Promise<Call> {
  expect(call).toMatchObject({ status: 'scheduled', scheduled_at: at });
  const due = Date.parse(at);
  const phoneNumber = call.phone_number ?? '';
  const before = world.phone(phoneNumber).length;
  world.jump(due - MINUTE_MS - world.clock.now());
  await pause(200);
  expect(world.phone(phoneNumber)).toHaveLength(before);
  world.jump(due - world.clock.now());
  const ended = await world.ended(call.id);
  const rung = world.phone(phoneNumber).slice(before);
  expect(rung).toHaveLength(1);
  expect(rung[0]?.createdAt).toBeGreaterThanOrEqual(due);
  expect(rung[0]?.createdAt).toBeLessThan(due + margin);
  return ended;
}

describe('a call outside calling hours', () => {
  // Its digits switch the rule on where test calls are free of it.
  const HOURS = '+12025550190';

  it('C4 at 23:00 is accepted and waits for the morning; its phone rings then, once', async () => {
    await open('2026-11-25T04:00:00Z');
    const call = await place(HOURS);
    expect(await expectRingsAt(call, '2026-11-25T13:00:00.000Z')).toMatchObject({
      outcome: 'busy',
      scheduled_at: null,
    });
  });

  it('C5 asked to be refused instead: 403 with when it would be allowed, or the same as data', async () => {
    await open('2026-11-25T04:00:00Z');
    const schedule = { on_closed: 'reject' };
    expect(await tried(HOURS, { schedule })).toMatchObject({
      ...{ status: 403, code: 'outside_calling_hours' },
      next_allowed_at: '2026-11-25T13:00:00.000Z',
    });
    const asData = await place(HOURS, {
      ...{ schedule, on_refusal: 'result', webhook_url: world.receiver.url },
    });
    expect(asData).toMatchObject({
      ...{ status: 'ended', outcome: 'call_blocked', end_reason: 'blocked_calling_window' },
      refusal: { rule: 'outside_calling_hours', next_allowed_at: '2026-11-25T13:00:00.000Z' },
    });
    expect((await world.receiver.next('call.ended')).event.data['id']).toBe(asData.id);
    expect(world.simulator.calls()).toEqual([]);
  });

  it('is told before it is placed, and a phone without the rule rings at once', async () => {
    await open('2026-11-25T04:00:00Z');
    const body = { phone_number: HOURS, task: TASK };
    expect(await world.client.checkCall({ body })).toMatchObject({
      ...{ allowed: true, next_allowed_at: '2026-11-25T13:00:00.000Z' },
    });
    expect((await world.ended((await place(numberFor('busy', '213'))).id)).outcome).toBe('busy');
  });

  it('C6 an Australian mobile at 08:30 in Sydney waits until it is 08:00 in Perth too', async () => {
    await open('2026-11-24T21:30:00Z', FULL);
    await expectRingsAt(await place('+61412345678'), '2026-11-25T00:00:00.000Z');
  });

  it('whose zone the request gives is called by that zone alone', async () => {
    await open('2026-11-24T21:30:00Z', FULL);
    const call = await place('+61412345678', { schedule: { timezone: 'Australia/Sydney' } });
    expect(call.status).not.toBe('scheduled');
    expect((await world.ended(call.id)).outcome).toBe('busy');
  });
});

describe('a marketing call with consent', () => {
  const marketing = { purpose: 'marketing', consent_source: 'ticked the box on the form' };

  it.each([
    [
      'C7 in Spain on a Saturday waits for Monday',
      '2026-11-28T10:00:00Z',
      '+34612345678',
      '2026-11-30T09:00:00.000Z',
    ],
    [
      'C7 in Spain on a holiday waits for the day after',
      '2026-12-08T10:00:00Z',
      '+34612345678',
      '2026-12-09T09:00:00.000Z',
    ],
    [
      'C7 in France at 13:30 waits for 14:00',
      '2026-11-25T12:30:00Z',
      '+33612345678',
      '2026-11-25T13:00:00.000Z',
    ],
  ])('%s', async (_story, now, phone_number, opens) => {
    await open(now, FULL);
    await expectRingsAt(await place(phone_number, marketing), opens);
  });
});

describe('a night on which the clocks change', () => {
  it('C8 hours that begin in the hour that is skipped begin with the first moment after it, once', async () => {
    await open('2027-03-14T05:00:00Z');
    const schedule = {
      ...{ timezone: 'America/New_York', calling_hours: { from: '02:30', to: '05:00' } },
    };
    const call = await place(numberFor('busy', '212'), { schedule });
    await expectRingsAt(call, '2027-03-14T07:00:00.000Z');
  });

  it('C8 a time that comes twice is the first of the two, and the phone rings once', async () => {
    await open('2026-11-01T03:00:00Z');
    const schedule = { timezone: 'America/New_York', at: '2026-11-01T01:30' };
    const call = await place(numberFor('busy', '212'), { schedule });
    await expectRingsAt(call, '2026-11-01T05:30:00.000Z');
    world.jump(60 * MINUTE_MS);
    await pause(200);
    expect(world.phone(numberFor('busy', '212'))).toHaveLength(1);
  });
});

describe('a call at an hour that is asked for', () => {
  it('weeks ahead, at 09:00 on the clock of the person, is dialed then, across a change of the clocks', async () => {
    await open('2027-03-10T12:00:00Z', FULL);
    const schedule = { at: '2027-04-01T09:00', timezone: 'Europe/Lisbon' };
    const call = await place('+351912345678', { schedule });
    await expectRingsAt(call, '2027-04-01T08:00:00.000Z');
  });

  it('with an offset is dialed at that instant, whatever the zone is', async () => {
    await open('2026-11-24T12:00:00Z');
    const call = await place(numberFor('busy'), { schedule: { at: '2026-11-26T03:00:00+02:00' } });
    await expectRingsAt(call, '2026-11-26T01:00:00.000Z');
  });

  it('not before a day is dialed at the first hour of that day that is open', async () => {
    await open('2026-11-24T12:00:00Z', FULL);
    const schedule = { not_before: '2026-11-27', timezone: 'Europe/Lisbon' };
    const call = await place('+351912345678', { schedule });
    await expectRingsAt(call, '2026-11-27T08:00:00.000Z');
  });

  it('in hours of its own keeps to them, and they never widen those of the place', async () => {
    await open('2026-11-24T12:00:00Z', FULL);
    const timezone = 'Europe/Lisbon';
    const late = await place('+351912345678', {
      schedule: { timezone, calling_hours: { from: '15:00', to: '16:00' } },
    });
    await expectRingsAt(late, '2026-11-24T15:00:00.000Z');
    const night = { timezone, calling_hours: { from: '22:00', to: '23:30' } };
    expect(await tried('+351912345678', { task: `${TASK} Twice.`, schedule: night })).toMatchObject(
      { status: 403, code: 'outside_calling_hours', next_allowed_at: null },
    );
  });

  it('that no hour is open for before its end is refused, and told when it would be allowed', async () => {
    await open('2026-11-24T23:00:00Z', FULL);
    const schedule = { timezone: 'Europe/Lisbon', not_after: '2026-11-25T07:00' };
    expect(await tried('+351912345678', { schedule })).toMatchObject({
      ...{ status: 403, code: 'outside_calling_hours' },
      next_allowed_at: '2026-11-25T08:00:00.000Z',
    });
  });

  it('whose end comes before the phone could ring has expired: nobody is called', async () => {
    await open('2026-11-24T12:00:00Z');
    const phone_number = numberFor('no_answer', '213');
    const first = await place(phone_number, { simulate: 'no_answer' });
    await world.until(first.id, ({ status }) => status === 'ringing');
    const not_after = new Date(world.clock.now() + 15_000).toISOString();
    // The same person's phone still rings for the first call.
    const second = await place(phone_number, {
      ...{ schedule: { not_after }, webhook_url: world.receiver.url },
    });
    expect(await world.ended(second.id)).toMatchObject({
      ...{ outcome: 'expired', outcome_group: 'not_called', end_reason: 'window_expired' },
      attempts: [],
    });
    await world.ended(first.id);
    expect(world.phone(phone_number)).toHaveLength(1);
    expect((await world.receiver.next('call.ended')).event.data['id']).toBe(second.id);
  });

  it('is canceled while it waits: it ends at once and no phone rings', async () => {
    await open('2026-11-24T12:00:00Z');
    const call = await place(numberFor('busy'), { schedule: { at: '2026-11-26T10:00:00Z' } });
    await world.client.cancelCall({ params: { id: call.id } });
    expect(await world.ended(call.id)).toMatchObject({ outcome: 'call_canceled', attempts: [] });
    world.jump(3 * 24 * 60 * MINUTE_MS);
    await pause(200);
    expect(world.simulator.calls()).toEqual([]);
  });
});
