import { setTimeout as pause } from 'node:timers/promises';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Database } from '../../engine/src/lib/database.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { backoffMs } from '../../engine/src/queue/backoff.ts';
import { type JobKind, Worker } from '../../engine/src/queue/worker.ts';
import { jobStore } from '../../engine/src/store/jobs.ts';
import type { Opened } from './opened.ts';

/** Registers what the queue of jobs must do. */
export function describeJobs({ a, b }: Opened): void {
  const enqueue = (ref: string, run_at = 10, kind = 'work') =>
    a().transaction((tx) => jobStore.enqueue(tx, { kind, ref, run_at, now: 1, payload: { ref } }));
  const refs = (jobs: { ref: string }[]) => jobs.map((job) => job.ref);

  describe('jobs', () => {
    it('are claimed when due, oldest first, each by one node', async () => {
      for (const [ref, at] of [
        ['third', 12],
        ['first', 10],
        ['second', 11],
        ['later', 99],
      ] as const)
        await enqueue(ref, at);
      expect(await jobStore.nextRunAt(b(), 'node_b')).toBe(10);
      const first = await jobStore.claim(a(), 'node_a', 12, 2);
      expect(first).toMatchObject([
        { ref: 'first', tries: 1, payload: { ref: 'first' }, kind: 'work' },
        { ref: 'second', tries: 1 },
      ]);
      expect(refs(await jobStore.claim(b(), 'node_b', 12, 10))).toEqual(['third']);
      expect(await jobStore.claim(a(), 'node_a', 12, 10)).toEqual([]);
      expect(await jobStore.nextRunAt(b(), 'node_b')).toBe(99);
    });

    it('claimed at once by two nodes, none is given twice and none is left', async () => {
      const wanted = Array.from({ length: 40 }, (_, at) => `job-${at}`);
      for (const ref of wanted) await enqueue(ref);
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          jobStore.claim(at % 2 ? a() : b(), at % 2 ? 'node_a' : 'node_b', 10, 5),
        ),
      );
      expect(refs(claims.flat()).sort()).toEqual(wanted.sort());
    });

    it('are settled only by the node that has them', async () => {
      await enqueue('one');
      const [job] = await jobStore.claim(a(), 'node_a', 10, 1);
      const id = job?.id ?? -1;
      expect(await jobStore.finish(b(), id, 'node_b')).toBe(false);
      expect(await jobStore.postpone(b(), id, 'node_b', 50)).toBe(false);
      expect(await jobStore.postpone(a(), id, 'node_a', 50, { failure: 'why'.repeat(200) })).toBe(
        true,
      );
      expect(await jobStore.claim(b(), 'node_b', 49, 1)).toEqual([]);
      expect(await jobStore.claim(b(), 'node_b', 50, 1)).toMatchObject([{ ref: 'one', tries: 2 }]);
      expect(await jobStore.finish(a(), id, 'node_a')).toBe(false);
      expect(await jobStore.finish(b(), id, 'node_b')).toBe(true);
      expect(await jobStore.nextRunAt(a(), 'node_a')).toBeUndefined();
    });

    it('of a node whose lease ran out become free, those of the living stay theirs', async () => {
      await enqueue('dead');
      await jobStore.heartbeat(a(), 'node_a', 0, 20);
      await jobStore.claim(a(), 'node_a', 10, 1);
      await enqueue('alive');
      await jobStore.heartbeat(b(), 'node_b', 0, 20);
      await jobStore.heartbeat(b(), 'node_b', 10, 30);
      await jobStore.claim(b(), 'node_b', 10, 1);
      expect(await jobStore.rescue(b(), 19)).toBe(0);
      expect(await jobStore.rescue(b(), 20)).toBe(1);
      expect(refs(await jobStore.claim(b(), 'node_b', 20, 9))).toEqual(['dead']);
      await jobStore.leave(b(), 'node_b');
      expect(await jobStore.rescue(a(), 20)).toBe(2);
    });
  });

  describe('nodes', () => {
    it('that are silent for long are given up, each told once', async () => {
      await jobStore.heartbeat(a(), 'node_a', 0, 20);
      await jobStore.heartbeat(b(), 'node_b', 0, 21);
      expect(await jobStore.giveUp(b(), 19)).toEqual([]);
      const told = await Promise.all([a(), b(), a()].map((on) => jobStore.giveUp(on, 20)));
      expect(told.flat()).toEqual(['node_a']);
      expect(await jobStore.isGone(b(), 'node_a')).toBe(true);
      expect(await jobStore.isGone(a(), 'node_b')).toBe(false);
      await jobStore.leave(b(), 'node_b');
      expect(await jobStore.isGone(a(), 'node_b')).toBe(true);
      // Whoever only slept comes back by itself.
      await jobStore.heartbeat(a(), 'node_a', 50, 70);
      expect(await jobStore.isGone(b(), 'node_a')).toBe(false);
    });
  });

  describe('workers', () => {
    const workers: Worker[] = [];
    afterEach(async () => {
      for (const worker of workers.splice(0)) await worker.stop();
    });
    const clock = createClock({ rate: 20 });
    const start = async (database: Database, nodeId: string, run: JobKind['run']) => {
      const kinds = { work: { run, time_out_ms: 4_000 } };
      const worker = new Worker({
        ...{ database, jobs: jobStore, kinds, nodeId, nodeUrl: null, clock },
        log: silentLog,
      });
      workers.push(worker);
      await worker.start();
      return worker;
    };
    const until = async (test: () => boolean | Promise<boolean>) => {
      for (let left = 500; !(await test()); left--) {
        if (left === 0) throw new Error('it did not come true');
        await pause(10);
      }
    };
    const left = async () =>
      Number((await a().query<{ n: number }>('SELECT COUNT(*) AS n FROM jobs'))[0]?.n);

    it('two of them run every job once', async () => {
      const ran: string[] = [];
      for (let at = 0; at < 60; at++) await enqueue(`job-${at}`, clock.now());
      await start(a(), 'node_a', async ({ ref }) => void ran.push(ref) as undefined);
      await start(b(), 'node_b', async ({ ref }) => void ran.push(ref) as undefined);
      await until(async () => (await left()) === 0);
      expect(ran).toHaveLength(60);
      expect(new Set(ran).size).toBe(60);
    });

    it('a job that throws is run again later', async () => {
      const tries: number[] = [];
      await enqueue('throws', clock.now());
      await start(a(), 'node_a', async ({ tries: nth }) => {
        tries.push(nth);
        if (nth < 3) throw new Error('on purpose');
        return undefined;
      });
      await until(async () => (await left()) === 0);
      expect(tries).toEqual([1, 2, 3]);
    });

    it('a job that asks for a later time is run then', async () => {
      const runs: number[] = [];
      await enqueue('watches', clock.now());
      await start(a(), 'node_a', async ({ run_at }) => {
        runs.push(clock.now() - run_at);
        return runs.length < 3 ? { again_at: clock.now() + 100 } : undefined;
      });
      await until(async () => (await left()) === 0);
      expect(runs).toHaveLength(3);
      for (const lateMs of runs) expect(lateMs).toBeGreaterThanOrEqual(0);
    });

    it('a job that never settles is given up after its time, and another takes its turn', async () => {
      let runs = 0;
      await enqueue('hangs', clock.now());
      await start(a(), 'node_a', async (_job, signal) => {
        if (++runs > 1) return undefined;
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return new Promise<undefined>(() => undefined);
      });
      await until(async () => (await left()) === 0);
      expect(runs).toBe(2);
    });

    it('the work of a node that died is taken up by another within its lease', async () => {
      await enqueue('orphan', clock.now());
      await jobStore.heartbeat(a(), 'dead', clock.now(), clock.now() + 2_000);
      expect(await jobStore.claim(a(), 'dead', clock.now(), 1)).toHaveLength(1);
      const ran: string[] = [];
      await start(b(), 'node_b', async ({ ref }) => void ran.push(ref) as undefined);
      await until(async () => (await left()) === 0);
      expect(ran).toEqual(['orphan']);
    });

    it('waits that double from a second to a minute', () => {
      expect([0, 1, 2, 3, 6, 7, 60].map(backoffMs)).toEqual([
        1_000, 1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
      ]);
    });
  });
}
