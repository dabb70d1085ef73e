// The systems that are compared, each started as a process of its own and joined with the generator.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineEnv } from '../../world.ts';
import type { EngineFacts } from '../engine-process.ts';
import { type Post, postAll } from '../load.ts';
import { startMeasured } from '../measured.ts';
import { ACCOUNT_SID, AUTH_TOKEN } from './carrier.ts';
import type { StreamFacts } from './relay-process.ts';

export interface System {
  pid: number;
  /** Where streams are opened; absent when the system has its carrier call instead. */
  stream_url?: string;
  /** Has the system make its calls. */
  call(calls: number): Promise<void>;
  stop(): Promise<void>;
}

export type StartSystem = (generatorUrl: string) => Promise<System>;

export const startRelay: StartSystem = (generatorUrl) =>
  startStreams('bridge/relay-process.ts', { model_url: `${generatorUrl}/v1` });

/** Returns how the SDK that is installed in `folder` is started. */
export const startAgentsSdk =
  (folder: string): StartSystem =>
  (generatorUrl) =>
    startStreams('bridge/agents-sdk-process.ts', { model_url: `${generatorUrl}/v1`, folder });

async function startStreams(file: string, settings: object): Promise<System> {
  const { facts, pid, stop } = await startMeasured<StreamFacts>(file, settings);
  return { pid, stream_url: facts.stream_url, call: async () => undefined, stop };
}

// Ten calls a second are one key's limit.
const KEYS = 20;

/** The engine as it ships, with its door, sessions, recordings and store; the calls come in over its API. */
export const startRecado: StartSystem = async (generatorUrl) => {
  const folder = await mkdtemp(join(tmpdir(), 'recado-bench-'));
  const carrier = { url: generatorUrl, accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN };
  const simulator = {
    carrier: { ...carrier, fromNumber: '+15005550006' },
    model: { url: `${generatorUrl}/v1`, apiKey: 'key-of-the-bench' },
  };
  const env = {
    ...engineEnv(simulator, folder),
    MAX_LIVE_CALLS: '10000',
    MAX_LIVE_CALLS_PER_NUMBER: '10000',
  };
  const engine = await startMeasured<EngineFacts>('engine-process.ts', { env, keys: KEYS });
  return {
    pid: engine.pid,
    call: async (calls) => void (await postAll(requests(engine.facts, calls), 4)),
    async stop() {
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const requests = ({ url, keys }: EngineFacts, calls: number): Post[] =>
  Array.from({ length: calls }, (_, nth) => {
    const body = JSON.stringify({
      phone_number: `+1${212 + Math.floor(nth / 90)}55501${String(nth % 90).padStart(2, '0')}`,
      task: 'Confirm the appointment for a dental check-up on Tuesday at half past two.',
      recipient_name: 'Ana Martins',
      outcomes: ['confirmed', 'wants_to_reschedule', 'declined'],
    });
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      authorization: `Bearer ${keys[nth % keys.length]}`,
    };
    return { url: `${url}/v1/calls`, headers, body };
  });
