import { jobKinds } from '../jobs.ts';
import { random } from '../lib/id.ts';
import { Worker } from '../queue/worker.ts';
import { callStore } from '../store/calls.ts';
import { jobStore } from '../store/jobs.ts';
import { observeKinds } from '../telemetry/observe-jobs.ts';
import type { Talk } from './create-talk.ts';
import type { Store } from './open-store.ts';
import type { Shared } from './shared.ts';

/** The worker with every kind of job. */
export function createWorker(
  { config, clock, log, nodeId, database, telemetry }: Shared,
  store: Store,
  talk: Talk,
) {
  const kinds = jobKinds({
    ...talk,
    ...store.people,
    egress: store.egress,
    inFlight: store.inFlight,
    deliveries: store.deliveries,
    attention: store.attention,
    told: store.told,
    mailer: store.mailer,
    finishRecording: store.recordings.finish,
    isNodeGone: (id) => jobStore.isGone(database, id),
    random,
  });
  return new Worker({
    database,
    jobs: jobStore,
    onNodeGone: () => takeUpOrphans(talk),
    kinds: observeKinds(kinds, { ...telemetry, clock }),
    nodeId,
    nodeUrl: config.nodePublicUrl,
    clock,
    log,
  });
}

/** Has somebody look after every attempt that was left by a node that is gone. */
export async function takeUpOrphans({
  database,
  jobs,
  clock,
}: Pick<Talk, 'database' | 'jobs' | 'clock'>): Promise<void> {
  const now = clock.now();
  const orphans = await callStore.orphans(database, ORPHANS_MAX);
  if (orphans.length === 0) return;
  await database.transaction(async (tx) => {
    for (const { id } of orphans)
      await jobs.enqueue(tx, { kind: 'settle_attempt', ref: id, run_at: now });
  });
}

// Whatever is beyond it has a job of its own that comes by.
const ORPHANS_MAX = 1_000;
