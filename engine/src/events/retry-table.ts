// What follows a try to deliver an event. Pure: the reply, the time and a random number go in, a decision comes out.
import type { EgressReply } from '../lib/egress.ts';

/** Where a delivery stands after a try. `dead` can be replayed by hand; `gone` means that the receiver wants no more. */
export type Settlement =
  | { state: 'delivered' }
  | { state: 'pending'; next_try_at: number }
  | { state: 'dead' }
  | { state: 'gone' };

/**
 * Decides what follows a try. `tries` is how often the event was sent, this time included; `now` is in milliseconds
 * since 1970; `random` lies in [0, 1) and spreads the tries of many deliveries by 20 % either way. `is_overtaken` when
 * the end of the call waits behind this event: that carries all there is to know, so it is not kept back for long.
 */
export function afterTry(
  { tries, is_overtaken = false }: { tries: number; is_overtaken?: boolean },
  reply: EgressReply,
  now: number,
  random: number,
): Settlement {
  if (isTaken(reply)) return { state: 'delivered' };
  if (reply.ok && reply.status === GONE) return { state: 'gone' };
  const pauseMs = PAUSES_MS[tries - 1];
  if (pauseMs === undefined || (is_overtaken && tries >= OVERTAKEN_TRIES_MAX))
    return { state: 'dead' };
  const spreadMs = pauseMs * (1 - JITTER + 2 * JITTER * random);
  return {
    state: 'pending',
    next_try_at: now + Math.ceil(Math.max(spreadMs, askedPauseMs(reply))),
  };
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

// Standard Webhooks' example schedule: ten tries, the last 75.6 hours after the first.
const PAUSES_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
/** How often one event is sent at most. */
export const TRIES_MAX = PAUSES_MS.length + 1;
/** How often an event is sent at most while the end of its call waits behind it. */
const OVERTAKEN_TRIES_MAX = 2;

const JITTER = 0.2;
const GONE = 410;
// A receiver may ask for a longer pause than the table's, but not push an event beyond reach.
const ASKED_PAUSE_MAX_MS = 24 * HOUR_MS;

const isTaken = (reply: EgressReply): boolean =>
  reply.ok && reply.status >= 200 && reply.status < 300;

const askedPauseMs = (reply: EgressReply): number =>
  reply.ok ? Math.min((reply.retryAfterSeconds ?? 0) * SECOND_MS, ASKED_PAUSE_MAX_MS) : 0;
