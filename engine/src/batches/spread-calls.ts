// When the calls of a batch are dialed.
import type { CallStore, Jobs } from '../calls/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Transaction } from '../lib/database.ts';
import type { BatchRecord } from './batch-record.ts';
import type { BatchStore } from './ports.ts';

export interface SpreadPorts {
  database: Database;
  batches: BatchStore;
  calls: CallStore;
  jobs: Jobs;
  clock: Clock;
}

const HOUR_MS = 3_600_000;
const NOT_DIALED = ['scheduled', 'queued'] as const;

/**
 * Returns the earliest time of each call, in order: one slot each, from `now` on. A call that is to be dialed later
 * anyway stays where it is.
 */
export const dialTimes = (
  calls: readonly { scheduled_at: number | null }[],
  callsPerHour: number,
  now: number,
): number[] =>
  calls.map(({ scheduled_at }, at) =>
    Math.max(scheduled_at ?? 0, now + Math.floor((at * HOUR_MS) / callsPerHour)),
  );

/**
 * Gives each call that was not dialed its slot, where the batch has a pace. Safe to repeat. A transaction of its own,
 * because whoever ends a call locks the call before the batch.
 */
export async function spreadCalls(batch: BatchRecord, ports: SpreadPorts): Promise<void> {
  const { calls_per_hour } = batch;
  if (calls_per_hour === null) return;
  await ports.database.transaction((tx) => giveSlots(tx, batch.id, calls_per_hour, ports));
}

async function giveSlots(
  tx: Transaction,
  batchId: string,
  callsPerHour: number,
  { batches, calls, clock }: SpreadPorts,
): Promise<void> {
  const waiting = await batches.calls(tx, batchId, NOT_DIALED);
  const now = clock.now();
  const times = dialTimes(waiting, callsPerHour, now);
  for (const [at, { id, scheduled_at }] of waiting.entries()) {
    const slot = times[at] ?? now;
    if (slot <= now || slot === scheduled_at) continue;
    const change = { status: 'scheduled', scheduled_at: slot } as const;
    await calls.update(tx, id, NOT_DIALED, change);
  }
}

/**
 * Enqueues one dial for each call that was not dialed, at its time. One that is there from before stays: whichever comes
 * first dials, and taking it back could take what somebody else has just enqueued.
 */
export async function enqueueDials(
  tx: Transaction,
  batchId: string,
  { batches, jobs, clock }: Pick<SpreadPorts, 'batches' | 'jobs' | 'clock'>,
): Promise<void> {
  const now = clock.now();
  for (const { id, scheduled_at } of await batches.calls(tx, batchId, NOT_DIALED))
    await jobs.enqueue(tx, { kind: 'dial', ref: id, run_at: Math.max(scheduled_at ?? now, now) });
}
