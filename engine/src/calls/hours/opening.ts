// Whether a person may be called at an instant, and else when: open in every zone that the number can be in. Pure.
import {
  ALWAYS_OPEN,
  type HoursPlace,
  narrowed,
  type OpenHours,
  openHours,
  type Window,
} from './calling-hours.ts';
import type { HolidayCalendar } from './holidays.ts';
import type { CallingHours } from './hours-rule.ts';
import {
  clockOf,
  dateAfter,
  instantOfMinute,
  type LocalTime,
  localTime,
  weekdayOf,
} from './zoned-time.ts';
import { zonesOfCountry } from './zones-of.ts';

export interface OpeningFacts extends HoursPlace {
  /** The instant asked about (ms). */
  now: number;
  /** All must be open at once: the zone that the caller gave, alone, else those of the number. Empty when not known. */
  zones: readonly string[];
  /** Hours that the call itself asks for; they narrow the rules. */
  calling_hours: CallingHours | null;
  /** True for phones that no rule of hours guards; `calling_hours` still holds. */
  exempt: boolean;
  holidays: HolidayCalendar;
}

export type ClosedRule = 'outside_calling_hours' | 'public_holiday' | 'zone_unknown';

export type Opening =
  | { open: true }
  | {
      open: false;
      rule: ClosedRule;
      /** The next instant (ms) that is open; null when there is none within 60 days. */
      next_allowed_at: number | null;
      /** For people who build workflows; holds no number. */
      detail: string;
    };

export const SEARCH_DAYS = 60;

export function openingAt(facts: OpeningFacts): Opening {
  if (facts.exempt && facts.calling_hours === null) return { open: true };
  const zones = zonesAsked(facts);
  if (zones.length === 0) return zoneUnknown();

  const hours = narrowed(facts.exempt ? ALWAYS_OPEN : openHours(facts), facts.calling_hours);
  const days: Days = { hours, isHoliday: holidaysOf(facts, hours) };
  const next = nextOpen(facts.now, zones, days);
  if (next === facts.now) return { open: true };
  return { open: false, ...whyClosed(facts, zones, days, next), next_allowed_at: next };
}

// A guess may delay a call that people expect; it must not let one through that they can only have been sold.
const zonesAsked = ({ zones, purpose, country }: OpeningFacts): readonly string[] =>
  zones.length > 0 || purpose === 'marketing' ? zones : zonesOfCountry(country);

const zoneUnknown = (): Opening => ({
  open: false,
  rule: 'zone_unknown',
  next_allowed_at: null,
  detail:
    'The time zone of this number is not known. Set `schedule.timezone`, for example Europe/Lisbon.',
});

interface Days {
  hours: OpenHours;
  isHoliday: (date: string) => boolean;
}

const holidaysOf =
  ({ country, holidays }: OpeningFacts, hours: OpenHours): Days['isHoliday'] =>
  (date) =>
    hours.closed_on_holidays && country !== undefined && holidays(country, date);

/** Returns the first instant from `start` on at which every zone is open. */
function nextOpen(start: number, zones: readonly string[], days: Days): number | null {
  if (days.hours.week.every((windows) => windows.length === 0)) return null;
  const limit = start + SEARCH_DAYS * 86_400_000;
  let at = start;
  // Each round goes on to an opening of one zone before which that zone is closed: nothing open is passed over.
  while (at <= limit) {
    let latest = at;
    for (const zone of zones) {
      const next = nextOpenIn(zone, latest, limit, days);
      if (next === null) return null;
      latest = next;
    }
    if (latest === at) return at;
    at = latest;
  }
  return null;
}

function nextOpenIn(zone: string, start: number, limit: number, days: Days): number | null {
  let { date } = localTime(start, zone);
  for (let searched = 0; searched <= SEARCH_DAYS + 1; searched++) {
    for (const { from, to } of windowsOn(date, days)) {
      if (instantOfMinute(date, to, zone) <= start) continue;
      const opens = instantOfMinute(date, from, zone);
      if (opens > limit) return null;
      return Math.max(opens, start);
    }
    date = dateAfter(date, 1);
  }
  return null;
}

const windowsOn = (date: string, { hours, isHoliday }: Days): readonly Window[] => {
  const windows = hours.week[weekdayOf(date) - 1] ?? [];
  return windows.length > 0 && isHoliday(date) ? [] : windows;
};

function whyClosed(
  facts: OpeningFacts,
  zones: readonly string[],
  days: Days,
  next: number | null,
): { rule: ClosedRule; detail: string } {
  const closed =
    zones.find(
      (zone) => nextOpenIn(zone, facts.now, Number.POSITIVE_INFINITY, days) !== facts.now,
    ) ?? '';
  const local = localTime(facts.now, closed);
  const usual = days.hours.week[local.weekday - 1] ?? [];
  const holiday = usual.length > 0 && days.isHoliday(local.date);
  const rule = holiday ? 'public_holiday' : 'outside_calling_hours';
  const never = next === null ? ` ${NEVER}` : '';
  return { rule, detail: `${explained(local, closed, holiday, usual)}${never}` };
}

const NEVER =
  'These hours never come: set wider `schedule.calling_hours`, or `schedule.timezone` if you know where the person is.';

function explained(
  { date, minute }: LocalTime,
  zone: string,
  holiday: boolean,
  usual: readonly Window[],
): string {
  const now = `It is ${clockOf(minute)} in ${zone}`;
  if (holiday) return `${now}, and ${date} is a public holiday there.`;
  if (usual.length === 0) return `${now}, and nobody is called there on this day of the week.`;
  const hours = usual.map(({ from, to }) => `${clockOf(from)}–${clockOf(to)}`).join(' and ');
  return `${now}; calls are allowed there ${hours} on this day.`;
}
