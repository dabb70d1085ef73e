// A whole world for a story: the simulated phone network, the engine, a client and a receiver of webhooks,
// all real servers on loopback, all on one fast clock.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axiosTransport } from '../engine/src/client/axios.ts';
import { type Client, createClient } from '../engine/src/client/index.ts';
import { type Config, loadConfig } from '../engine/src/config.ts';
import type { Call } from '../engine/src/contract/call.ts';
import { createEngine, type Engine } from '../engine/src/engine.ts';
import type { Clock } from '../engine/src/lib/clock.ts';
import { createLog, type Log } from '../engine/src/lib/log.ts';
import {
  type SimulatedCall,
  type Simulator,
  startSimulator,
} from '../engine/src/simulator/index.ts';
import { createJumpingClock } from './jumping-clock.ts';
import { createReceiver, type Receiver } from './receiver.ts';

export interface World {
  clock: Clock;
  simulator: Simulator;
  receiver: Receiver;
  engine: Engine;
  client: Client;
  url: string;
  apiKey: string;
  dataDir: string;
  /** Every log line of the engine so far. */
  logLines: string[];
  /** Resolves when the call has ended; fails after `seconds` of real time. */
  ended(callId: string, seconds?: number): Promise<Call>;
  /** Resolves when the call passes the test, as soon as its events say so. */
  until(callId: string, test: (call: Call) => boolean, seconds?: number): Promise<Call>;
  /** Moves the time ahead, where no conversation is going on. */
  jump(ms: number): void;
  /** What the carrier saw of the phones of this number. */
  phone(phoneNumber: string): SimulatedCall[];
  close(): Promise<void>;
}

export interface WorldOptions {
  /** How many times faster than real time; 10 when left out. */
  rate?: number;
  /** What time it is when the story begins, ISO 8601; now when left out. */
  at?: string;
  /** A clock of the story's own, that does not jump, in place of one with `rate`. */
  clock?: Clock;
  /** Settings over the defaults, named as in the environment. */
  env?: Record<string, string>;
}

// Spoken clips are the same in every world, so they are made once.
export const SPEECH_CACHE = join(tmpdir(), 'recado-test-speech');

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const own = createJumpingClock({ rate: options.rate ?? 10, ...startAt(options.at) });
  const clock = options.clock ?? own;
  const dataDir = await mkdtemp(join(tmpdir(), 'recado-world-'));
  const logLines: string[] = [];
  const log: Log = createLog({
    level: 'debug',
    destination: { write: (line: string) => void logLines.push(line) },
  });
  const simulator = await startSimulator({ clock, log, cacheDir: SPEECH_CACHE });
  const receiver = await createReceiver();
  const engine = await createEngine(configOf(simulator, dataDir, options.env ?? {}), {
    clock,
    log,
  });
  const { url, first_key: apiKey = '' } = await engine.start();
  const client = createClient(axiosTransport({ url, apiKey }));
  const waits = waitsOf(client);

  return {
    clock,
    simulator,
    receiver,
    engine,
    client,
    url,
    apiKey,
    dataDir,
    logLines,
    ...waits,
    jump: (ms) => own.jump(ms),
    phone: (phoneNumber) => simulator.calls().filter((call) => call.to === phoneNumber),
    async close() {
      await engine.stop();
      await simulator.close();
      await receiver.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

// Signatures are checked against this time too, so all of the world shows it.
const startAt = (at: string | undefined): { shift?: number } =>
  at === undefined ? {} : { shift: Date.parse(at) - Date.now() };

export function configOf(
  simulator: Pick<Simulator, 'carrier' | 'model'>,
  dataDir: string,
  env: Record<string, string>,
): Config {
  const config = loadConfig({ ...engineEnv(simulator, dataDir), ...env });
  if (!config.ok) throw new Error(JSON.stringify(config.failure));
  return config.value;
}

/** The environment of an engine that runs on this simulator. */
export const engineEnv = (
  simulator: Pick<Simulator, 'carrier' | 'model'>,
  dataDir: string,
): Record<string, string> => ({
  DATA_DIR: dataDir,
  PORT: '0',
  ORGANISATION: 'Clínica Boa Vista',
  DEFAULT_RECORDING: 'notify',
  SIMULATOR: JSON.stringify({ carrier: simulator.carrier, model: simulator.model }),
});

/** Waits that are told by the call itself, never by a fixed time. */
export function waitsOf(client: Client): Pick<World, 'ended' | 'until'> {
  async function until(callId: string, test: (call: Call) => boolean, seconds = 25): Promise<Call> {
    const signal = AbortSignal.timeout(seconds * 1_000);
    for (;;) {
      const call = (await client.getCall({
        params: { id: callId },
        query: { wait_seconds: 0 },
      })) as Call;
      if (test(call)) return call;
      if (signal.aborted)
        throw new Error(
          `still ${call.status} after ${seconds} s: ${JSON.stringify(call.attempts)}`,
        );
      await pause(30);
    }
  }
  return {
    until,
    ended: (callId, seconds) => until(callId, (call) => call.status === 'ended', seconds),
  };
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
