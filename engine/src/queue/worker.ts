// Claims due jobs, runs them, settles them. Knows no kinds of job: the table of kinds is handed in.
// Invariant: a job leaves the table only when its run returned, so a kill between any two lines repeats it.
import type { Clock, Timer } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';
import { backoffMs } from './backoff.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import type { JobRecord, JobStore } from './ports.ts';

/** When a job is to run again, or sooner when its lane has room. */
export interface RunAgain {
  again_at: number;
  lane?: string;
}

/** One kind of job. `run` may return a later time to be run again then (a job that watches). */
export interface JobKind {
  run(job: JobRecord, signal: AbortSignal): Promise<RunAgain | undefined>;
  time_out_ms: number;
  /** True for work that a node which is about to stop leaves to others, or to its next start. */
  not_while_draining?: boolean;
}

export interface WorkerOptions {
  database: Database;
  jobs: JobStore;
  kinds: Readonly<Record<string, JobKind>>;
  nodeId: string;
  /** Where this node is reached and no other; null when there is no such address. */
  nodeUrl: string | null;
  clock: Clock;
  log: Log;
  concurrency?: number;
  /** A node was given up: what it held live has nobody who looks after it. */
  onNodeGone?(): Promise<void>;
}

const POLL_MS = 1_000;
const CONCURRENCY = 50;
const STOP_WAIT_MS = 8_000;
const GIVE_BACK_TRIES = 60;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #concurrency: number;
  /** Runs that have not settled, with their kind. */
  readonly #running = new Map<Promise<void>, string>();
  #stopping = false;
  #looking = false;
  #lookAgain = false;
  #nextLook: Timer | undefined;
  #heartbeat: Heartbeat | undefined;
  #leftAlone: string | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? CONCURRENCY;
  }

  async start(): Promise<void> {
    this.#heartbeat = await startHeartbeat({
      ...this.#options,
      onRescued: () => this.wake(),
      onGone: async () => this.#options.onNodeGone?.(),
    });
    this.wake();
  }

  /** Looks for due jobs now: a hint after a commit. */
  wake(): void {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    this.#look()
      .catch((error: unknown) => this.#options.log.error({ error }, 'looking for jobs failed'))
      .finally(() => this.#looked());
  }

  /**
   * Starts nothing new from now on; what follows from earlier work is still done. Resolves when runs of the kind that
   * is left alone are over, or after `patienceMs`.
   */
  async drain(patienceMs: number): Promise<void> {
    const { kinds } = this.#options;
    this.#leftAlone = Object.keys(kinds).find((kind) => kinds[kind]?.not_while_draining);
    const runs = [...this.#running].flatMap(([run, kind]) =>
      kind === this.#leftAlone ? [run] : [],
    );
    await this.#settledWithin(runs, patienceMs);
  }

  /** Milliseconds since this worker last looked for jobs and could. */
  get lookedAgoMs(): number {
    return this.#options.clock.monotonic() - this.#lookedAt;
  }

  /** Takes no more jobs and waits a while for those that run. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#nextLook?.cancel();
    // What does not finish in time is as safe as after a kill: somebody takes it up again.
    await this.#settledWithin([...this.#running.keys()], STOP_WAIT_MS);
    await this.#heartbeat?.stop();
  }

  async #settledWithin(runs: readonly Promise<void>[], ms: number): Promise<void> {
    const settled = new AbortController();
    await Promise.race([Promise.allSettled(runs), this.#options.clock.sleep(ms, settled.signal)]);
    settled.abort();
  }

  async #look(): Promise<void> {
    const { database, jobs, nodeId, clock } = this.#options;
    this.#lookAgain = false;
    const room = this.#concurrency - this.#running.size;
    if (this.#stopping) return;
    const claimed =
      room > 0 ? await jobs.claim(database, nodeId, clock.now(), room, this.#leftAlone) : [];
    this.#lookedAt = clock.monotonic();
    if (room <= 0) return;
    for (const job of claimed) this.#launch(job);
    if (claimed.length > 0) this.#lookAgain = true;
    else this.#sleep(await jobs.nextRunAt(database, nodeId, this.#leftAlone));
  }

  #looked(): void {
    this.#looking = false;
    if (this.#stopping) return;
    if (this.#lookAgain && this.#running.size < this.#concurrency) this.wake();
    else this.#nextLook ??= this.#options.clock.after(POLL_MS, () => this.#alarm());
  }

  #sleep(due: number | undefined): void {
    const { clock } = this.#options;
    const waitMs = due === undefined ? POLL_MS : Math.min(Math.max(due - clock.now(), 1), POLL_MS);
    this.#nextLook?.cancel();
    this.#nextLook = clock.after(waitMs, () => this.#alarm());
  }

  #alarm(): void {
    this.#nextLook = undefined;
    this.wake();
  }

  #launch(job: JobRecord): void {
    const run = this.#run(job).finally(() => {
      this.#running.delete(run);
      if (!this.#stopping) this.wake();
    });
    this.#running.set(run, job.kind);
  }

  async #run(job: JobRecord): Promise<void> {
    const { database, jobs, kinds, nodeId, clock, log } = this.#options;
    try {
      const kind = kinds[job.kind];
      if (!kind) throw new Error('no such kind of job');
      const again = await withinTime(kind, job, clock);
      if (again) await jobs.postpone(database, job.id, nodeId, again.again_at, again);
      else await jobs.finish(database, job.id, nodeId);
    } catch (error) {
      log.error({ error, kind: job.kind, ref: job.ref, tries: job.tries }, 'job failed');
      await this.#giveBack(job, error instanceof Error ? error.name : 'unknown');
    }
  }

  // A job that cannot be given back would stay ours, and undone, for as long as this process lives.
  async #giveBack(job: JobRecord, why: string): Promise<void> {
    const { database, jobs, nodeId, clock } = this.#options;
    for (let tries = 0; tries < GIVE_BACK_TRIES && !this.#stopping; tries++) {
      try {
        await jobs.postpone(database, job.id, nodeId, clock.now() + backoffMs(job.tries), {
          failure: why,
        });
        return;
      } catch {
        await clock.sleep(backoffMs(tries + 1));
      }
    }
  }
}

async function withinTime(
  kind: JobKind,
  job: JobRecord,
  clock: Clock,
): Promise<RunAgain | undefined> {
  const late = new AbortController();
  const timer = clock.after(kind.time_out_ms, () => late.abort(new Error('job_timed_out')));
  const gaveUp = new Promise<never>((_, reject) => {
    late.signal.addEventListener('abort', () => reject(late.signal.reason), { once: true });
  });
  try {
    return await Promise.race([kind.run(job, late.signal), gaveUp]);
  } finally {
    timer.cancel();
  }
}
