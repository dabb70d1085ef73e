import { holidaysFor, NO_HOLIDAYS } from '../../../engine/src/calls/hours/holidays.ts';
import {
  type Opening,
  type OpeningFacts,
  openingAt,
} from '../../../engine/src/calls/hours/opening.ts';
import { statesOf, zonesOf, zonesOfCountry } from '../../../engine/src/calls/hours/zones-of.ts';

const facts = (now: string, given: Partial<OpeningFacts> = {}): OpeningFacts => ({
  now: Date.parse(now),
  zones: ['Europe/Lisbon'],
  country: 'PT',
  states: [],
  purpose: 'transactional',
  calling_hours: null,
  exempt: false,
  holidays: NO_HOLIDAYS,
  ...given,
});
const SPAIN = { zones: ['Europe/Madrid'], country: 'ES', purpose: 'marketing' } as const;
const FRANCE = { zones: ['Europe/Paris'], country: 'FR', purpose: 'marketing' } as const;

const nextOf = (opening: Opening): string | null => {
  if (opening.open) return 'open';
  return opening.next_allowed_at === null ? null : new Date(opening.next_allowed_at).toISOString();
};
const at = (text: string) => new Date(text).toISOString();
const marketing = async (
  place: {
    zones: readonly string[];
    country: string;
    purpose: 'marketing';
    states?: readonly string[];
  },
  now: string,
) => openingAt(facts(now, { ...place, holidays: await holidaysFor({ states: [], ...place }) }));

it('C4 at 23:00 of the person the next opening is the morning, in their time', () => {
  const opening = openingAt(facts('2026-11-24T23:00:00Z'));
  expect(opening).toMatchObject({ open: false, rule: 'outside_calling_hours' });
  expect(nextOf(opening)).toBe(at('2026-11-25T08:00:00Z'));
});

it('the hours begin with their first minute and end before their last', () => {
  for (const [now, open] of [
    ['2026-11-24T07:59:59.999Z', false],
    ['2026-11-24T08:00:00Z', true],
    ['2026-11-24T20:59:59.999Z', true],
    ['2026-11-24T21:00:00Z', false],
  ] as const)
    expect(openingAt(facts(now)).open).toBe(open);
});

it('C6 a mobile of Australia is not called at 08:30 in Sydney, when it is 05:30 in Perth', () => {
  const zones = zonesOf('+61412345678');
  const opening = openingAt(facts('2026-11-24T08:30:00+11:00', { country: 'AU', zones }));
  expect(nextOf(opening)).toBe(at('2026-11-24T08:00:00+08:00'));
  expect(
    openingAt(facts('2026-11-24T08:30:00+11:00', { country: 'AU', zones: ['Australia/Sydney'] })),
  ).toEqual({ open: true });
});

it('C7 marketing to Spain on a Saturday waits for Monday, on a public holiday for the day after', async () => {
  const saturday = await marketing(SPAIN, '2026-11-28T11:00:00+01:00');
  expect(saturday).toMatchObject({ rule: 'outside_calling_hours' });
  expect(nextOf(saturday)).toBe(at('2026-11-30T09:00:00+01:00'));

  const holiday = await marketing(SPAIN, '2026-12-08T11:00:00+01:00');
  expect(holiday).toMatchObject({ rule: 'public_holiday' });
  expect(nextOf(holiday)).toBe(at('2026-12-09T09:00:00+01:00'));
});

it('C7 marketing to France at 13:30 waits until 14:00', async () => {
  expect(nextOf(await marketing(FRANCE, '2026-11-24T13:30:00+01:00'))).toBe(
    at('2026-11-24T14:00:00+01:00'),
  );
  // A long weekend: Friday is Christmas, then come Saturday and Sunday.
  expect(nextOf(await marketing(FRANCE, '2026-12-24T20:00:00+01:00'))).toBe(
    at('2026-12-28T10:00:00+01:00'),
  );
});

it('C8 an opening at an hour that the clock skips is the first instant after it, once', () => {
  const own = { exempt: true, calling_hours: { from: '01:30', to: '03:00' } };
  // In Lisbon 01:00 to 02:00 is skipped on 28 March 2027.
  const skipped = openingAt(facts('2027-03-28T00:00:00Z', own));
  expect(nextOf(skipped)).toBe(at('2027-03-28T01:00:00Z'));
  expect(openingAt(facts('2027-03-28T01:00:00Z', own)).open).toBe(true);
  expect(nextOf(openingAt(facts('2027-03-28T02:00:00Z', own)))).toBe(at('2027-03-29T00:30:00Z'));
});

it('C8 an hour that comes twice opens once', () => {
  const own = { exempt: true, calling_hours: { from: '01:00', to: '01:30' } };
  // In Lisbon 01:00 to 02:00 comes twice on 31 October 2027.
  expect(nextOf(openingAt(facts('2027-10-30T23:00:00Z', own)))).toBe(at('2027-10-31T00:00:00Z'));
  expect(nextOf(openingAt(facts('2027-10-31T01:00:00Z', own)))).toBe(at('2027-11-01T01:00:00Z'));
});

it('the zone that is given wins over those of the number', () => {
  const perth = facts('2026-11-24T08:30:00+08:00', { country: 'AU', zones: ['Australia/Perth'] });
  expect(openingAt(perth)).toEqual({ open: true });
});

