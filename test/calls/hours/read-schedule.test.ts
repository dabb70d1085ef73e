import {
  type ReadSchedule,
  readSchedule,
  type ScheduleFacts,
} from '../../../engine/src/calls/hours/read-schedule.ts';
import type { PlaceCall } from '../../../engine/src/contract/place-call.ts';

type Asked = NonNullable<PlaceCall['schedule']>;
const NOW = Date.parse('2026-11-24T12:00:00Z');
const LISBON: ScheduleFacts = { now: NOW, zones: ['Europe/Lisbon'] };
const MADRID: ScheduleFacts = { now: NOW, zones: ['Europe/Madrid'] };
const PORTUGAL: ScheduleFacts = { now: NOW, zones: ['Europe/Lisbon', 'Atlantic/Azores'] };

function read(schedule: Asked | undefined, facts = MADRID): ReadSchedule {
  const result = readSchedule(schedule, facts);
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}

const timeOf = (instant: number | null) =>
  instant === null ? null : new Date(instant).toISOString();

function refused(schedule: Asked, facts = MADRID): string {
  const result = readSchedule(schedule, facts);
  if (result.ok) throw new Error(`taken: ${JSON.stringify(schedule)}`);
  expect(result.failure.code).toBe('invalid_request');
  const [error] = result.failure.errors ?? [];
  expect(error?.code).toBe('invalid_request');
  const field = error?.pointer.replace('/schedule/', 'schedule.').replaceAll('/', '.');
  expect(result.failure.detail).toBe(`${field}: ${error?.detail}`);
  return result.failure.detail ?? '';
}

it('no schedule is a call for now', () => {
  const now = {
    at: null,
    not_before: null,
    not_after: null,
    timezone: null,
    calling_hours: null,
    on_closed: 'wait',
  };
  expect(read(undefined)).toEqual(now);
  expect(read({})).toEqual(now);
  expect(read({ at: '', not_before: ' ', timezone: '' })).toEqual(now);
});

it.each([
  ['2026-11-30T10:00', '2026-11-30T09:00:00.000Z'],
  ['2026-11-30 10:00', '2026-11-30T09:00:00.000Z'],
  ['2026-11-30T10:00:30', '2026-11-30T09:00:30.000Z'],
  ['2026-11-30T10:00:00.000', '2026-11-30T09:00:00.000Z'],
  [' 2026-11-30T10:00 ', '2026-11-30T09:00:00.000Z'],
  ['2026-11-30T10:00Z', '2026-11-30T10:00:00.000Z'],
  ['2026-11-30t10:00z', '2026-11-30T10:00:00.000Z'],
  ['2026-11-30T10:00:00.000Z', '2026-11-30T10:00:00.000Z'],
  ['2026-11-30T10:00:00.0000000Z', '2026-11-30T10:00:00.000Z'],
  ['2026-11-30T10:00:00+00:00', '2026-11-30T10:00:00.000Z'],
  ['2026-11-30T10:00:00-05:30', '2026-11-30T15:30:00.000Z'],
  ['2026-11-30T10:00:00+0100', '2026-11-30T09:00:00.000Z'],
  ['2026-11-30 10:00:00 +01', '2026-11-30T09:00:00.000Z'],
])('A17 %j is read and comes back in UTC', (at, expected) => {
  expect(timeOf(read({ at }).at)).toBe(expected);
});

it('A17 a local time is read in the zone that is given, whatever the number says', () => {
  const given = { at: '2026-11-30T10:00', timezone: 'America/New_York' };
  expect(timeOf(read(given).at)).toBe('2026-11-30T15:00:00.000Z');
  expect(read(given).timezone).toBe('America/New_York');
  expect(timeOf(read(given, PORTUGAL).at)).toBe('2026-11-30T15:00:00.000Z');
  expect(timeOf(read({ ...given, at: '2026-11-30T10:00Z' }).at)).toBe('2026-11-30T10:00:00.000Z');
});

it('A17 a time without a zone, of a number with several or none, names what to set', () => {
  expect(refused({ at: '2026-11-30T10:00' }, PORTUGAL)).toBe(
    'schedule.timezone: This number can be in several time zones (Europe/Lisbon, Atlantic/Azores). Set `schedule.timezone`, such as Europe/Lisbon.',
  );
  expect(refused({ not_after: '2026-11-30' }, { now: NOW, zones: [] })).toBe(
    'schedule.timezone: Its time zone is not known. Set `schedule.timezone`, such as Europe/Lisbon.',
  );
  expect(timeOf(read({ at: '2026-11-30T10:00Z' }, PORTUGAL).at)).toBe('2026-11-30T10:00:00.000Z');
});

it('A17 a time in the past is refused; one that has just passed is now', () => {
  expect(refused({ at: '2026-11-24T11:54:59Z' })).toContain('schedule.at: This time has passed');
  expect(read({ at: '2026-11-24T11:55:00Z' }).at).toBe(NOW);
  expect(refused({ not_after: '2026-11-23' })).toContain(
    'schedule.not_after: This time has passed',
  );
  expect(timeOf(read({ not_before: '2026-11-01' }).not_before)).toBe('2026-10-31T23:00:00.000Z');
});

