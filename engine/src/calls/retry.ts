// Whether and when a call that did not reach its person is tried again. Pure.
import type { EndReason } from '../contract/vocabulary.ts';
import type { AttemptRecord, CallOrder, RetryReason } from './call-record.ts';

export interface NextAttempt {
  /** Milliseconds since 1970; calling hours may make it later. */
  at: number;
  phone_number: string;
}

// Nothing rang: trying again soon helps and disturbs nobody.
const UNHEARD: readonly EndReason[] = ['error_ai_provider', 'error_telephony'];
const UNHEARD_DELAYS_MINUTES = [0.25, 1, 5, 10, 15, 15, 15];

// The next number of the same person may do where this one did not.
const TRY_NEXT_NUMBER: readonly EndReason[] = [
  'invalid_number',
  'carrier_rejected',
  'error_telephony',
];

const REASON_OF: Partial<Record<EndReason, RetryReason>> = {
  no_answer: 'no_answer',
  declined: 'no_answer',
  busy: 'busy',
  voicemail_left: 'voicemail',
  voicemail_hangup: 'voicemail',
  unreachable: 'unreachable',
};

/**
 * Returns the next attempt after the last of `all`, or undefined when the call is over. All numbers are tried
 * once before any is tried again, and whoever picked up is never dialed again.
 */
export function nextAttempt(
  order: Pick<CallOrder, 'phone_numbers' | 'retry'>,
  all: readonly AttemptRecord[],
  context: { now: number; minute_ms: number },
): NextAttempt | undefined {
  const attempts = all.filter((one) => !isMissedReturn(one));
  const last = attempts.at(-1);
  if (!last?.end_reason || attempts.some(isPerson)) return undefined;
  const unheard = attempts.filter(isUnheard).length;
  if (isUnheard(last)) return again(order, last, unheard, context);
  const tried = attempts.length - unheard;
  return nextNumber(order, last.end_reason, tried, context);
}

function again(
  { retry }: Pick<CallOrder, 'retry'>,
  { phone_number }: AttemptRecord,
  unheard: number,
  { now, minute_ms }: { now: number; minute_ms: number },
): NextAttempt | undefined {
  const delay = UNHEARD_DELAYS_MINUTES[unheard - 1];
  if (retry.max_attempts === 1 || delay === undefined) return undefined;
  return { at: now + delay * minute_ms, phone_number };
}

function nextNumber(
  { phone_numbers, retry }: Pick<CallOrder, 'phone_numbers' | 'retry'>,
  endReason: EndReason,
  tried: number,
  { now, minute_ms }: { now: number; minute_ms: number },
): NextAttempt | undefined {
  const at = tried % phone_numbers.length;
  const round = Math.floor(tried / phone_numbers.length);
  const phone_number = phone_numbers[at];
  const reason = REASON_OF[endReason];
  if (phone_number === undefined || round >= retry.max_attempts) return undefined;
  if (at > 0) {
    const goesOn = reason !== undefined || TRY_NEXT_NUMBER.includes(endReason);
    return goesOn ? { at: now, phone_number } : undefined;
  }
  if (reason === undefined || !retry.on.includes(reason)) return undefined;
  return { at: now + delayMinutes(retry, round) * minute_ms, phone_number };
}

const delayMinutes = (retry: CallOrder['retry'], round: number): number =>
  retry.delays_minutes[Math.min(round, retry.delays_minutes.length) - 1] ?? 30;

const isPerson = (attempt: AttemptRecord): boolean => attempt.answered_by === 'human';

const isUnheard = (attempt: AttemptRecord): boolean =>
  attempt.answered_at === null &&
  attempt.end_reason !== null &&
  UNHEARD.includes(attempt.end_reason) &&
  attempt.carrier_call_id === null;

// A person who called in and hung up at once took none of the tries. Whoever was answered and lost by us is not dialed.
export const isMissedReturn = ({
  direction,
  media_started_at,
  end_reason,
}: AttemptRecord): boolean =>
  direction === 'inbound' && media_started_at === null && end_reason !== 'error_engine';

/** Returns the attempt that the person asked for by naming a time, when the call allows it and has attempts left. */
export function callbackAttempt(
  order: Pick<CallOrder, 'phone_numbers' | 'retry'>,
  attempts: readonly AttemptRecord[],
  { outcome, callback_at }: { outcome: string; callback_at: string | null },
  now: number,
): NextAttempt | undefined {
  const { retry, phone_numbers } = order;
  const last = attempts.at(-1);
  if (outcome !== 'callback_requested' || !retry.on.includes('callback_requested'))
    return undefined;
  if (!last || attempts.length >= retry.max_attempts * phone_numbers.length) return undefined;
  const at = Date.parse(callback_at ?? '');
  return Number.isNaN(at) || at <= now ? undefined : { at, phone_number: last.phone_number };
}
