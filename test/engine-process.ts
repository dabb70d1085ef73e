// An engine as a process of its own, for stories that kill it. The data folder, the port and the phone network
// around it outlive it.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface EngineProcess {
  url: string;
  /** There on the very first start on a data folder. */
  firstKey: string | undefined;
  /** Everything that it has written to standard error. */
  stderr(): string;
  /** Stops it in the middle of whatever it does, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it as a power cut would, also while it is paused; resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop; resolves with its exit code. */
  terminate(): Promise<number | null>;
}

const MAIN = fileURLToPath(new URL('../engine/src/main.ts', import.meta.url));
// A machine that runs many engines at once starts each of them slowly.
const START_WITHIN_MS = 60_000;

/** Starts `engine/src/main.ts` with only this environment; throws with its exit code and words when it does not start. */
export async function startEngineProcess(env: Record<string, string>): Promise<EngineProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env,
    cwd: env['DATA_DIR'],
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = await firstLine(child, gone);
  if (line === undefined) {
    child.kill('SIGKILL');
    throw new Error(`the engine did not start (exit code ${await gone}): ${stderr}`);
  }
  const { url, first_key_file: keyFile } = JSON.parse(line) as {
    url: string;
    first_key_file?: string;
  };
  return {
    url,
    firstKey: keyFile === undefined ? undefined : readFileSync(keyFile, 'utf8').trim(),
    stderr: () => stderr,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    terminate() {
      child.kill('SIGTERM');
      return gone;
    },
  };
}

/**
 * Returns a port that was free a moment ago. It is none of those that the system gives out by itself, so nobody
 * else takes it while a killed process is started again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  const free = await listening;
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

async function firstLine(child: ChildProcess, gone: Promise<unknown>): Promise<string | undefined> {
  if (!child.stdout) return undefined;
  const lines = createInterface({ input: child.stdout });
  const late = setTimeout(() => lines.close(), START_WITHIN_MS);
  const line = new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(undefined));
  });
  const first = await Promise.race([line, gone.then(() => line)]);
  clearTimeout(late);
  return first;
}
