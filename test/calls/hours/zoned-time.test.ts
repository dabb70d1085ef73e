import {
  instantOf,
  instantOfMinute,
  isZone,
  localTime,
} from '../../../engine/src/calls/hours/zoned-time.ts';

const HOUR = 3_600_000;

// Both halves of the world, a change of half an hour, changes at midnight, one in Ramadan, and none at all.
const ZONES = [
  'Europe/Lisbon',
  'Europe/Berlin',
  'Atlantic/Azores',
  'America/New_York',
  'America/Los_Angeles',
  'America/Santiago',
  'America/Havana',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
];

/** The offset (ms) by plain Intl, which shares no code with what is tested. */
function offsetAt(instant: number, format: Intl.DateTimeFormat): number {
  const part = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
}

const formatOf = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

interface Change {
  at: number;
  before: number;
  after: number;
}

/** Every change of the offset in 2026 to 2028: found by the day, then by halving. */
function changesOf(zone: string): Change[] {
  const format = formatOf(zone);
  const changes: Change[] = [];
  for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2029, 0, 1); day += 24 * HOUR) {
    const before = offsetAt(day, format);
    const after = offsetAt(day + 24 * HOUR, format);
    if (before === after) continue;
    let [low, high] = [day, day + 24 * HOUR];
    while (high - low > 1_000) {
      const middle = low + Math.floor((high - low) / 2_000) * 1_000;
      if (offsetAt(middle, format) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: high, before, after });
  }
  return changes;
}

const localText = (instant: number, offset: number) =>
  new Date(instant + offset).toISOString().slice(0, 19);

describe.each(ZONES)('the clock changes of %s in 2026 to 2028', (zone) => {
  const changes = changesOf(zone);

  it('are found, where there are any', () => {
    const none = zone === 'America/Sao_Paulo';
    expect(changes.length > 0).toBe(!none);
  });

  it('a time that the clock skips is the first instant after the gap', () => {
    for (const { at, before, after } of changes.filter((change) => change.after > change.before)) {
      for (const into of [0, 60_000, after - before - 60_000])
        expect(instantOf(localText(at + into, before), zone)).toBe(at);
    }
  });

  it('a time that the clock shows twice is the earlier', () => {
    for (const { at, before, after } of changes.filter((change) => change.after < change.before)) {
      for (const back of [60_000, (before - after) / 2, before - after])
        expect(instantOf(localText(at - back, before), zone)).toBe(at - back);
    }
  });

  it('the hours around them are read and shown the same way', () => {
    const format = formatOf(zone);
    for (const { at } of changes) {
      for (let instant = at - 6 * HOUR; instant <= at + 6 * HOUR; instant += 20 * 60_000) {
        const text = localText(instant, offsetAt(instant, format));
        expect(`${localTime(instant, zone).date} ${localTime(instant, zone).minute}`).toBe(
          `${text.slice(0, 10)} ${Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16))}`,
        );
        // Only in the hour that comes twice it is another instant, and then the one before.
        const read = instantOf(text, zone);
        if (read !== instant) expect(localText(read, offsetAt(read, format))).toBe(text);
        expect(read).toBeLessThanOrEqual(instant);
      }
    }
  });
});

it('a minute of a day counts by the clock on the wall, and the end of a day is the start of the next', () => {
  expect(instantOfMinute('2026-10-25', 9 * 60, 'Europe/Lisbon')).toBe(
    Date.parse('2026-10-25T09:00:00Z'),
  );
  expect(instantOfMinute('2026-10-24', 1440, 'Europe/Lisbon')).toBe(
    Date.parse('2026-10-25T00:00:00+01:00'),
  );
  // In Havana the day of the change begins at one in the morning.
  expect(instantOfMinute('2026-03-07', 1440, 'America/Havana')).toBe(
    Date.parse('2026-03-08T01:00:00-04:00'),
  );
});

it.each([
  ['Europe/Lisbon', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['UTC+7', false],
  ['GMT+1', false],
  ['+07:00', false],
  ['Mars/Base', false],
  ['Lisbon', false],
  ['Romance Standard Time', false],
])('%s is a time zone: %s', (name, known) => {
  expect(isZone(name)).toBe(known);
});
