import type { AttemptRecord } from './call-record.ts';

/** Returns the attempt that got furthest: to a person, else to a machine, else to a ringing phone; the latest among equals. */
export function furthestAttempt(attempts: readonly AttemptRecord[]): AttemptRecord | undefined {
  return attempts.reduce<AttemptRecord | undefined>(
    (best, one) => (best && reach(best) > reach(one) ? best : one),
    undefined,
  );
}

function reach({ answered_by, answered_at, carrier_call_id }: AttemptRecord): number {
  if (answered_by === 'human') return 4;
  if (answered_at !== null) return 3;
  return carrier_call_id === null ? 1 : 2;
}
