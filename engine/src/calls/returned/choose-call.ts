// Which call a person returns. Pure.
import type { KnownCall } from './ports.ts';

const DAY_MS = 86_400_000;
const RETURNED_WITHIN_MS = 7 * DAY_MS;
/** How far back the calls of a person are looked through. */
export const KNOWN_FOR_MS = 30 * DAY_MS;

// What the person or the workflow has said no to does not begin again by itself.
const OVER_FOR_GOOD = ['opted_out', 'wrong_person', 'call_canceled', 'call_blocked'];

export type ReturnedCall = { kind: 'next_attempt' | 'new_call'; call_id: string };

/**
 * Returns the call that goes on, `known` being those of the person, the latest dialed first: one that waits for its next
 * attempt, else the latest that is over, for 7 days; undefined when there is none.
 */
export function chooseCall(known: readonly KnownCall[], now: number): ReturnedCall | undefined {
  const open = known.find(({ status }) => status === 'scheduled' || status === 'queued');
  if (open) return { kind: 'next_attempt', call_id: open.id };
  const latest = known.find(({ status }) => status === 'finalizing' || status === 'ended');
  if (!latest || OVER_FOR_GOOD.includes(latest.outcome ?? '')) return undefined;
  if (latest.ended_at !== null && latest.ended_at < now - RETURNED_WITHIN_MS) return undefined;
  return { kind: 'new_call', call_id: latest.id };
}
