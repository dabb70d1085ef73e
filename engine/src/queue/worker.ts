// Claims due jobs, runs them, settles them. Knows no kinds of job: the table of kinds is handed in.
// Invariant: a job leaves the table only when its run returned, so a kill between any two lines repeats it.
import type { Clock, Timer } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';
import { backoffMs } from './backoff.ts';
import type { JobRecord, JobStore } from './ports.ts';

/** One kind of job. `run` may return a later time to be run again then (a job that watches). */
export interface JobKind {
  run(job: JobRecord, signal: AbortSignal): Promise<void | { again_at: number }>;
  time_out_ms: number;
}

export interface Worker {
  start(): Promise<void>;
  /** Looks for due jobs now: a hint after a commit. */
  wake(): void;
  /** Takes no more jobs and waits for those that run. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  database: Database;
  jobs: JobStore;
  kinds: Readonly<Record<string, JobKind>>;
  nodeId: string;
  clock: Clock;
  log: Log;
  concurrency?: number;
}

const HEARTBEAT_MS = 1_000;
const LEASE_MS = 4_000;
const POLL_MS = 1_000;

export function createWorker(options: WorkerOptions): Worker {
  const { database, jobs, kinds, nodeId, clock, log } = options;
  const concurrency = options.concurrency ?? 50;
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let looking = false;
  let lookAgain = false;
  let nextLook: Timer | undefined;
  let beat: Timer | undefined;

  async function look(): Promise<void> {
    if (stopping.signal.aborted) return;
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    try {
      do {
        lookAgain = false;
        const claimed = await jobs.claim(
          database,
          nodeId,
          clock.now(),
          Math.max(concurrency - running.size, 0),
        );
        for (const job of claimed) launch(job);
        if (claimed.length > 0 && running.size < concurrency) lookAgain = true;
      } while (lookAgain && !stopping.signal.aborted && running.size < concurrency);
      await sleepUntilNext();
    } catch (error) {
      log.error({ error }, 'looking for jobs failed');
      nextLook = clock.after(POLL_MS, wake);
    } finally {
      looking = false;
    }
  }

  async function sleepUntilNext(): Promise<void> {
    const due = await jobs.nextRunAt(database);
    const waitMs = due === undefined ? POLL_MS : Math.min(Math.max(due - clock.now(), 1), POLL_MS);
    nextLook?.cancel();
    if (!stopping.signal.aborted) nextLook = clock.after(waitMs, wake);
  }

  function wake(): void {
    look().catch((error: unknown) => log.error({ error }, 'looking for jobs failed'));
  }

  function launch(job: JobRecord): void {
    const run = runJob(job).finally(() => {
      running.delete(run);
      wake();
    });
    running.add(run);
  }

  async function runJob(job: JobRecord): Promise<void> {
    const kind = kinds[job.kind];
    try {
      if (!kind) throw new Error('no such kind of job');
      const again = await withinTime(kind, job);
      if (again) await jobs.postpone(database, job.id, nodeId, again.again_at, '');
      else await jobs.finish(database, job.id, nodeId);
    } catch (error) {
      log.error({ error, kind: job.kind, ref: job.ref, tries: job.tries }, 'job failed');
      const runAt = clock.now() + backoffMs(job.tries);
      await jobs
        .postpone(database, job.id, nodeId, runAt, error instanceof Error ? error.name : 'unknown')
        .catch(() => undefined);
    }
  }

  async function withinTime(kind: JobKind, job: JobRecord): Promise<void | { again_at: number }> {
    const late = new AbortController();
    const timer = clock.after(kind.time_out_ms, () =>
      late.abort(new Error('the job took too long')),
    );
    const gaveUp = new Promise<never>((_, reject) => {
      late.signal.addEventListener('abort', () => reject(late.signal.reason), { once: true });
    });
    try {
      return await Promise.race([kind.run(job, late.signal), gaveUp]);
    } finally {
      timer.cancel();
    }
  }

  async function heartbeat(): Promise<void> {
    const now = clock.now();
    await jobs.heartbeat(database, nodeId, now, now + LEASE_MS);
    const rescued = await jobs.rescue(database, now);
    if (rescued > 0) {
      log.warn({ rescued }, 'took up jobs of a node that is gone');
      wake();
    }
  }

  return {
    async start() {
      await heartbeat();
      beat = clock.every(HEARTBEAT_MS, () => {
        heartbeat().catch((error: unknown) => log.error({ error }, 'heartbeat failed'));
      });
      wake();
    },
    wake,
    async stop() {
      stopping.abort();
      nextLook?.cancel();
      await Promise.allSettled([...running]);
      beat?.cancel();
      await jobs.leave(database, nodeId).catch(() => undefined);
    },
  };
}
