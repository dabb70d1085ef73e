// The one place where a batch ends. Invariant: `ended_at` and batch.ended are written together, once, under the lock of
// the batch's row: of two last calls that end at the same moment, the second one sees the first.
import type { CallRecord } from '../calls/call-record.ts';
import type { Attention, FactRecorder } from '../events/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import type { BatchRecord } from './batch-record.ts';
import type { BatchStore } from './ports.ts';
import { viewBatch } from './view-batch.ts';

export interface EndBatchPorts {
  batches: BatchStore;
  facts: FactRecorder;
  attention: Attention;
  clock: Clock;
}

/** Told in the transaction in which a call ends, after it was written. */
export async function noteEndedInBatches(
  tx: Transaction,
  call: CallRecord,
  ports: EndBatchPorts,
): Promise<void> {
  for (const batchId of await ports.batches.ofCall(tx, call.id)) {
    const batch = await ports.batches.lock(tx, batchId);
    // While its items are being placed nothing is decided: whoever places the last one looks.
    if (!batch || batch.placed_at === null || batch.ended_at !== null) continue;
    const counted = await countFailures(tx, batch, call, ports);
    if (!(await endIfOver(tx, counted, ports))) await pauseIfFailing(tx, counted, ports);
  }
}

/** Ends the batch, whose row the transaction has locked, when no call of it is open; false when there is one. */
export async function endIfOver(
  tx: Transaction,
  batch: BatchRecord,
  ports: EndBatchPorts,
): Promise<boolean> {
  if (await ports.batches.hasOpenCalls(tx, batch.id)) return false;
  const change = {
    status: batch.status === 'canceled' ? ('canceled' as const) : ('ended' as const),
    pause_reason: null,
    ended_at: ports.clock.now(),
  };
  await ports.batches.update(tx, batch.id, [batch.status], change);
  const ended = { ...batch, ...change };
  const items = await ports.batches.items(tx, batch.id, 0, batch.total);
  const counts = await ports.batches.counts(tx, batch.id);
  const end_event_id = await ports.facts.recordFact(tx, {
    type: 'batch.ended',
    mode: batch.mode,
    about: { source: batch.source },
    batch_id: batch.id,
    data: viewBatch(ended, counts, { items }),
  });
  await ports.batches.update(tx, batch.id, [ended.status], { end_event_id });
  return true;
}

// A conversation, an unanswered phone or a person who declines shows that calling works. A call that was not made shows nothing.
async function countFailures(
  tx: Transaction,
  batch: BatchRecord,
  { outcome_group }: CallRecord,
  ports: EndBatchPorts,
): Promise<BatchRecord> {
  if (outcome_group === 'not_called') return batch;
  const failures_in_row = outcome_group === 'problem' ? batch.failures_in_row + 1 : 0;
  if (failures_in_row !== batch.failures_in_row)
    await ports.batches.update(tx, batch.id, [batch.status], { failures_in_row });
  return { ...batch, failures_in_row };
}

async function pauseIfFailing(
  tx: Transaction,
  batch: BatchRecord,
  ports: EndBatchPorts,
): Promise<void> {
  const { id, stop_after_failures, failures_in_row, status, mode } = batch;
  if (stop_after_failures === null || failures_in_row < stop_after_failures) return;
  if (status !== 'running') return;
  await ports.batches.update(tx, id, ['running'], { status: 'paused', pause_reason: 'failures' });
  await ports.attention.needAttention(tx, {
    kind: 'batch_paused',
    object: id,
    mode,
    text: `A batch was paused because ${failures_in_row} calls in a row failed.`,
    fix: 'Look at how its last calls ended, then resume or cancel the batch.',
  });
}
