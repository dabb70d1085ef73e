// An engine as a process of its own on a simulator and a receiver of this process, for stories about running it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { type Client, createClient } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import {
  type SimulatedCall,
  type Simulator,
  startSimulator,
} from '../../engine/src/simulator/index.ts';
import { type EngineProcess, freePort, startEngineProcess } from '../engine-process.ts';
import { createReceiver, type ReceivedWebhook, type Receiver } from '../receiver.ts';
import { engineEnv, pause, SPEECH_CACHE, waitsOf } from '../world.ts';

export interface ProcessWorld {
  simulator: Simulator;
  receiver: Receiver;
  dataDir: string;
  env: Record<string, string>;
  /** The process that runs now; `start` puts a new one here. */
  engine: EngineProcess;
  client: Client;
  apiKey: string;
  waits: ReturnType<typeof waitsOf>;
  start(env?: Record<string, string>): Promise<void>;
  phones(call: Call): SimulatedCall[];
  toldEnds(call: Call): ReceivedWebhook[];
  close(): Promise<void>;
}

/** Starts everything; `env` goes over the defaults. With `dataDir` the caller owns that folder. */
export async function createProcessWorld(
  options: { rate?: number; env?: Record<string, string>; dataDir?: string } = {},
): Promise<ProcessWorld> {
  const { rate = 10 } = options;
  const anchor = Date.now();
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'recado-operations-')));
  const simulator = await startSimulator({
    clock: createClock({ rate, anchor }),
    log: silentLog,
    cacheDir: SPEECH_CACHE,
  });
  const receiver = await createReceiver();
  const env = {
    ...engineEnv(simulator, dataDir),
    PORT: String(await freePort()),
    RECADO_CLOCK_RATE: String(rate),
    RECADO_CLOCK_ANCHOR: String(anchor),
    ...options.env,
  };
  const engine = await startEngineProcess(env);
  const apiKey = engine.firstKey ?? '';
  const client = createClient(axiosTransport({ url: engine.url, apiKey }));
  const world: ProcessWorld = {
    ...{ simulator, receiver, dataDir, env, engine, client, apiKey },
    waits: waitsOf(client),
    async start(more = {}) {
      world.engine = await startEngineProcess({ ...env, ...more });
    },
    phones: (call) => simulator.calls().filter(({ to }) => to === call.phone_number),
    toldEnds: (call) =>
      receiver.received.filter(
        ({ event }) => event.type === 'call.ended' && event.data['id'] === call.id,
      ),
    async close() {
      await world.engine.kill();
      await simulator.close();
      await receiver.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}

/** Looks again and again until it is so; fails after `seconds`. */
export async function until(
  test: () => boolean | Promise<boolean>,
  what: string,
  seconds = 20,
): Promise<void> {
  const late = AbortSignal.timeout(seconds * 1_000);
  while (!(await test())) {
    if (late.aborted) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(20);
  }
}
