// How long until the work of a killed engine is taken up.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';
import { type EngineProcess, startEngineProcess } from '../engine-process.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { findBinary } from '../skips.ts';
import { engineEnv, SPEECH_CACHE } from '../world.ts';
import { makeKeys, placeEnded } from './ended-calls.ts';
import { type Bench, median, type Run, rounded } from './report.ts';

const RUNS = 7;
// As many as one node sends to one address at once.
const JOBS = 5;

export const recovery: Bench = {
  name: 'recovery',
  rules: [
    `${RUNS} runs each; an engine holds ${JOBS} jobs (events that a receiver takes and never answers) and is killed with SIGKILL`,
    'other node: two engines on one Postgres; from the kill until the other has sent every one of these events again',
    'same node: one engine on SQLite, started again at once; from the start of its process, with Node and the program, until it has sent every one again',
    'same_node_seconds_from_listening counts from the moment it answers requests',
    'clocks run at their own pace; a figure is the median of its runs; no run is left out',
  ],
  reach: {
    other_node_seconds: { value: 5, is: 'at most' },
    same_node_seconds: { value: 1, is: 'at most' },
  },
  async run(note) {
    const folder = await mkdtemp(join(tmpdir(), 'recado-bench-'));
    const clock = createClock();
    const simulator = await startSimulator({ clock, log: silentLog, cacheDir: SPEECH_CACHE });
    const place = findBinary('postgres');
    const server = place === undefined ? undefined : await startPostgres(place);
    try {
      const same: Run[] = [];
      const other: Run[] = [];
      for (let nth = 0; nth < RUNS; nth++) {
        same.push(await sameNode(simulator, join(folder, `same-${nth}`)));
        note({ node: 'same', nth, ...same.at(-1) });
        if (!server) continue;
        other.push(await otherNode(simulator, join(folder, `other-${nth}`), server));
        note({ node: 'other', nth, ...other.at(-1) });
      }
      return {
        ...(server ? { other_node_seconds: middle(other, 'seconds') } : {}),
        same_node_seconds: middle(same, 'seconds'),
        same_node_seconds_from_listening: middle(same, 'seconds_from_listening'),
      };
    } finally {
      await server?.stop();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const middle = (runs: readonly Run[], key: string): number =>
  rounded(median(runs.map((run) => Number(run[key]))), 2);

async function sameNode(simulator: Simulator, folder: string): Promise<Run> {
  const env = await envOf(simulator, folder, {});
  const { engine, receiver } = await loaded(env, simulator);
  receiver.forget();
  await engine.kill();
  const started = performance.now();
  const again = await startEngineProcess(env);
  const listening = performance.now();
  await receiver.untilAll();
  await again.kill();
  receiver.close();
  const from = (moment: number): number => rounded(Math.max(receiver.lastAt() - moment, 0) / 1_000);
  return { seconds: from(started), seconds_from_listening: from(listening) };
}

async function otherNode(
  simulator: Simulator,
  folder: string,
  server: PostgresServer,
): Promise<Run> {
  const shared = {
    DATABASE_URL: await server.newDatabase(),
    RECADO_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  // The first holds all the work, since the second comes when there is nothing left to take.
  const { engine, receiver } = await loaded(
    await envOf(simulator, join(folder, 'a'), shared),
    simulator,
  );
  const other = await startEngineProcess(await envOf(simulator, join(folder, 'b'), shared));
  receiver.forget();
  const killed = performance.now();
  await engine.kill();
  await receiver.untilAll();
  await other.kill();
  receiver.close();
  return { seconds: rounded((receiver.lastAt() - killed) / 1_000) };
}

async function envOf(
  simulator: Simulator,
  folder: string,
  more: Record<string, string>,
): Promise<Record<string, string>> {
  await mkdir(folder, { recursive: true });
  return { ...engineEnv(simulator, folder), ...more, LOG_LEVEL: 'silent' };
}

/** An engine that is sending events to a receiver that lets it wait. */
async function loaded(
  env: Record<string, string>,
  simulator: Simulator,
): Promise<{ engine: EngineProcess; receiver: Awaited<ReturnType<typeof startHolder>> }> {
  const engine = await startEngineProcess(env);
  const [key = ''] = await makeKeys(env, simulator, 1);
  const receiver = await startHolder();
  for (let nth = 0; nth < JOBS; nth++)
    await placeEnded(engine.url, key, { nth, hook: receiver.url });
  await receiver.untilAll();
  return { engine, receiver };
}

/** A receiver that takes requests and never answers. */
async function startHolder() {
  let seen = new Map<string, number>();
  const server = createServer((request) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { id: string };
      if (!seen.has(id)) seen.set(id, performance.now());
    });
    request.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    forget: () => {
      seen = new Map();
    },
    lastAt: () => Math.max(...seen.values()),
    async untilAll() {
      const late = AbortSignal.timeout(60_000);
      while (seen.size < JOBS) {
        if (late.aborted) throw new Error(`only ${seen.size} events came within a minute`);
        await pause(5);
      }
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
