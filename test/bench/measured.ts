// A server whose processor time is measured: a process of its own that tells what it has used so far.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Measured<T> {
  /** What the server told when it was ready. */
  facts: T;
  pid: number;
  /** Milliseconds of processor time of the whole process, all its threads included. */
  cpuMs(): Promise<number>;
  /** Has the server do one of the things that it can do beside serving. */
  act(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `file` with these settings. With `BENCH_PROFILE` in the environment its threads write profiles there. */
export async function startMeasured<T>(file: string, settings: object): Promise<Measured<T>> {
  const folder = process.env['BENCH_PROFILE'];
  const child = fork(
    fileURLToPath(new URL(file, import.meta.url)),
    [JSON.stringify(settings)],
    folder === undefined ? {} : { execArgv: ['--cpu-prof', `--cpu-prof-dir=${folder}`] },
  );
  const gone = once(child, 'exit');
  const told = async <A>(): Promise<A> => {
    const answer = await Promise.race([once(child, 'message'), gone.then(() => undefined)]);
    if (!answer) throw new Error(`${file} is gone`);
    return answer[0] as A;
  };
  const facts = await told<T>();
  return {
    facts,
    pid: child.pid ?? 0,
    async cpuMs() {
      const answer = told<number>();
      child.send('cpu');
      return answer;
    },
    async act(name) {
      const done = told<unknown>();
      child.send(name);
      await done;
    },
    async stop() {
      child.send('stop');
      await gone;
    },
  };
}

/** The other side: called by the process that is measured, once it is ready. */
export function serveMeasured(
  facts: object,
  stop: () => Promise<void>,
  acts: Record<string, () => Promise<void>> = {},
): void {
  const end = (): void => {
    void stop().then(() => process.exit(0));
  };
  process.on('disconnect', end);
  process.on('message', (asked) => {
    if (asked === 'stop') return end();
    const act = acts[String(asked)];
    if (act) return void act().then(() => process.send?.('done'));
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1_000);
  });
  process.send?.(facts);
}

/** The settings that this process was started with. */
export const ownSettings = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;
