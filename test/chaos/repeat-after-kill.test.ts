import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Database } from '../../engine/src/lib/database.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { someone } from '../ended-once.ts';
import { type EngineProcess, freePort, startEngineProcess } from '../engine-process.ts';
import { engineEnv, pause, SPEECH_CACHE } from '../world.ts';

const RATE = 20;
const TRIES_MAX = 20;

let dataDir: string;
let env: Record<string, string>;
let simulator: Simulator;
let engine: EngineProcess;
let look: Database;
let key: string;

beforeAll(async () => {
  const anchor = Date.now();
  const clock = createClock({ rate: RATE, anchor });
  dataDir = await mkdtemp(join(tmpdir(), 'recado-repeat-'));
  simulator = await startSimulator({ clock, log: silentLog, cacheDir: SPEECH_CACHE });
  env = {
    ...engineEnv(simulator, dataDir),
    PORT: String(await freePort()),
    RECADO_CLOCK_RATE: String(RATE),
    RECADO_CLOCK_ANCHOR: String(anchor),
  };
  engine = await startEngineProcess(env);
  key = engine.firstKey ?? '';
  look = await openSqlite({ file: join(dataDir, 'recado.db'), clock });
});
afterAll(async () => {
  await look.close();
  await engine.kill();
  await simulator.close();
  await rm(dataDir, { recursive: true, force: true });
});

it('D9: killed after the call is stored and before the answer: the same request sent again gets that call, dialed once', async () => {
  const { phone_number, idempotencyKey } = await killBetweenStoreAndAnswer();
  engine = await startEngineProcess(env);
  const [stored] = await look.query<{ id: string }>(
    'SELECT id FROM calls WHERE phone_number = $1',
    [phone_number],
  );
  const reply = await place(phone_number, idempotencyKey);
  expect(reply.status).toBe(201);
  expect(reply.headers.get('idempotency-replayed')).toBe('true');
  expect(((await reply.json()) as { id: string }).id).toBe(stored?.id);

  const calls = () =>
    look.query<{ status: string }>('SELECT status FROM calls WHERE phone_number = $1', [
      phone_number,
    ]);
  for (let waited = 0; (await calls())[0]?.status !== 'ended'; waited += 50) {
    if (waited > 20_000) throw new Error('it never ended');
    await pause(50);
  }
  expect(await calls()).toHaveLength(1);
  expect(simulator.creates().filter(({ to }) => to === phone_number).length).toBeLessThanOrEqual(1);
}, 60_000);

/** Places calls until one is stopped between its commit and its answer, and kills the engine there. */
async function killBetweenStoreAndAnswer() {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const phone_number = someone('busy');
    const idempotencyKey = randomUUID();
    let answered = false;
    const placing = place(phone_number, idempotencyKey).then(
      () => {
        answered = true;
      },
      () => undefined,
    );
    await untilStored(phone_number);
    engine.pause();
    await pause(50);
    if (!answered) {
      await engine.kill();
      await placing;
      return { phone_number, idempotencyKey };
    }
    engine.resume();
    await placing;
  }
  throw new Error('the engine always answered before it could be stopped');
}

async function untilStored(phoneNumber: string): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  const sql = 'SELECT id FROM calls WHERE phone_number = $1';
  while ((await look.query(sql, [phoneNumber])).length === 0)
    if (signal.aborted) throw new Error('the call was never stored');
}

const place = (phone_number: string, idempotencyKey: string): Promise<Response> =>
  fetch(`${engine.url}/v1/calls`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify({
      phone_number,
      task: 'Confirm the appointment on 2026-12-01 at 14:00.',
      retry: { max_attempts: 1 },
    }),
  });
