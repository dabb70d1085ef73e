// What holds of every opening, for any place, purpose, hours and instant.
import fc from 'fast-check';
import { narrowed, openHours } from '../../../engine/src/calls/hours/calling-hours.ts';
import { holidaysFor } from '../../../engine/src/calls/hours/holidays.ts';
import type { CallingHours, Purpose } from '../../../engine/src/calls/hours/hours-rule.ts';
import {
  type OpeningFacts,
  openingAt,
  SEARCH_DAYS,
} from '../../../engine/src/calls/hours/opening.ts';
import { statesOf, zonesOf } from '../../../engine/src/calls/hours/zones-of.ts';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY = 24 * 60 * MINUTE;

const NUMBERS = [
  ['+351912345678', 'PT'],
  ['+34612345678', 'ES'],
  ['+33612345678', 'FR'],
  ['+61412345678', 'AU'],
  ['+5581987654321', 'BR'],
  ['+18005550143', 'US'],
  ['+18145550143', 'US'],
  ['+14165550143', 'CA'],
  ['+6281234567890', 'ID'],
  ['+56912345678', 'CL'],
  ['+201001234567', 'EG'],
  ['+64211234567', 'NZ'],
] as const;

const holidays = await holidaysFor({ purpose: 'marketing', country: 'ES', states: [] });

const anyInstant = fc
  .integer({ min: Date.UTC(2026, 0, 1) / MINUTE, max: Date.UTC(2028, 11, 31) / MINUTE })
  .map((minute) => minute * MINUTE);
// Also near the changes of the clock, which a random instant seldom meets.
const nearChange = fc
  .record({
    change: fc.constantFrom(
      '2026-03-29T01:00:00Z',
      '2026-10-25T01:00:00Z',
      '2027-03-14T07:00:00Z',
      '2027-11-07T06:00:00Z',
      '2027-04-03T16:00:00Z',
      '2027-10-02T16:00:00Z',
    ),
    minutes: fc.integer({ min: -1_500, max: 1_500 }),
  })
  .map(({ change, minutes }) => Date.parse(change) + minutes * MINUTE);

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const anyHours: fc.Arbitrary<CallingHours | null> = fc.option(
  fc
    .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 96 }))
    .filter(([from, to]) => from < to)
    .map(([from, to]) => ({ from: clock(from * 15), to: clock(to * 15) })),
);

const anyFacts: fc.Arbitrary<OpeningFacts> = fc
  .record({
    now: fc.oneof(anyInstant, nearChange),
    number: fc.constantFrom(...NUMBERS),
    purpose: fc.constantFrom<Purpose>('transactional', 'marketing'),
    calling_hours: anyHours,
  })
  .map(({ number: [number, country], ...rest }) => ({
    ...rest,
    country,
    zones: zonesOf(number),
    states: statesOf(number),
    exempt: false,
    holidays,
  }));

const formats = new Map<string, Intl.DateTimeFormat>();
function wallClock(instant: number, timeZone: string): { date: string; minute: number } {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  formats.set(timeZone, format);
  const text = format.format(instant);
  return {
    date: text.slice(0, 10),
    minute: Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16)),
  };
}

/** The law said the plain way: in every zone the clock on the wall stands inside the hours of that day. */
function isOpenByWallClock(facts: OpeningFacts, instant: number): boolean {
  const { week, closed_on_holidays } = narrowed(openHours(facts), facts.calling_hours);
  return facts.zones.every((zone) => {
    const { date, minute } = wallClock(instant, zone);
    if (closed_on_holidays && facts.country && holidays(facts.country, date)) return false;
    const windows = week[(new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7] ?? [];
    return windows.some(({ from, to }) => minute >= from && minute < to);
  });
}

const nextOf = (facts: OpeningFacts): number | null => {
  const opening = openingAt(facts);
  return opening.open ? facts.now : opening.next_allowed_at;
};

it('open is what the clocks on the walls of all zones say', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      expect(openingAt(facts).open).toBe(isOpenByWallClock(facts, facts.now));
    }),
    { numRuns: 300 },
  );
});

it('the next allowed instant is open, later than now, and nothing before it is open', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const next = nextOf(facts);
      if (next === facts.now) return;
      const end = next ?? facts.now + 8 * DAY;
      if (next !== null) {
        expect(next).toBeGreaterThan(facts.now);
        expect(next).toBeLessThanOrEqual(facts.now + SEARCH_DAYS * DAY);
        expect(openingAt({ ...facts, now: next })).toEqual({ open: true });
        expect(isOpenByWallClock(facts, next - 1)).toBe(false);
      }
      for (let sample = facts.now; sample < end; sample += QUARTER)
        if (isOpenByWallClock(facts, sample)) throw new Error(new Date(sample).toISOString());
    }),
    { numRuns: 80 },
  );
});

it('a later now never has an earlier opening', () => {
  fc.assert(
    fc.property(anyFacts, fc.integer({ min: 1, max: 14 * 24 * 60 }), (facts, minutes) => {
      const [earlier, later] = [
        nextOf(facts),
        nextOf({ ...facts, now: facts.now + minutes * MINUTE }),
      ];
      if (earlier !== null && later !== null) expect(later).toBeGreaterThanOrEqual(earlier);
    }),
    { numRuns: 200 },
  );
});

it('one more zone, narrower hours or a stricter purpose never open earlier', () => {
  fc.assert(
    fc.property(anyFacts, fc.constantFrom('Asia/Tokyo', 'America/Denver'), (facts, zone) => {
      const base = nextOf({ ...facts, purpose: 'transactional', calling_hours: null }) ?? 0;
      for (const stricter of [
        {
          ...facts,
          purpose: 'transactional' as const,
          calling_hours: null,
          zones: [...facts.zones, zone],
        },
        { ...facts, purpose: 'transactional' as const },
        { ...facts, calling_hours: null },
      ])
        expect(nextOf(stricter) ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(base);
    }),
    { numRuns: 200 },
  );
});

it('an evaluation asks for few days, also when the hours never come', () => {
  let asked = 0;
  const counted: OpeningFacts = {
    now: 0,
    zones: zonesOf('+18005550143'),
    country: 'US',
    states: [],
    purpose: 'marketing',
    calling_hours: null,
    exempt: false,
    holidays: (country, date) => {
      asked += 1;
      return holidays(country, date);
    },
  };
  const start = Date.UTC(2026, 0, 1);
  let most = 0;
  for (let hour = 0; hour < 10_000; hour++) {
    asked = 0;
    openingAt({ ...counted, now: start + hour * 60 * MINUTE });
    most = Math.max(most, asked);
  }
  // Eight zones, a weekend and a holiday, and the search for the zone that is closed.
  expect(most).toBeLessThanOrEqual(8 * 12);

  asked = 0;
  openingAt({ ...counted, now: start, calling_hours: { from: '09:00', to: '09:15' } });
  expect(asked).toBeLessThanOrEqual(8 * 3 * SEARCH_DAYS);
});
