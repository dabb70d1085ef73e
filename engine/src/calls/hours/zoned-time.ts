// Wall clocks and instants. Built on Temporal's semantics, so that the polyfill can go when Node has it.
import { Temporal } from 'temporal-polyfill';

export interface LocalTime {
  /** YYYY-MM-DD. */
  date: string;
  /** Minutes since midnight, 0 to 1439. */
  minute: number;
  /** 1 is Monday, 7 is Sunday. */
  weekday: number;
}

/** Returns what the clock on the wall shows in the zone at that instant (ms). */
export function localTime(instant: number, zone: string): LocalTime {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return {
    date: at.toPlainDate().toString(),
    minute: at.hour * 60 + at.minute,
    weekday: at.dayOfWeek,
  };
}

/**
 * Returns the instant (ms) at which the zone's clock first shows that local time, such as `2026-11-30T10:00`.
 * A time that the clock skips is the first instant after the gap; one that it shows twice is the earlier.
 */
export function instantOf(local: string, zone: string): number {
  const plain = Temporal.PlainDateTime.from(local);
  const first = plain.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (first.toPlainDateTime().equals(plain)) return first.epochMilliseconds;
  // In a gap `earlier` falls before it: the clock goes on at the next change of the offset.
  const after = first.getTimeZoneTransition('next');
  return (after ?? first).epochMilliseconds;
}

/** Returns the instant (ms) of a minute of that day; 1440 is the start of the next day. */
export function instantOfMinute(date: string, minute: number, zone: string): number {
  const key = `${zone} ${date} ${minute}`;
  let instant = kept.get(key);
  if (instant === undefined) {
    instant = instantOf(minute < 1440 ? `${date}T${clockOf(minute)}` : dateAfter(date, 1), zone);
    if (kept.size >= KEPT) kept.clear();
    kept.set(key, instant);
  }
  return instant;
}

// Calls of one day ask for the same few openings again and again, and each costs ten times a look-up.
const kept = new Map<string, number>();
const KEPT = 10_000;

/** Returns a minute of a day as HH:MM. */
export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Returns the date (YYYY-MM-DD) that many days later. */
export const dateAfter = (date: string, days: number): string =>
  Temporal.PlainDate.from(date).add({ days }).toString();

/** Returns 1 for a Monday to 7 for a Sunday. */
export const weekdayOf = (date: string): number => Temporal.PlainDate.from(date).dayOfWeek;

/** True for a local date and time that the calendar has, such as `2026-11-30T10:00`. */
export function isLocalTime(text: string): boolean {
  try {
    Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    return !/:60$/.test(text);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** True for a name of the IANA time zone database, such as `Europe/Lisbon`; not for an offset such as `+07:00`. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
