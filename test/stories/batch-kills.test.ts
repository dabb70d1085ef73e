// A batch and a wait in an engine that is killed: what was accepted is done, each call at most once, and told once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { type Client, createClient } from '../../engine/src/client/index.ts';
import type { Batch } from '../../engine/src/contract/batch.ts';
import type { NewWait } from '../../engine/src/contract/wait.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { createLog } from '../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';
import { someone } from '../ended-once.ts';
import { type EngineProcess, freePort, startEngineProcess } from '../engine-process.ts';
import { createReceiver, type Receiver } from '../receiver.ts';
import { engineEnv, pause, SPEECH_CACHE } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const RATE = 10;

let env: Record<string, string>;
let dataDir: string;
let simulator: Simulator;
let receiver: Receiver;
let engine: EngineProcess;
let client: Client;

beforeAll(async () => {
  const anchor = Date.now();
  dataDir = await mkdtemp(join(tmpdir(), 'recado-batch-kills-'));
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
});
afterAll(async () => {
  await engine.kill();
  await simulator.close();
  await receiver.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function killAndStart(): Promise<void> {
  await engine.kill();
  engine = await startEngineProcess(env);
}

const item = (behaviour: Parameters<typeof someone>[0]) => ({
  ...{ phone_number: someone(behaviour), task: TASK, retry: { max_attempts: 1 } },
});
const place = async (calls: object[], key: string): Promise<Batch> =>
  (await client.placeBatch({
    body: { calls, webhook_url: receiver.url } as never,
    headers: { 'idempotency-key': key },
  })) as Batch;

async function ended(id: string, seconds = 28): Promise<Batch> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  for (;;) {
    const query = { items: 'true' as const, limit: 1_000 };
    const batch = (await client.getBatch({ params: { id }, query: query as never })) as Batch;
    if (batch.ended_at !== null) return batch;
    if (signal.aborted) throw new Error(`still ${JSON.stringify(batch.counts)}`);
    await pause(50);
  }
}

async function newest(test: (batch: Batch) => boolean): Promise<Batch> {
  const signal = AbortSignal.timeout(10_000);
  while (!signal.aborted) {
    const query = { limit: 1 } as never;
    const { batches } = (await client.listBatches({ query })) as { batches: Batch[] };
    const [batch] = batches;
    if (batch && test(batch)) return batch;
  }
  throw new Error('no such batch');
}

/** The batch once it is over: ended once, told once, nobody called twice. */
async function endedOnce(id: string, numbers: readonly string[]): Promise<Batch> {
  const batch = await ended(id);
  const told = () => receiver.received.filter(({ event }) => event.data['id'] === id);
  const signal = AbortSignal.timeout(20_000);
  while (told().length === 0 && !signal.aborted) await pause(50);
  expect(new Set(told().map(({ body }) => body)).size).toBe(1);
  expect(told()[0]?.event.data).toMatchObject({ id, counts: batch.counts, items: batch.items });
  for (const number of numbers)
    expect(simulator.calls().filter(({ to }) => to === number).length).toBeLessThanOrEqual(1);
  return batch;
}

describe('an engine that is killed', () => {
  it.each([5, 40, 120])(
    'while it accepts a batch (after %i ms): the same request gives the same batch, complete, each person called at most once',
    async (killAfterMs) => {
      const calls = [
        ...[item('busy'), item('busy')],
        ...Array.from({ length: 60 }, () => ({
          phone_number: '',
          task: TASK,
          on_refusal: 'result',
        })),
        ...[item('busy'), item('busy')],
      ];
      const key = `killed-${killAfterMs}`;
      const first = place(calls, key).catch(() => undefined);
      await pause(killAfterMs);
      await killAndStart();
      await first;
      const again = await place(calls, key);
      const third = await place(calls, key);
      expect(third).toMatchObject({ id: again.id, replayed: true });
      const callIds = again.items?.map(({ call_id }) => call_id) ?? [];
      expect(new Set(callIds).size).toBe(64);
      expect(callIds).not.toContain(null);
      expect(third.items?.map(({ call_id }) => call_id)).toEqual(callIds);
      const numbers = calls.map(({ phone_number }) => phone_number).filter((to) => to !== '');
      const batch = await endedOnce(again.id, numbers);
      expect(batch.counts).toMatchObject({ total: 64, ended: 64, refused: 0 });
    },
    60_000,
  );

  it('in the middle of a batch: it goes on to its end, and each person is called at most once', async () => {
    const calls = [item('confirms'), item('busy'), item('unreachable'), item('busy'), item('busy')];
    const placed = await place(calls, 'middle');
    for (let kill = 0; kill < 3; kill++) {
      await pause(250);
      await killAndStart();
    }
    const batch = await endedOnce(
      placed.id,
      calls.map(({ phone_number }) => phone_number),
    );
    expect(batch.counts).toMatchObject({ total: 5, ended: 5 });
  }, 60_000);

  it('while a batch is placed and nobody asks again: it is taken up by itself', async () => {
    const calls = Array.from({ length: 300 }, () => ({
      phone_number: '',
      task: TASK,
      on_refusal: 'result',
    }));
    const first = place(calls, 'alone').catch(() => undefined);
    const found = await newest(({ counts }) => counts.total === 300);
    await killAndStart();
    await first;
    expect(found.counts.ended).toBeLessThan(300);
    const batch = await endedOnce(found.id, []);
    expect(batch.counts).toMatchObject({ total: 300, ended: 300 });
  }, 60_000);

  it('while somebody waits: the nudge comes after the start, once', async () => {
    const { id: callId } = await client.placeCall({ body: item('busy') });
    const body = { call_ids: [callId], url: receiver.url, until: 3_600 };
    const wait = (await client.createWait({ body: body as never })) as NewWait;
    await killAndStart();
    const nudges = () => receiver.received.filter(({ body: text }) => text.includes(wait.id));
    const signal = AbortSignal.timeout(25_000);
    // A call that was killed in the middle of its dial ends once the carrier has been asked.
    while (nudges().length === 0 && !signal.aborted) await pause(50);
    expect(nudges().map(({ body: text }) => JSON.parse(text).done)).toEqual([true]);
  }, 60_000);
});
