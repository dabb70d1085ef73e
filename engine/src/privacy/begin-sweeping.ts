import type { Jobs } from '../calls/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { RetentionStore } from './ports.ts';

/** Queues the sweep that removes what was kept long enough: one job for all nodes and for ever, since it comes back by itself. */
export async function beginSweeping(ports: {
  database: Database;
  jobs: Jobs;
  retentionStore: RetentionStore;
  clock: Clock;
}): Promise<void> {
  const { database, jobs, retentionStore, clock } = ports;
  await database.transaction(async (tx) => {
    if (await retentionStore.claimSweep(tx))
      await jobs.enqueue(tx, { kind: 'sweep_retention', ref: 'all', run_at: clock.now() });
  });
}
