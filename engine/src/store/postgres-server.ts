// What is asked of a Postgres server before it is trusted with calls.
import type { Clock } from '../lib/clock.ts';
import type { SqlValue } from '../lib/database.ts';

export interface Server {
  version: number;
  is_standby: number;
  fsync: string;
  synchronous_commit: string;
  encoding: string;
  /** How far the server's clock is ahead of ours. */
  offset_ms: number;
}

type Query = (sql: string, values?: readonly SqlValue[]) => Promise<unknown[]>;

const CLOCK_SAMPLES = 5;

/** Asks the server for its version, its settings that decide what survives a power cut, and its time. */
export async function readServer(query: Query, clock: Clock): Promise<Server> {
  const [server] = (await query(
    `SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery()::int AS is_standby,
       current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('server_encoding') AS encoding`,
  )) as Omit<Server, 'offset_ms'>[];
  if (!server) throw new Error('Postgres does not tell what it is.');
  return { ...server, offset_ms: await clockOffset(query, clock) };
}

// The sample with the shortest way there and back is the truest.
async function clockOffset(query: Query, clock: Clock): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
  for (let sample = 0; sample < CLOCK_SAMPLES; sample++) {
    const ours = clock.now();
    const asked = clock.monotonic();
    const [row] = (await query(
      'SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::double precision AS now',
    )) as { now: number }[];
    const tookMs = clock.monotonic() - asked;
    const offsetMs = Math.round((row?.now ?? ours) - ours - tookMs / 2);
    if (tookMs < best.tookMs) best = { tookMs, offsetMs };
  }
  // A clock that runs faster than the wall is shared by other means.
  return clock.rate === 1 ? best.offsetMs : 0;
}

/** Throws when this server must not hold calls, and says what to change. */
export function refuseServer(server: Server): void {
  const [refusal] = REFUSALS.filter(([isWrong]) => isWrong(server));
  if (refusal) throw new Error(refusal[1]);
}

const REFUSALS: readonly (readonly [(server: Server) => boolean, string])[] = [
  [({ version }) => version < 150_000, 'Postgres is too old; Recado needs 15 or newer.'],
  [
    ({ is_standby }) => is_standby === 1,
    'This Postgres is a standby; DATABASE_URL must name the primary server.',
  ],
  // Acknowledged must mean on disk: https://www.postgresql.org/docs/current/runtime-config-wal.html
  [
    ({ fsync }) => fsync !== 'on',
    'This Postgres runs with fsync = off and can lose everything with the power; turn fsync on.',
  ],
  [
    ({ synchronous_commit }) => synchronous_commit === 'off',
    'This Postgres runs with synchronous_commit = off and can lose calls that were accepted; turn it on for this database or role.',
  ],
  [
    ({ encoding }) => encoding !== 'UTF8',
    'This database is not in UTF8; make one with: CREATE DATABASE recado ENCODING UTF8 TEMPLATE template0.',
  ],
];
