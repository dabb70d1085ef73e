// What follows a try to deliver an event. Pure: the reply, the time and a random number go in, a decision comes out.
import type { EgressReply } from '../lib/egress.ts';

/** Where a delivery stands after a try. `dead` can be replayed by hand; `gone` means that the receiver wants no more. */
export type Settlement =
  | { state: 'delivered' }
  | { state: 'pending'; next_try_at: number }
  | { state: 'dead' }
  | { state: 'gone' };

/** What a reply says of the webhook itself, beyond this one event. */
export type WebhookHealth = 'working' | 'failing' | 'not_said';

/**
 * Decides what follows a try. `tries` is how often the event was sent, this time included; `now` is in milliseconds
 * since 1970; `random` lies in [0, 1) and spreads the tries of many deliveries by 20 % either way.
 */
export function afterTry(
  { tries }: { tries: number },
  reply: EgressReply,
  now: number,
  random: number,
): Settlement {
  if (isTaken(reply)) return { state: 'delivered' };
  if (reply.ok && reply.status === GONE) return { state: 'gone' };
  const pauseMs = PAUSES_MS[tries - 1];
  if (pauseMs === undefined) return { state: 'dead' };
  const spreadMs = pauseMs * (1 - JITTER + 2 * JITTER * random);
  return {
    state: 'pending',
    next_try_at: now + Math.ceil(Math.max(spreadMs, askedPauseMs(reply))),
  };
}

/**
 * Returns what a reply tells of the webhook. A platform that answers 400 dislikes this event (or its workflow is off),
 * and 409, 425 and 429 mean "later": none of them may ever pause a webhook.
 */
export function webhookHealth(reply: EgressReply): WebhookHealth {
  if (isTaken(reply)) return 'working';
  return reply.ok && PATIENT_STATUSES.includes(reply.status) ? 'not_said' : 'failing';
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

const JITTER = 0.2;
const GONE = 410;
const PATIENT_STATUSES: readonly number[] = [400, 409, 425, 429];
// A receiver may ask for a longer pause than the table's, but not push an event beyond reach.
const ASKED_PAUSE_MAX_MS = 24 * HOUR_MS;

const isTaken = (reply: EgressReply): boolean =>
  reply.ok && reply.status >= 200 && reply.status < 300;

const askedPauseMs = (reply: EgressReply): number =>
  reply.ok ? Math.min((reply.retryAfterSeconds ?? 0) * SECOND_MS, ASKED_PAUSE_MAX_MS) : 0;
