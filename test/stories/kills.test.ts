import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { type Client, createClient } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { createLog } from '../../engine/src/lib/log.ts';
import { encodeMuLaw } from '../../engine/src/lib/mu-law.ts';
import {
  readWatermark,
  type SimulatedCall,
  type Simulator,
  startSimulator,
} from '../../engine/src/simulator/index.ts';
import { someone } from '../ended-once.ts';
import { type EngineProcess, freePort, startEngineProcess } from '../engine-process.ts';
import { createReceiver, type ReceivedWebhook, type Receiver } from '../receiver.ts';
import { engineEnv, pause, SPEECH_CACHE, waitsOf } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const RATE = 10;
const SEED = 20_261_124;

let env: Record<string, string>;
let dataDir: string;
let simulator: Simulator;
let receiver: Receiver;
let engine: EngineProcess;
let client: Client;
let waits: ReturnType<typeof waitsOf>;

beforeAll(async () => {
  const anchor = Date.now();
  dataDir = await mkdtemp(join(tmpdir(), 'recado-kills-'));
  simulator = await startSimulator({
    clock: createClock({ rate: RATE, anchor }),
    log: createLog({ level: 'silent' }),
    cacheDir: SPEECH_CACHE,
  });
  receiver = await createReceiver();
  env = {
    ...engineEnv(simulator, dataDir),
    PORT: String(await freePort()),
    RECADO_CLOCK_RATE: String(RATE),
    RECADO_CLOCK_ANCHOR: String(anchor),
  };
  engine = await startEngineProcess(env);
  client = createClient(axiosTransport({ url: engine.url, apiKey: engine.firstKey ?? '' }));
  waits = waitsOf(client);
});
afterAll(async () => {
  await engine.kill();
  await simulator.close();
  await receiver.close();
  await rm(dataDir, { recursive: true, force: true });
});
afterEach(() => {
  simulator.faults.model = {};
  simulator.faults.carrier = {};
  receiver.answers.length = 0;
});

async function killAndStart(): Promise<void> {
  await engine.kill();
  engine = await startEngineProcess(env);
}

/** Calls somebody whom no other story calls. */
async function place(behaviour: Parameters<typeof someone>[0]): Promise<Call> {
  const body = {
    ...{ task: TASK, phone_number: someone(behaviour), webhook_url: receiver.url },
    // What becomes of one attempt; a second one would hide it.
    retry: { max_attempts: 1 },
  };
  return (await client.placeCall({ body })) as Call;
}

const phones = (call: Call): SimulatedCall[] =>
  simulator.calls().filter(({ to }) => to === call.phone_number);

const toldEnds = (callId: string): ReceivedWebhook[] =>
  receiver.received.filter(
    ({ event }) => event.type === 'call.ended' && event.data['id'] === callId,
  );

async function whenTrue(
  test: () => boolean,
  what: string,
  seconds = 25,
  lookEveryMs = 20,
): Promise<void> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  while (!test()) {
    if (signal.aborted) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(lookEveryMs);
  }
}

/** The call once it has ended and its webhook came: one end stored, one event told, one ring at most, nobody left on the phone. */
async function endedOnce(placed: Call): Promise<Call> {
  const call = await waits.ended(placed.id);
  await whenTrue(() => toldEnds(call.id).length > 0, 'webhook of the end');
  expect(new Set(toldEnds(call.id).map(({ event }) => event.id)).size).toBe(1);
  expect(new Set(toldEnds(call.id).map(({ body }) => body)).size).toBe(1);
  const stored: string[] = [];
  for await (const { event } of await client.streamCall({ params: { id: call.id } }))
    stored.push(event.type);
  expect(stored.filter((type) => type === 'call.ended')).toHaveLength(1);
  expect(call.attempts.length).toBeLessThanOrEqual(1);
  expect(phones(placed).length).toBeLessThanOrEqual(1);
  await whenTrue(() => phones(placed).every(({ endedAt }) => endedAt !== null), 'hang-up');
  expectHeard(call);
  return call;
}

/** Every word in the transcript was said, or heard, on the phone. */
function expectHeard(call: Call): void {
  const [phone] = phones(call);
  const said = phone?.said.map(({ text }) => text).join(' ') ?? '';
  for (const { speaker, text } of call.transcript)
    if (speaker === 'recipient') expect(said).toContain(text);
  if (call.outcome === 'achieved') {
    const proof = call.transcript[call.outcome_evidence?.turn ?? -1];
    expect(proof?.text).toContain(call.outcome_evidence?.quote ?? 'no evidence');
  }
}

