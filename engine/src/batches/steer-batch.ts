// Pausing, resuming and canceling. Each may be asked for twice. A paused batch holds its calls back by its status alone:
// a dial that comes meanwhile ends without a trace, and resuming enqueues a new one for every call that was not dialed.
import { type CancelPorts, cancelCall } from '../calls/cancel-call.ts';
import type { BatchStatus } from '../contract/batch.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { BatchRecord } from './batch-record.ts';
import type { EndBatchPorts } from './end-batch.ts';
import { enqueueDials, type SpreadPorts, spreadCalls } from './spread-calls.ts';

export interface SteerPorts extends CancelPorts, SpreadPorts, EndBatchPorts {}

type Steered = Result<BatchRecord, ProblemFailure>;

const UNANSWERED = ['scheduled', 'queued', 'dialing', 'ringing'] as const;
const OPEN = [...UNANSWERED, 'in_progress', 'finalizing'] as const;
const LOOK_AGAIN_MS = 10_000;

/** Nobody else is dialed; calls on the phone go on. */
export const pauseBatch = (batchId: string, ports: SteerPorts): Promise<Steered> =>
  ports.database.transaction(async (tx) => {
    const batch = await ports.batches.lock(tx, batchId);
    const refusal = refusalOf(batch, ['canceled', 'ended']);
    if (!batch || refusal) return fail(refusal ?? { code: 'not_found' });
    if (batch.status === 'paused') return ok(batch);
    const change = { status: 'paused', pause_reason: 'requested' } as const;
    await ports.batches.update(tx, batchId, ['running'], change);
    return ok({ ...batch, ...change });
  });

/** The calls that were not dialed are spread again from now on; failures are counted anew. */
export async function resumeBatch(batchId: string, ports: SteerPorts): Promise<Steered> {
  const paused = await ports.batches.find(ports.database, batchId);
  if (paused?.status === 'paused') await spreadCalls(paused, ports);
  return ports.database.transaction(async (tx) => {
    const batch = await ports.batches.lock(tx, batchId);
    const refusal = refusalOf(batch, ['canceled', 'ended']);
    if (!batch || refusal) return fail(refusal ?? { code: 'not_found' });
    if (batch.status === 'running') return ok(batch);
    const change = { status: 'running', pause_reason: null, failures_in_row: 0 } as const;
    await ports.batches.update(tx, batchId, ['paused'], change);
    if (batch.placed_at !== null) await enqueueDials(tx, batchId, ports);
    return ok({ ...batch, ...change });
  });
}

/** Calls that nobody has answered end as canceled; conversations go on to their end. */
export async function cancelBatch(batchId: string, ports: SteerPorts): Promise<Steered> {
  const asked = await ports.database.transaction(async (tx): Promise<Steered> => {
    const batch = await ports.batches.lock(tx, batchId);
    const refusal = refusalOf(batch, ['ended']);
    if (!batch || refusal) return fail(refusal ?? { code: 'not_found' });
    if (batch.status === 'canceled') return ok(batch);
    const change = { status: 'canceled', pause_reason: null } as const;
    await ports.batches.update(tx, batchId, ['running', 'paused'], change);
    // Whatever happens to this process, and for calls that wait for another attempt after their conversation.
    const run_at = ports.clock.now() + LOOK_AGAIN_MS;
    await ports.jobs.enqueue(tx, { kind: 'cancel_batch', ref: batchId, run_at });
    return ok({ ...batch, ...change });
  });
  if (!asked.ok) return asked;
  await cancelCallsOfBatch(batchId, ports);
  return ok((await ports.batches.find(ports.database, batchId)) ?? asked.value);
}

/** Job: cancels the calls of a canceled batch that nobody has answered, until all are over. */
export async function cancelCallsOfBatch(
  batchId: string,
  ports: SteerPorts,
): Promise<{ again_at: number } | undefined> {
  const { batches, database } = ports;
  // Canceling an ended call is refused, which is as good.
  for (const { id } of await batches.calls(database, batchId, UNANSWERED))
    await cancelCall(id, ports);
  const open = await batches.calls(database, batchId, OPEN);
  const batch = await batches.find(database, batchId);
  const isPlaced = batch?.placed_at !== null;
  return open.length === 0 && isPlaced
    ? undefined
    : { again_at: ports.clock.now() + LOOK_AGAIN_MS };
}

function refusalOf(
  batch: BatchRecord | undefined,
  refused: readonly BatchStatus[],
): ProblemFailure | undefined {
  if (!batch) return { code: 'not_found' };
  if (!refused.includes(batch.status)) return undefined;
  return { code: batch.status === 'canceled' ? 'batch_canceled' : 'batch_already_ended' };
}
