// The simulated phone network: two real servers on loopback that speak the wire protocols of Twilio and OpenAI.
// Real protocols, real audio, scripted voices; no AI model and no phone network.
import type { Clock } from '../lib/clock.ts';
import { newSecret, sha256Hex } from '../lib/id.ts';
import type { Log } from '../lib/log.ts';
import { newSid, type Sight, type SimulatedCall } from './carrier/call.ts';
import type { DialedIn } from './carrier/call-book.ts';
import type { CreateSeen } from './carrier/create-requests.ts';
import { startCarrier } from './carrier/server.ts';
import { type Faults, noFaults } from './faults.ts';
import { type ModelServer, startModelServer } from './model/index.ts';
import { createSpeaker } from './speech/speaker.ts';

export type { Sight, SimulatedCall } from './carrier/call.ts';
export type { CreateSeen } from './carrier/create-requests.ts';
export { type CarrierFaults, CREATE_FAULTS, type CreateFault, type Faults } from './faults.ts';
export { type Behaviour, numberFor } from './recipients/behaviours.ts';
export { expectedAnswer, replyForOutcomes } from './recipients/words.ts';
export { readWatermark } from './speech/watermark.ts';

export interface SimulatorOptions {
  clock: Clock;
  log: Log;
  /** Where spoken clips are kept; may be shared by several simulators. */
  cacheDir: string;
  /** Ports are free ones when absent; so are the credentials random. */
  carrierPort?: number;
  modelPort?: number;
  accountSid?: string;
  authToken?: string;
  apiKey?: string;
  fromNumber?: string;
  /** Told at once of everything that the carrier sees. */
  watch?(sight: Sight): void;
}

export interface Simulator {
  readonly carrier: { url: string; accountSid: string; authToken: string; fromNumber: string };
  /** `url` ends in /v1. */
  readonly model: { url: string; apiKey: string };
  /** Every call so far, oldest first; the objects change while their calls go on. */
  calls(): SimulatedCall[];
  /** Every request to create a call so far, whatever its answer; oldest first. */
  creates(): CreateSeen[];
  /** Lets the requests go on that `faults.carrier.holds` stopped for this number. */
  release(phoneNumber: string): void;
  /** Has a simulated person dial the carrier's number, which needs a voice URL. */
  dialIn(dialed: DialedIn): SimulatedCall;
  /** What goes wrong on purpose: set the fields at any time. */
  readonly faults: Faults;
  close(): Promise<void>;
}

const FROM_NUMBER = '+15005550006';

/** Starts both servers on 127.0.0.1; resolves when they listen. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock, log } = options;
  const faults = noFaults();
  const speaker = createSpeaker({ cacheDir: options.cacheDir, log });
  const accountSid = options.accountSid ?? newSid('AC');
  const authToken = options.authToken ?? sha256Hex(newSecret()).slice(0, 32);
  const apiKey = options.apiKey ?? `sk-simulated-${newSecret(16)}`;
  const fromNumber = options.fromNumber ?? FROM_NUMBER;
  const parts = { clock, log, speaker, faults };

  const carrier = await startCarrier({
    ...parts,
    accountSid,
    authToken,
    fromNumber,
    watch: options.watch ?? (() => undefined),
    ...portOf(options.carrierPort),
  });
  let model: ModelServer;
  try {
    model = await startModelServer({ ...parts, apiKey, ...portOf(options.modelPort) });
  } catch (error) {
    await Promise.all([carrier.close(), speaker.close()]);
    throw error;
  }
  return {
    carrier: { url: carrier.url, accountSid, authToken, fromNumber },
    model: { url: model.url, apiKey },
    calls: () => carrier.calls(),
    creates: () => carrier.creates(),
    release: (phoneNumber) => carrier.release(phoneNumber),
    dialIn: (dialed) => carrier.dialIn(dialed),
    faults,
    async close() {
      await Promise.all([carrier.close(), model.close()]);
      await speaker.close();
    },
  };
}

const portOf = (port: number | undefined): { port?: number } =>
  port === undefined ? {} : { port };
