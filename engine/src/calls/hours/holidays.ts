// Public holidays of a country, by date-holidays (https://github.com/commenthol/date-holidays, ISC; its data CC BY-SA 3.0).
// National ones only: of what region a recipient is, a number does not tell.
import type Holidays from 'date-holidays';
import { type HoursPlace, openHours } from './calling-hours.ts';

/** True when the date (YYYY-MM-DD) is a public holiday in all of the country (ISO 3166). */
export type HolidayCalendar = (country: string, date: string) => boolean;

export const NO_HOLIDAYS: HolidayCalendar = () => false;

/** Returns the calendar that the place's hours need: the library, some 30 MB, is loaded only when a rule asks for it. */
export async function holidaysFor(place: HoursPlace): Promise<HolidayCalendar> {
  if (!openHours(place).closed_on_holidays) return NO_HOLIDAYS;
  loading ??= import('date-holidays').then((library) => calendarOf(library.default));
  return loading;
}

let loading: Promise<HolidayCalendar> | undefined;

const KEPT_YEARS = 200;

function calendarOf(Library: typeof Holidays): HolidayCalendar {
  const kept = new Map<string, ReadonlySet<string>>();
  return (country, date) => {
    const year = date.slice(0, 4);
    const key = `${country} ${year}`;
    let dates = kept.get(key);
    if (!dates) {
      dates = publicHolidays(new Library(country), Number(year));
      const oldest = kept.size >= KEPT_YEARS ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(key, dates);
    }
    return dates.has(date);
  };
}

function publicHolidays(country: Holidays, year: number): ReadonlySet<string> {
  const dates = new Set<string>();
  // A holiday of several days may begin in the year before.
  for (const holiday of [year - 1, year].flatMap((of) => country.getHolidays(of))) {
    if (holiday.type !== 'public') continue;
    const days = Math.max(
      1,
      Math.round((holiday.end.getTime() - holiday.start.getTime()) / DAY_MS),
    );
    const first = Date.parse(`${holiday.date.slice(0, 10)}T00:00:00Z`);
    for (let day = 0; day < days; day++) {
      dates.add(new Date(first + day * DAY_MS).toISOString().slice(0, 10));
    }
  }
  return dates;
}

const DAY_MS = 86_400_000;
