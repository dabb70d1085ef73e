import type { Transaction } from '../../lib/database.ts';
import type { AttemptRecord, CallRecord } from '../call-record.ts';
import { statusesBefore } from '../lifecycle.ts';
import type { CallStore, EventRecorder, Jobs } from '../ports.ts';
import { isMissedReturn } from '../retry.ts';

/**
 * Puts a call back to where it was before its person called in and no conversation came of it; false when the attempt was
 * no such one. A session that died with its process is not made up for: nobody is dialed because of it.
 */
export async function goOnAsPlanned(
  tx: Transaction,
  {
    call,
    attempt,
    attempts,
  }: { call: CallRecord; attempt: AttemptRecord; attempts: readonly AttemptRecord[] },
  ports: { calls: CallStore; events: EventRecorder; jobs: Jobs; clock: { now(): number } },
): Promise<boolean> {
  const ended = attempts.find(({ id }) => id === attempt.id);
  if (!ended || !isMissedReturn(ended)) return false;
  if (!attempts.some((one) => one.direction === 'outbound')) return false;
  const scheduled_at = Math.max(call.scheduled_at ?? 0, ports.clock.now());
  const change = { status: 'scheduled', scheduled_at } as const;
  if (!(await ports.calls.update(tx, call.id, statusesBefore('again'), change))) return false;
  const data = { call_id: call.id, status: 'scheduled' };
  await ports.events.record(tx, { type: 'call.status_changed', call, data });
  await ports.jobs.enqueue(tx, { kind: 'dial', ref: call.id, run_at: scheduled_at });
  return true;
}