it('a number that can be anywhere in the US is called when Hawaii and New York are both awake', () => {
  const zones = zonesOf('+18005550143');
  const opening = openingAt(facts('2026-11-24T09:00:00-05:00', { country: 'US', zones }));
  // Adak keeps the time of Honolulu in winter.
  expect(nextOf(opening)).toBe(at('2026-11-24T08:00:00-10:00'));
});

it('marketing to a US state keeps to the hours of that state, on the clock of its number', async () => {
  const number = '+15025550143';
  const place = {
    zones: zonesOf(number),
    country: 'US',
    purpose: 'marketing',
    states: statesOf(number),
  } as const;
  expect(place.states).toEqual(['KY']);
  expect(nextOf(await marketing(place, '2026-11-24T09:30:00-05:00'))).toBe(
    at('2026-11-24T10:00:00-05:00'),
  );
});

it('marketing to a number whose zone is not known is refused with what to set', () => {
  const opening = openingAt(facts('2026-11-24T12:00:00Z', { zones: [], purpose: 'marketing' }));
  expect(opening).toMatchObject({ open: false, rule: 'zone_unknown', next_allowed_at: null });
  expect(opening).toHaveProperty('detail', expect.stringContaining('`schedule.timezone`'));
});

it('an expected call to a number whose zone is not known keeps to all zones of its country', () => {
  const unknown = (country: string | undefined) =>
    openingAt(facts('2026-11-24T08:30:00+11:00', { zones: [], country }));
  expect(unknown('AU')).toEqual(
    openingAt(facts('2026-11-24T08:30:00+11:00', { country: 'AU', zones: zonesOfCountry('AU') })),
  );
  expect(unknown(undefined)).toMatchObject({ rule: 'zone_unknown' });
});

it('hours that a call asks for hold inside the allowed ones, never beyond', () => {
  const asked = (from: string, to: string, now: string) =>
    nextOf(openingAt(facts(now, { calling_hours: { from, to } })));
  expect(asked('10:00', '12:00', '2026-11-24T09:00:00Z')).toBe(at('2026-11-24T10:00:00Z'));
  expect(asked('06:00', '24:00', '2026-11-24T07:00:00Z')).toBe(at('2026-11-24T08:00:00Z'));
  expect(asked('06:00', '24:00', '2026-11-24T22:00:00Z')).toBe(at('2026-11-25T08:00:00Z'));
});

it('hours that never come are told as such', () => {
  const asked = { calling_hours: { from: '22:00', to: '23:00' } };
  const opening = openingAt(facts('2026-11-24T22:30:00Z', asked));
  expect(opening).toMatchObject({ open: false, next_allowed_at: null });
  expect(opening).toHaveProperty('detail', expect.stringContaining('never come'));
  // From Kaliningrad to Kamchatka it is never between nine and ten everywhere.
  const everywhere = { country: 'RU', zones: zonesOfCountry('RU') };
  expect(
    nextOf(
      openingAt(
        facts('2026-11-24T12:00:00Z', {
          ...everywhere,
          calling_hours: { from: '09:00', to: '10:00' },
        }),
      ),
    ),
  ).toBeNull();
});

it('a proven own phone may ring at any hour, unless the call itself asks for hours', () => {
  const night = '2026-11-24T03:00:00Z';
  expect(openingAt(facts(night, { exempt: true }))).toEqual({ open: true });
  expect(openingAt(facts(night, { exempt: true, zones: [], country: undefined })).open).toBe(true);
  const asked = { exempt: true, calling_hours: { from: '06:00', to: '07:00' } };
  expect(nextOf(openingAt(facts(night, asked)))).toBe(at('2026-11-24T06:00:00Z'));
});

it('the reason names the zone, its time and its hours, for people who build workflows', async () => {
  const told = (opening: Opening) => (opening.open ? '' : opening.detail);
  expect(told(openingAt(facts('2026-11-24T23:05:00Z')))).toBe(
    'It is 23:05 in Europe/Lisbon; calls are allowed there 08:00–21:00 on this day.',
  );
  expect(told(await marketing(FRANCE, '2026-11-24T13:30:00+01:00'))).toBe(
    'It is 13:30 in Europe/Paris; calls are allowed there 10:00–13:00 and 14:00–20:00 on this day.',
  );
  expect(told(await marketing(SPAIN, '2026-11-29T11:00:00+01:00'))).toBe(
    'It is 11:00 in Europe/Madrid, and nobody is called there on this day of the week.',
  );
  expect(told(await marketing(SPAIN, '2026-12-25T11:00:00+01:00'))).toBe(
    'It is 11:00 in Europe/Madrid, and 2026-12-25 is a public holiday there.',
  );
});

it('a place whose hours do not depend on holidays loads no calendar', async () => {
  expect(await holidaysFor({ purpose: 'transactional', country: 'ES', states: [] })).toBe(
    NO_HOLIDAYS,
  );
});

it('public holidays are those of the whole country, with the days that stand in for them', async () => {
  const isHoliday = await holidaysFor({ purpose: 'marketing', country: 'GB', states: [] });
  expect(isHoliday('GB', '2027-12-27')).toBe(true);
  expect(isHoliday('US', '2027-07-05')).toBe(true);
  expect(isHoliday('FR', '2027-07-14')).toBe(true);
  expect(isHoliday('FR', '2027-07-15')).toBe(false);
  // Bavaria only.
  expect(isHoliday('DE', '2027-11-01')).toBe(false);
  // Of several days, beginning on 9 March.
  expect(['09', '10', '11', '12'].map((day) => isHoliday('SA', `2027-03-${day}`))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(isHoliday('XX', '2027-01-01')).toBe(false);
});
