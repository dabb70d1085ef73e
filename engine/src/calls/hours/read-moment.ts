// Reads a point in time as people and platforms write it: ISO 8601 with or without seconds, offset and T. Pure.
import { fail, ok, type Result } from '../../lib/result.ts';
import { dateAfter, instantOf, isLocalTime } from './zoned-time.ts';

const FORM =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:[T ](?<clock>\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})? ?(?<offset>Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

export interface UnreadMoment {
  /** What the builder has to change: the time itself, or the zone that it lacks. */
  lacks: 'time' | 'zone';
  detail: string;
}

/** Returns the instant (ms), to the second, or why the text is none. A time without offset needs exactly one zone. */
export function readMoment(
  text: string,
  zones: readonly string[],
  dateAlone: 'start_of_day' | 'end_of_day' | 'refused',
): Result<number, UnreadMoment> {
  const { date, clock, offset } = FORM.exec(text)?.groups ?? {};
  if (date === undefined || !isLocalTime(`${date}T${clock ?? '00:00'}`)) {
    return unread('time', `“${text}” is not a date and time. ${EXAMPLES}`);
  }
  if (clock === undefined && dateAlone === 'refused') {
    return unread('time', `It needs a time of day too. ${EXAMPLES}`);
  }
  if (offset !== undefined) return ofOffset(`${date}T${clock}`, offset);

  const [zone, ...others] = zones;
  if (zone === undefined)
    return unread('zone', `Its time zone is not known. ${GIVE_ZONE} Europe/Lisbon.`);
  if (others.length > 0) {
    return unread(
      'zone',
      `This number can be in several time zones (${named(zones)}). ${GIVE_ZONE} ${zone}.`,
    );
  }
  if (clock !== undefined) return ok(instantOf(`${date}T${clock}`, zone));
  // The last moment of a day is the one before the next begins, whatever the clock does that night.
  return dateAlone === 'start_of_day'
    ? ok(instantOf(`${date}T00:00`, zone))
    : ok(instantOf(`${dateAfter(date, 1)}T00:00`, zone) - 1);
}

const unread = (lacks: UnreadMoment['lacks'], detail: string): Result<never, UnreadMoment> =>
  fail({ lacks, detail });

const EXAMPLES =
  'Write it like 2026-11-30T10:00 with `schedule.timezone`, or like 2026-11-30T10:00+01:00.';
const GIVE_ZONE = 'Set `schedule.timezone`, such as';

const named = (zones: readonly string[]): string =>
  zones.length <= 4 ? zones.join(', ') : `${zones.slice(0, 3).join(', ')} and others`;

function ofOffset(local: string, offset: string): Result<number, UnreadMoment> {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? [];
  const away = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) > 59 || away > FURTHEST_OFFSET) {
    return unread('time', `“${offset}” is not an offset from UTC. ${EXAMPLES}`);
  }
  return ok(Date.parse(`${local}Z`) - (sign === '-' ? -away : away) * 60_000);
}

// No clock is further from UTC than this: https://www.iana.org/time-zones
const FURTHEST_OFFSET = 14 * 60;