it('A17 a time of more than a year ahead is refused', () => {
  expect(refused({ at: '2028-11-24T12:00:00Z' })).toContain('schedule.at: It is more than a year');
  expect(refused({ not_before: '2028-11-24' })).toContain('schedule.not_before: It is more than');
  expect(timeOf(read({ at: '2027-11-24T12:00:00Z' }).at)).toBe('2027-11-24T12:00:00.000Z');
});

it('A17 a time that the clock skips is the first after it; one that comes twice is the first', () => {
  expect(timeOf(read({ at: '2027-03-28T02:30' }).at)).toBe('2027-03-28T01:00:00.000Z');
  expect(timeOf(read({ at: '2027-10-31T02:30' }).at)).toBe('2027-10-31T00:30:00.000Z');
});

it.each([
  ['30/11/2026 10:00'],
  ['tomorrow at ten'],
  ['2026-02-30T10:00'],
  ['2026-11-30T24:30'],
  ['2026-11-30T10:60'],
  ['2026-11-30T10:00:60'],
  ['2026-11-30T10:00+25:00'],
  ['2026-11-30T10:00+01:75'],
  ['2026-11-30T10'],
  ['1795392000'],
  ['2026-11-30T10:00 Europe/Lisbon'],
  ['Invalid date'],
  ['2026-11-30T１０:00'],
])('A17 %j is no time: the answer shows how to write one', (at) => {
  expect(refused({ at })).toMatch(/^schedule\.at: .*2026-11-30T10:00/);
});

it('a date alone is the start or the end of that day in its zone, and no time to call at', () => {
  const { not_before, not_after } = read({ not_before: '2027-03-28', not_after: '2027-03-28' });
  expect(timeOf(not_before)).toBe('2027-03-27T23:00:00.000Z');
  // The day of the change has 23 hours.
  expect(timeOf(not_after)).toBe('2027-03-28T21:59:59.999Z');
  expect(refused({ at: '2026-11-30' })).toContain('schedule.at: It needs a time of day too.');
});

it('a window that ends before it begins is refused, and so is a time outside of it', () => {
  expect(refused({ not_before: '2026-12-02', not_after: '2026-12-01' })).toContain(
    'schedule.not_after: It must be later than `not_before`',
  );
  expect(refused({ at: '2026-12-02T10:00', not_after: '2026-12-01' })).toContain(
    'schedule.not_after: It must be later than `at`',
  );
  expect(refused({ at: '2026-12-02T10:00', not_before: '2026-12-03' })).toContain(
    'schedule.at: It must not be earlier than `not_before`',
  );
  expect(
    read({ at: '2026-12-02T10:00', not_before: '2026-12-02', not_after: '2026-12-02' }),
  ).toMatchObject({ at: Date.parse('2026-12-02T09:00:00Z') });
});

it.each([
  ['UTC+7'],
  ['Mars/Base'],
  ['+07:00'],
  ['GMT+1'],
  ['Lisbon'],
  ['Pacific Standard Time'],
  ['Europe/Lisbon\n'.repeat(2)],
])('A18 the time zone %j is refused with an example of one that is taken', (timezone) => {
  expect(refused({ timezone })).toMatch(/^schedule\.timezone: .*such as Europe\/Lisbon/s);
});

it('A18 a zone of the database is taken, without looking at the number', () => {
  expect(read({ timezone: ' Australia/Perth ' }, LISBON).timezone).toBe('Australia/Perth');
  expect(read({ timezone: 'UTC' }, PORTUGAL).timezone).toBe('UTC');
});

it('calling hours are two times of one day, the first earlier', () => {
  expect(read({ calling_hours: { from: '09:00', to: '18:30' } }).calling_hours).toEqual({
    from: '09:00',
    to: '18:30',
  });
  expect(read({ calling_hours: { from: '00:00', to: '24:00' } }).calling_hours).toEqual({
    from: '00:00',
    to: '24:00',
  });
  for (const [from, to, field] of [
    ['9:00', '18:00', 'from'],
    ['24:00', '24:00', 'from'],
    ['09:00', '6 pm', 'to'],
    ['09:00', '24:30', 'to'],
    ['18:00', '09:00', 'to'],
    ['09:00', '09:00', 'to'],
    ['', '', 'from'],
  ] as const)
    expect(refused({ calling_hours: { from, to } })).toMatch(
      new RegExp(`^schedule\\.calling_hours\\.${field}: `),
    );
});

it('what to do outside the hours is to wait, unless the request says reject', () => {
  expect(read({ on_closed: 'reject' }).on_closed).toBe('reject');
  expect(read({ at: '2026-11-30T10:00' }).on_closed).toBe('wait');
});
