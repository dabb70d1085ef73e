// Reads the `schedule` of a request: when the call is wanted, as instants. Pure.
import type { PlaceCall } from '../../contract/place-call.ts';
import type { ProblemFailure } from '../../contract/problem.ts';
import { fail, ok, type Result, together } from '../../lib/result.ts';
import type { CallingHours } from './hours-rule.ts';
import { readMoment } from './read-moment.ts';
import { isZone } from './zoned-time.ts';

export interface ReadSchedule {
  /** The instant (ms) at which the call is wanted; null for as soon as may be. */
  at: number | null;
  /** No dialling before this instant (ms). */
  not_before: number | null;
  /** No dialling after this instant (ms). */
  not_after: number | null;
  /** The recipient's zone as the request gives it; null when it gives none. */
  timezone: string | null;
  calling_hours: CallingHours | null;
  on_closed: 'wait' | 'reject';
}

type Schedule = NonNullable<PlaceCall['schedule']>;

/** `zones` are those of the number: a time without offset is read in the only one. */
export interface ScheduleFacts {
  now: number;
  zones: readonly string[];
}

const LATE_MS = 5 * 60_000;
const FURTHEST_MS = 366 * 86_400_000;

export function readSchedule(
  schedule: Schedule | undefined,
  facts: ScheduleFacts,
): Result<ReadSchedule, ProblemFailure> {
  const asked = schedule ?? {};
  const timezone = readZone(asked.timezone);
  if (!timezone.ok) return timezone;

  const zones = timezone.value === null ? facts.zones : [timezone.value];
  const read = together({
    at: readTime('at', asked.at, zones),
    not_before: readTime('not_before', asked.not_before, zones),
    not_after: readTime('not_after', asked.not_after, zones),
    calling_hours: readHours(asked.calling_hours),
  });
  if (!read.ok) return read;

  const times = read.value;
  const fault = orderFault(times, facts.now);
  if (fault) return fail(fault);
  return ok({
    ...times,
    at: times.at === null ? null : Math.max(times.at, facts.now),
    timezone: timezone.value,
    on_closed: asked.on_closed ?? 'wait',
  });
}

function readZone(text: string | undefined): Result<string | null, ProblemFailure> {
  const name = text?.trim() ?? '';
  if (name === '') return ok(null);
  if (isZone(name)) return ok(name);
  return invalid(
    'timezone',
    `“${name}” is not a time zone. Write its name by continent and city, such as Europe/Lisbon or America/New_York.`,
  );
}

type TimeField = 'at' | 'not_before' | 'not_after';

function readTime(
  field: TimeField,
  text: string | undefined,
  zones: readonly string[],
): Result<number | null, ProblemFailure> {
  // Platforms send an empty text for a field that nobody filled.
  if (text === undefined || text.trim() === '') return ok(null);
  const moment = readMoment(text.trim(), zones, DATE_ALONE[field]);
  if (moment.ok) return moment;
  const { lacks, detail } = moment.failure;
  return invalid(lacks === 'zone' ? 'timezone' : field, detail);
}

const DATE_ALONE = { at: 'refused', not_before: 'start_of_day', not_after: 'end_of_day' } as const;

function readHours(hours: Schedule['calling_hours']): Result<CallingHours | null, ProblemFailure> {
  if (hours === undefined) return ok(null);
  const from = hours.from.trim();
  const to = hours.to.trim();
  if (!CLOCK.test(from) || from === '24:00') {
    return invalid('calling_hours/from', 'Write a time of day such as 09:00.');
  }
  if (!CLOCK.test(to)) return invalid('calling_hours/to', 'Write a time of day such as 18:30.');
  if (from >= to) {
    return invalid(
      'calling_hours/to',
      'It must be later than `from` on the same day; the end of the day is 24:00.',
    );
  }
  return ok({ from, to });
}

const CLOCK = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

type Times = Pick<ReadSchedule, TimeField>;

function orderFault({ at, not_before, not_after }: Times, now: number): ProblemFailure | undefined {
  const past = now - LATE_MS;
  const faults: [TimeField, boolean, string][] = [
    ['at', at !== null && at < past, 'This time has passed. Give a time in the future.'],
    ['not_after', not_after !== null && not_after < past, 'This time has passed already.'],
    ['at', at !== null && at > now + FURTHEST_MS, TOO_FAR],
    ['not_before', not_before !== null && not_before > now + FURTHEST_MS, TOO_FAR],
    ['at', isBefore(at, not_before), 'It must not be earlier than `not_before`.'],
    ['not_after', isBefore(not_after, not_before), 'It must be later than `not_before`.'],
    ['not_after', isBefore(not_after, at), 'It must be later than `at`.'],
  ];
  const [field, , detail] = faults.find(([, broken]) => broken) ?? [];
  return field && detail ? problem(field, detail) : undefined;
}

const TOO_FAR = 'It is more than a year away. Calls are planned at most one year ahead.';

const isBefore = (a: number | null, b: number | null): boolean => a !== null && b !== null && a < b;

const invalid = (field: string, detail: string): Result<never, ProblemFailure> =>
  fail(problem(field, detail));

const problem = (field: string, detail: string): ProblemFailure => ({
  code: 'invalid_request',
  detail: `schedule.${field.replaceAll('/', '.')}: ${detail}`,
  errors: [{ pointer: `/schedule/${field}`, code: 'invalid_request', detail }],
});
