// What a reply tells of the webhook itself, beyond the one event. Pure.
import type { EgressReply } from '../lib/egress.ts';

/** How a webhook has done until now. */
export interface Standing {
  /** Since when no event was taken, milliseconds since 1970; null while it works or has not been tried. */
  failing_since: number | null;
  /** How many of its first events were refused, while nothing else was ever answered; null once something was. */
  refusals: number | null;
}

export const PAUSE_REASONS = ['requested', 'failing', 'refused'] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

export interface Verdict {
  standing: Standing;
  /** Why the webhook is paused now; null while it goes on. */
  pause: Exclude<PauseReason, 'requested'> | null;
}

/**
 * Decides what a reply means for a webhook. It is paused when nothing was taken for five days, or when each of its first
 * five events was refused (a wrong address or a missing permission shows at once). A platform that answers 400 dislikes
 * this event (or its workflow is off), and 409, 425 and 429 mean "later": none of them may ever pause a webhook.
 */
export function standingAfter(
  standing: Standing,
  reply: EgressReply,
  at: { now: number; is_first_try: boolean },
): Verdict {
  const kind = kindOf(reply);
  if (kind === 'taken') return { standing: { failing_since: null, refusals: null }, pause: null };
  if (kind === 'patient') return { standing, pause: null };
  const failing_since = standing.failing_since ?? at.now;
  const refusals = kind === 'refused' ? counted(standing.refusals, at.is_first_try) : null;
  const next = { failing_since, refusals };
  if (refusals !== null && refusals >= REFUSALS_MAX) return { standing: next, pause: 'refused' };
  const isDead = at.now - failing_since >= FAILING_MAX_MS;
  return { standing: next, pause: isDead ? 'failing' : null };
}

/** True when a reply leaves a webhook as it is: it was taken before and it is taken now. */
export const isAllWell = (standing: Standing, reply: EgressReply): boolean =>
  kindOf(reply) === 'patient' ||
  (kindOf(reply) === 'taken' && standing.failing_since === null && standing.refusals === null);

const FAILING_MAX_MS = 5 * 24 * 3_600_000;
const REFUSALS_MAX = 5;
const PATIENT_STATUSES: readonly number[] = [400, 409, 425, 429];
// The receiver was slow, or wants no more: neither says that the address is wrong.
const NOT_REFUSING: readonly number[] = [408, 410];

function kindOf(reply: EgressReply): 'taken' | 'patient' | 'refused' | 'failed' {
  if (!reply.ok) return 'failed';
  if (reply.status >= 200 && reply.status < 300) return 'taken';
  if (PATIENT_STATUSES.includes(reply.status)) return 'patient';
  const isClientError = reply.status >= 400 && reply.status < 500;
  return isClientError && !NOT_REFUSING.includes(reply.status) ? 'refused' : 'failed';
}

const counted = (refusals: number | null, isFirstTry: boolean): number | null =>
  refusals === null ? null : refusals + (isFirstTry ? 1 : 0);
