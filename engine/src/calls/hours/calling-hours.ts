// When a person may be called, by purpose and place: the windows of each weekday that every rule leaves open. Pure.
import type { CallingHours, HoursRule, Purpose } from './hours-rule.ts';
import { CALLING_HOURS } from './tables/calling-hours-table.ts';

/** Minutes since midnight; `to` is the first minute outside, at most 1440. */
export interface Window {
  from: number;
  to: number;
}

export interface OpenHours {
  /** By weekday, Monday first. */
  week: readonly (readonly Window[])[];
  closed_on_holidays: boolean;
}

export interface HoursPlace {
  purpose: Purpose;
  country: string | undefined;
  states: readonly string[];
}

/** Returns the hours that all rules for the place leave open: the default, its country's and those of all its states. */
export function openHours(
  place: HoursPlace,
  rules: readonly HoursRule[] = CALLING_HOURS,
): OpenHours {
  const applying = rules.filter((rule) => applies(rule, place));
  return {
    week: WEEKDAYS.map((day) =>
      applying.reduce((open, rule) => shared(open, windowsOn(rule, day)), [ALL_DAY]),
    ),
    closed_on_holidays: applying.some((rule) => rule.closed_on_holidays),
  };
}

/** Returns the hours narrowed to the ones that the call itself asks for; they never widen. */
export const narrowed = (hours: OpenHours, asked: CallingHours | null): OpenHours =>
  asked === null
    ? hours
    : { ...hours, week: hours.week.map((windows) => shared(windows, [windowOf(asked)])) };

/** Hours without any rule: for phones whose owner has said that they may ring at any time. */
export const ALWAYS_OPEN: OpenHours = {
  week: [1, 2, 3, 4, 5, 6, 7].map(() => [{ from: 0, to: 1440 }]),
  closed_on_holidays: false,
};

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const ALL_DAY: Window = { from: 0, to: 1440 };

const applies = (rule: HoursRule, { purpose, country, states }: HoursPlace): boolean =>
  rule.purpose === purpose &&
  (rule.country === null || rule.country === country) &&
  (rule.state === undefined || states.includes(rule.state));

const windowsOn = (rule: HoursRule, day: number): Window[] =>
  rule.windows.filter(({ days }) => days.includes(day)).flatMap(({ hours }) => hours.map(windowOf));

function shared(some: readonly Window[], others: readonly Window[]): Window[] {
  return some
    .flatMap((a) =>
      others.map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) })),
    )
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
}

const windowOf = ({ from, to }: CallingHours): Window => ({
  from: minuteOf(from),
  to: minuteOf(to),
});

const minuteOf = (clock: string): number =>
  Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
