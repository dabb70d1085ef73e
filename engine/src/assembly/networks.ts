// The two phone networks: the simulated one, always there, and the live one once carrier and model are set up.
// Both run the very same code; only addresses and credentials differ.
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Meter } from '../lib/meter.ts';
import type { Tracer } from '../lib/tracer.ts';
import type { SessionNetwork } from '../session/sessions.ts';
import type { Reader } from '../session/voice.ts';
import { startSimulator } from '../simulator/index.ts';
import { keepSpeech } from '../store/kept-speech.ts';
import { observeReader, observeVoice } from '../telemetry/observe-models.ts';
import { createOpenAiReader } from '../voices/openai/reader.ts';
import { createOpenAiVoice } from '../voices/openai/realtime.ts';
import { createOpenAiSpeech } from '../voices/openai/speech.ts';

export interface Network extends SessionNetwork {
  account: { accountSid: string; authToken: string; baseUrl?: string };
  fromNumbers: readonly string[];
  reader: Reader;
}

export interface Networks {
  simulated: Network;
  live: Network | undefined;
  close(): Promise<void>;
}

interface Context {
  clock: Clock;
  log: Log;
  meter: Meter;
  tracer: Tracer;
}

interface Parts extends Context {
  dataDir: string;
}

/** Opens both networks. Without a simulator of its own process the engine starts one on loopback. */
export async function openNetworks(config: Config, context: Context): Promise<Networks> {
  const parts = { ...context, dataDir: config.dataDir };
  const own = config.simulator
    ? undefined
    : await startSimulator({ ...context, cacheDir: join(config.dataDir, 'speech') });
  const { carrier, model } = config.simulator ?? own ?? missing();
  return {
    simulated: {
      account: {
        accountSid: carrier.accountSid,
        authToken: carrier.authToken,
        baseUrl: carrier.url,
      },
      fromNumbers: [carrier.fromNumber],
      ...models({ apiKey: model.apiKey, baseUrl: model.url }, 'simulated', parts),
    },
    live: liveNetwork(config, parts),
    close: async () => own?.close(),
  };
}

function liveNetwork({ twilio, openai }: Config, parts: Parts): Network | undefined {
  if (!twilio || !openai) return undefined;
  const { accountSid, authToken, baseUrl } = twilio;
  return {
    account: { accountSid, authToken, ...(baseUrl === undefined ? {} : { baseUrl }) },
    fromNumbers: twilio.fromNumbers,
    ...models(openai, 'live', parts),
  };
}

function models(
  openai: {
    apiKey: string;
    baseUrl?: string | undefined;
    realtimeModel?: string;
    textModel?: string;
  },
  network: 'simulated' | 'live',
  { dataDir, clock, log, meter, tracer }: Parts,
): SessionNetwork & { reader: Reader } {
  const { apiKey, baseUrl, realtimeModel, textModel } = openai;
  const told = { network, meter, tracer, clock };
  const address = { apiKey, ...(baseUrl === undefined ? {} : { baseUrl }), clock };
  return {
    voice: observeVoice(
      createOpenAiVoice({
        ...address,
        log,
        ...(realtimeModel === undefined ? {} : { model: realtimeModel }),
      }),
      told,
    ),
    speech: keepSpeech(createOpenAiSpeech(address), join(dataDir, 'speech'), network),
    reader: observeReader(
      createOpenAiReader({
        ...address,
        ...(textModel === undefined ? {} : { model: textModel }),
      }),
      told,
    ),
  };
}

function missing(): never {
  throw new Error('the simulator did not start');
}
