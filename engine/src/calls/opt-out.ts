// A person said that they want no more calls: it is written down with the end of that call.
import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import type { CallRecord } from './call-record.ts';
import type { CallStore, EventRecorder, Jobs, Suppressions } from './ports.ts';

export interface OptOutPorts {
  calls: CallStore;
  suppressions: Suppressions;
  events: EventRecorder;
  jobs: Jobs;
  clock: Clock;
}

/**
 * Puts the person of an ended call on the list, tells it as `recipient.opted_out` and has their other calls stopped.
 * No effect unless the outcome is `opted_out`.
 */
export async function honourOptOut(
  tx: Transaction,
  call: CallRecord,
  { calls, suppressions, events, jobs, clock }: OptOutPorts,
): Promise<void> {
  if (call.outcome !== 'opted_out') return;
  const phone_number =
    (await calls.attempts(tx, call.id)).at(-1)?.phone_number ?? call.phone_number;
  if (phone_number === null) return;
  const entry = { phone_number, reason: 'opted_out', source: 'call', call_id: call.id };
  await suppressions.add(tx, entry);
  const data = { phone_number, call_id: call.id };
  await events.record(tx, { type: 'recipient.opted_out', call, data });
  // By a job, because ending calls locks rows of batches: from here on nobody dials them anyway.
  await jobs.enqueue(tx, { kind: 'stop_suppressed', ref: call.id, run_at: clock.now() });
}