describe('an engine that is killed and started again', () => {
  it('right after it accepted a call: the call is made or ends, once', async () => {
    const placed = await place('confirms');
    await killAndStart();
    const call = await endedOnce(placed);
    expect(['achieved', 'unknown', 'call_failed']).toContain(call.outcome);
    expect(call.outcome === 'achieved').toBe(call.transcript.length > 2);
  });

  it('before it learns that the carrier dials: the carrier is asked, nobody is dialed again', async () => {
    simulator.faults.carrier.loseCreateAnswer = 1;
    const placing = place('confirms');
    const before = simulator.calls().length;
    await whenTrue(() => simulator.calls().length > before, 'a phone call', 25, 1);
    await engine.kill();
    const placed = await placing;
    engine = await startEngineProcess(env);
    const call = await endedOnce(placed);
    expect(phones(placed)).toHaveLength(1);
    expect(call).toMatchObject({ transcript: [], outcome: 'call_failed', retryable: false });
  });

  it('while the phone rings: it stops ringing and is not called again', async () => {
    const placed = await place('no_answer');
    await waits.until(placed.id, ({ status }) => status === 'ringing');
    await killAndStart();
    const call = await endedOnce(placed);
    expect(call).toMatchObject({
      reached: false,
      answered_by: 'nobody',
      retryable: false,
      end_reason: 'error_engine',
    });
    expect(phones(placed).map(({ status }) => status)).toEqual(['canceled']);
  });

  it('while talking: the person is hung up on, and what was said and recorded until then is kept', async () => {
    const placed = await place('talks_without_answering');
    const before = await waits.until(placed.id, ({ transcript }) => transcript.length >= 2);
    await killAndStart();
    const call = await endedOnce(placed);
    expect(call).toMatchObject({ end_reason: 'error_engine', retryable: false });
    expect(call.transcript.slice(0, before.transcript.length)).toEqual(before.transcript);
    expect(phones(placed).map(({ status }) => status)).toEqual(['completed']);

    const wav = await recordingOf(call);
    expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
    expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
    const heard = readWatermark(leftOf(wav)).utterances.map(({ text }) => text);
    expect(heard.join(' ')).toContain('this is an AI assistant');
  });

  it('while the conversation is read: it is read after the start, and the outcome comes', async () => {
    simulator.faults.model.failResponses = { status: 503, times: 10_000 };
    const placed = await place('confirms');
    await waits.until(placed.id, ({ status }) => status === 'finalizing');
    await engine.kill();
    simulator.faults.model = {};
    engine = await startEngineProcess(env);
    const call = await endedOnce(placed);
    expect(call).toMatchObject({ outcome: 'achieved', end_reason: 'agent_goodbye' });
  });

  it.each([
    ['that never answers', 0],
    ['that answers 500', 500],
  ])('while it tells a receiver %s: the same event comes after the start', async (_, answer) => {
    receiver.answers.push(answer);
    const placed = await place('busy');
    await whenTrue(() => toldEnds(placed.id).length === 1, 'the first try');
    await killAndStart();
    await whenTrue(() => toldEnds(placed.id).length === 2, 'the second try');
    await endedOnce(placed);
    const ids = toldEnds(placed.id).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
  });

  it(`at any moment of a call (seed ${SEED}): one end, one event, one ring at most`, async () => {
    const random = seeded(SEED);
    const calls: Call[] = [];
    for (let kill = 0; kill < 8; kill++) {
      calls.push(await place(kill % 2 === 0 ? 'confirms' : 'asks_to_reschedule'));
      await pause(random() * 2_600);
      await killAndStart();
    }
    for (const placed of calls) await endedOnce(placed);
  }, 60_000);
});

describe('two engines', () => {
  it('on one data folder: the second is refused and says why; the first goes on', async () => {
    const second = startEngineProcess({ ...env, PORT: '0' });
    await expect(second).rejects.toThrow(/exit code 1\).*Another Recado engine is running/s);
    expect((await client.getAccount()).mode).toBe('test');
  });
});

describe('an engine that is asked to stop', () => {
  it('lets the conversation go on to its end, exits with 0, and the call ends with what was said', async () => {
    const placed = await place('talks_without_answering');
    await waits.until(placed.id, ({ transcript }) => transcript.length >= 2);
    expect(await engine.terminate()).toBe(0);
    expect(phones(placed).map(({ status }) => status)).toEqual(['completed']);
    engine = await startEngineProcess(env);
    const call = await endedOnce(placed);
    expect(call.end_reason).toBe('agent_goodbye');
    expect(call.transcript.length).toBeGreaterThan(placed.transcript.length + 2);
  });
});

async function recordingOf({ id }: Call): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await client.getRecording({ params: { id } }))
    chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function leftOf(wav: Buffer): Uint8Array {
  const samples = new Int16Array(Math.floor((wav.length - 44) / 4));
  for (let i = 0; i < samples.length; i++) samples[i] = wav.readInt16LE(44 + i * 4);
  return encodeMuLaw(samples);
}
