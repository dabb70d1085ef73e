// The lease of this node, renewed every second; whoever let it run out loses their jobs to the others.
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';
import type { JobStore } from './ports.ts';

const HEARTBEAT_MS = 1_000;
const LEASE_MS = 4_000;
// Work that waits is taken up when the lease is over. What a node holds live is given up only after this much silence.
const SILENCE_MS = 15_000;

export interface Heartbeat {
  stop(): Promise<void>;
}

/**
 * Takes the node's lease and keeps it. `onRescued` is told when jobs of a dead node became free, `onGone` when a node
 * was silent for so long that nobody waits for it any more.
 */
export async function startHeartbeat(options: {
  database: Database;
  jobs: JobStore;
  nodeId: string;
  nodeUrl: string | null;
  clock: Clock;
  log: Log;
  onRescued(): void;
  onGone(): Promise<void>;
}): Promise<Heartbeat> {
  const { database, jobs, nodeId, clock, log } = options;

  async function beat(): Promise<void> {
    const now = clock.now();
    await jobs.heartbeat(database, nodeId, now, now + LEASE_MS, options.nodeUrl);
    const rescued = await jobs.rescue(database, now);
    const gone = await jobs.giveUp(database, now - (SILENCE_MS - LEASE_MS));
    if (gone.length > 0) {
      log.warn({ nodes: gone }, 'gave up a node that is silent');
      await options.onGone();
    }
    if (rescued === 0) return;
    log.warn({ rescued }, 'took up jobs of a node that is gone');
    options.onRescued();
  }

  await beat();
  const timer = clock.every(HEARTBEAT_MS, () => {
    beat().catch((error: unknown) => log.error({ error }, 'heartbeat failed'));
  });
  return {
    async stop() {
      timer.cancel();
      await jobs.leave(database, nodeId).catch(() => undefined);
    },
  };
}
