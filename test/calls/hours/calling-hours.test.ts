import { narrowed, openHours } from '../../../engine/src/calls/hours/calling-hours.ts';
import type { HoursRule, Purpose } from '../../../engine/src/calls/hours/hours-rule.ts';
import { CALLING_HOURS } from '../../../engine/src/calls/hours/tables/calling-hours-table.ts';
import { AREA_STATES } from '../../../engine/src/calls/hours/tables/number-zones.gen.ts';
import { zonesOfCountry } from '../../../engine/src/calls/hours/zones-of.ts';

const nameOf = ({ country, state, purpose }: HoursRule) =>
  [country ?? 'everywhere', state, purpose].filter(Boolean).join(' ');
const ROWS = CALLING_HOURS.map((rule) => [nameOf(rule), rule] as const);

describe.each(ROWS)('the row for %s', (_name, rule) => {
  it('has the public page that says so, and the month in which it was read', () => {
    expect(new URL(rule.source).protocol).toMatch(/^https?:$/);
    expect(rule.as_of).toMatch(/^20\d{2}-(0[1-9]|1[0-2])$/);
  });

  it('names a place that there is', () => {
    if (rule.country !== null) expect(zonesOfCountry(rule.country)).not.toEqual([]);
    if (rule.state === undefined) return;
    expect(rule.country).toBe('US');
    expect(Object.values(AREA_STATES).flat()).toContain(rule.state);
  });

  it('opens for some time on some day, in order, and names no day twice', () => {
    const days = rule.windows.flatMap((window) => window.days);
    expect(days.length).toBeGreaterThan(0);
    expect(new Set(days).size).toBe(days.length);
    expect(days.every((day) => Number.isInteger(day) && day >= 1 && day <= 7)).toBe(true);
    for (const { hours } of rule.windows) {
      const times = hours.flatMap(({ from, to }) => [from, to]);
      expect(times.every((time) => /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(time))).toBe(true);
      expect(times).toEqual([...new Set(times)].sort());
    }
  });
});

it('no place has two rows for one purpose', () => {
  const names = CALLING_HOURS.map(nameOf);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

/** Hours as text, days with the same ones joined. */
function told(country: string | undefined, purpose: Purpose, states: string[] = []): string[] {
  const { week } = openHours({ country, purpose, states });
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return week.map((windows) =>
    windows.map(({ from, to }) => `${clock(from)}-${clock(to)}`).join(' '),
  );
}
const times = (count: number, text: string): string[] => Array(count).fill(text);

it.each<[string, string | undefined, Purpose, string[], string[]]>([
  ['a call that is expected', 'PT', 'transactional', [], times(7, '08:00-21:00')],
  ['one to a country without a row', 'DE', 'transactional', [], times(7, '08:00-21:00')],
  ['one to a place that is not known', undefined, 'transactional', [], times(7, '08:00-21:00')],
  ['marketing without a row', 'DE', 'marketing', [], [...times(6, '09:00-20:00'), '']],
  ['marketing in Spain', 'ES', 'marketing', [], [...times(5, '09:00-20:00'), '', '']],
  ['marketing in France', 'FR', 'marketing', [], [...times(5, '10:00-13:00 14:00-20:00'), '', '']],
  ['marketing in Italy', 'IT', 'marketing', [], [...times(5, '09:00-20:00'), '10:00-19:00', '']],
  ['marketing in Canada', 'CA', 'marketing', [], [...times(5, '09:00-20:00'), '10:00-18:00', '']],
  [
    'marketing in Australia',
    'AU',
    'marketing',
    [],
    [...times(5, '09:00-20:00'), '09:00-17:00', ''],
  ],
  ['marketing in Kentucky', 'US', 'marketing', ['KY'], [...times(6, '10:00-20:00'), '']],
  [
    'marketing in Pennsylvania',
    'US',
    'marketing',
    ['PA'],
    [...times(5, '09:00-20:00'), '09:00-12:00', ''],
  ],
  [
    'marketing in one of two states',
    'US',
    'marketing',
    ['KY', 'RI'],
    [...times(6, '10:00-18:00'), ''],
  ],
])('%s: the strictest of all rows holds', (_name, country, purpose, states, week) => {
  expect(told(country, purpose, states)).toEqual(week);
});

it('marketing rests on public holidays everywhere, and expected calls do not', () => {
  for (const country of ['ES', 'FR', 'US', 'DE', undefined]) {
    expect(openHours({ country, purpose: 'marketing', states: [] }).closed_on_holidays).toBe(true);
    expect(openHours({ country, purpose: 'transactional', states: [] }).closed_on_holidays).toBe(
      false,
    );
  }
});

it('hours that a call asks for narrow the rules and never widen them', () => {
  const hours = openHours({ country: 'FR', purpose: 'marketing', states: [] });
  expect(narrowed(hours, { from: '12:00', to: '15:00' }).week[0]).toEqual([
    { from: 720, to: 780 },
    { from: 840, to: 900 },
  ]);
  expect(narrowed(hours, { from: '00:00', to: '24:00' })).toEqual(hours);
  expect(narrowed(hours, { from: '21:00', to: '23:00' }).week).toEqual(times(7, '').map(() => []));
  expect(narrowed(hours, null)).toEqual(hours);
});
