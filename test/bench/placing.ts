// What accepting a call costs, against a bare route that keeps one row.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { startSimulator } from '../../engine/src/simulator/index.ts';
import { startPostgres } from '../postgres.ts';
import { findBinary } from '../skips.ts';
import { engineEnv, SPEECH_CACHE } from '../world.ts';
import type { BareFacts } from './bare-process.ts';
import type { EngineFacts } from './engine-process.ts';
import { type Post, postAll } from './load.ts';
import { startMeasured } from './measured.ts';
import { watchPostgres } from './postgres-cpu.ts';
import { type Bench, median, type Run, rounded } from './report.ts';

const ROUNDS = 7;
const REQUESTS = 600;
const AT_ONCE = 8;
// Ten calls a second and 300 an hour are one key's limit.
const KEYS = 120;
const DAY_MS = 86_400_000;

export const placing: Bench = {
  name: 'placing',
  rules: [
    `${ROUNDS} rounds; each sends ${REQUESTS} requests, ${AT_ONCE} at once, to the bare route and then to the engine, with the same bodies`,
    'counted is the processor time of the whole server process (and of all of Postgres, where it is the store), not of the client',
    'every call is for a test number a week from now, under the rules of live calls (hours, frequency, consent, spending), so nothing is dialed',
    'the first round warms both up and is left out; no other round is',
    'a figure is the median of the ratios engine / bare of the rounds',
  ],
  reach: {
    cpu_vs_bare: { value: 3, is: 'at most' },
    cpu_vs_bare_postgres: { value: 3, is: 'at most' },
  },
  async run(note) {
    const folder = await mkdtemp(join(tmpdir(), 'recado-bench-'));
    const clock = createClock();
    const simulator = await startSimulator({ clock, log: silentLog, cacheDir: SPEECH_CACHE });
    const place = findBinary('postgres');
    try {
      const env = { ...engineEnv(simulator, join(folder, 'engine')), TEST_MODE_RULES: 'full' };
      const onSqlite = await compare(
        { store: 'sqlite', env, bare: { file: join(folder, 'bare.db') } },
        note,
      );
      if (place === undefined) return { cpu_vs_bare: onSqlite };
      const server = await startPostgres(place);
      try {
        const bare = { url: await server.newDatabase() };
        const DATABASE_URL = await server.newDatabase();
        const store = { store: 'postgres', env: { ...env, DATABASE_URL }, bare } as const;
        const storeMs = await watchPostgres(server);
        return {
          cpu_vs_bare: onSqlite,
          cpu_vs_bare_postgres: await compare({ ...store, storeMs }, note),
        };
      } finally {
        await server.stop();
      }
    } finally {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Compared {
  store: string;
  env: Record<string, string>;
  bare: object;
  /** Milliseconds that a store outside both servers has used. */
  storeMs?: () => Promise<number>;
}

async function compare(
  { store, env, bare, storeMs = async () => 0 }: Compared,
  note: (run: Run) => void,
): Promise<number> {
  const engine = await startMeasured<EngineFacts>('engine-process.ts', { env, keys: KEYS });
  const plain = await startMeasured<BareFacts>('bare-process.ts', bare);
  const bodies = createBodies();
  const ratios: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const asked = Array.from({ length: REQUESTS }, () => bodies.next());
      const one = await cost(asked.map(toBare(plain.facts)), { server: plain, storeMs });
      const other = await cost(asked.map(toEngine(engine.facts)), { server: engine, storeMs });
      const ratio = rounded(other.cpu_ms / one.cpu_ms);
      const counted = round === 0 ? 'no: warms up' : 'yes';
      note({
        ...{ store, round, counted, ratio },
        ...{ bare_cpu_ms: one.cpu_ms, engine_cpu_ms: other.cpu_ms },
        ...{ bare_per_second: one.per_second, engine_per_second: other.per_second },
      });
      if (round > 0) ratios.push(ratio);
    }
  } finally {
    await engine.stop();
    await plain.stop();
  }
  return rounded(median(ratios), 2);
}

/** Returns processor milliseconds per request. */
async function cost(
  posts: readonly Post[],
  { server, storeMs }: { server: { cpuMs(): Promise<number> }; storeMs: () => Promise<number> },
): Promise<{ cpu_ms: number; per_second: number }> {
  const before = (await server.cpuMs()) + (await storeMs());
  const { ms } = await postAll(posts, AT_ONCE);
  const used = (await server.cpuMs()) + (await storeMs()) - before;
  return {
    cpu_ms: rounded(used / posts.length),
    per_second: Math.round((posts.length * 1_000) / ms),
  };
}

interface Asked {
  nth: number;
  body: string;
}

/** Requests as a workflow sends them, each for a number and a record of its own. */
function createBodies(): { next(): Asked } {
  // Afternoon on the whole mainland, on a day next week that is no Sunday.
  const day = new Date(Date.now() + 7 * DAY_MS);
  if (day.getUTCDay() === 0) day.setUTCDate(day.getUTCDate() + 1);
  day.setUTCHours(19, 0, 0, 0);
  let nth = 0;
  return {
    next() {
      nth += 1;
      const area = AREAS[nth % AREAS.length];
      const last = String(Math.floor(nth / AREAS.length) % 90).padStart(2, '0');
      const body = {
        phone_number: `+1${area}55501${last}`,
        task: 'Confirm the appointment for a dental check-up on Tuesday at half past two. If they cannot come, offer to reschedule.',
        recipient_name: 'Ana Martins',
        outcomes: ['confirmed', 'wants_to_reschedule', 'declined'],
        reference: `appointment-${nth}`,
        metadata: { event_id: `evt-${nth}`, calendar_id: 'main' },
        consent_source: 'booking form',
        schedule: { at: day.toISOString() },
      };
      return { nth, body: JSON.stringify(body) };
    },
  };
}

// 80 areas, so that nobody is called more often than is allowed.
const AREAS = (
  '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 ' +
  '256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 325 330 ' +
  '331 334 336 337 339 346 347 351 352 360 361 386 401 402 404 405 406 407 408 409'
).split(' ');

const json = (body: string): Record<string, string> => ({
  'content-type': 'application/json',
  'content-length': String(Buffer.byteLength(body)),
});

const toBare =
  ({ url }: BareFacts) =>
  ({ body }: Asked): Post => ({ url: `${url}/rows`, headers: json(body), body });

const toEngine =
  ({ url, keys }: EngineFacts) =>
  ({ nth, body }: Asked): Post => ({
    url: `${url}/v1/calls`,
    headers: {
      ...json(body),
      authorization: `Bearer ${keys[nth % keys.length]}`,
      'idempotency-key': `bench-${nth}`,
    },
    body,
  });
