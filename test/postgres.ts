// A Postgres server of the test's own: Debian's programs, a cluster in a temporary folder, a free port, gone at the end.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from './engine-process.ts';

export interface PostgresServer {
  port: number;
  addressOf(database: string): string;
  /** Makes an empty database and returns its address. */
  newDatabase(): Promise<string>;
  /** Takes everything out of a database that nobody uses now. */
  empty(url: string): Promise<void>;
  /** Runs SQL as the administrator, on this database's address or on none in particular. */
  ask(sql: string, url?: string): Promise<Record<string, unknown>[]>;
  /** Stops the server as a crash would and starts it again on the same files. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

const START_WITHIN_MS = 20_000;

/** Starts a server with the `initdb` and `postgres` that lie beside `place`. */
export async function startPostgres(place: string): Promise<PostgresServer> {
  const programs = dirname(place);
  const user = await serverUser();
  const folder = await mkdtemp(join(tmpdir(), 'recado-postgres-'));
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid ?? user.uid);
  const data = join(folder, 'data');
  await promisify(execFile)(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'recado', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
    { ...user, cwd: folder },
  );
  const port = await freePort();
  const addressOf = (database: string) => `postgres://recado@127.0.0.1:${port}/${database}`;
  let databases = 0;
  let running = run(join(programs, 'postgres'), data, port, { ...user, cwd: folder });

  async function ask(sql: string, url = addressOf('postgres')): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    // A server that is stopped beneath it is what some tests want.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }
  const ready = async (): Promise<void> => {
    const signal = AbortSignal.timeout(START_WITHIN_MS);
    for (;;) {
      try {
        await ask('SELECT 1');
        return;
      } catch (error) {
        if (signal.aborted)
          throw new Error(`Postgres did not start: ${running.words()}`, { cause: error });
        await pause(20);
      }
    }
  };
  await ready();
  return {
    port,
    addressOf,
    ask,
    async newDatabase() {
      const name = `recado_${++databases}`;
      await ask(`CREATE DATABASE ${name}`);
      return addressOf(name);
    },
    async empty(url) {
      await ask('DROP SCHEMA public CASCADE', url);
      await ask('CREATE SCHEMA public', url);
    },
    async crash() {
      await running.end();
      running = run(join(programs, 'postgres'), data, port, { ...user, cwd: folder });
      await ready();
    },
    async stop() {
      await running.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Ids {
  uid?: number;
  gid?: number;
}

/** Postgres refuses to run as root, so there it runs as the user that its package made. */
export async function serverUser(): Promise<Ids> {
  if (process.getuid?.() !== 0) return {};
  const { stdout } = await promisify(execFile)('getent', ['passwd', 'postgres']);
  const [, , uid, gid] = stdout.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

// The shell ends the server when its own input closes, so the server never outlives the test, however that ends.
// SIGQUIT ends it at once, as a crash does: https://www.postgresql.org/docs/current/server-shutdown.html
const UNTIL_INPUT_CLOSES = '"$@" & server=$!; read -r; kill -QUIT $server; wait $server';

function run(program: string, data: string, port: number, options: Ids & { cwd: string }) {
  const settings = {
    ...{ port, listen_addresses: '127.0.0.1', unix_socket_directories: dirname(data) },
    ...{ max_connections: 200, shared_buffers: '32MB', fsync: 'on' },
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child: ChildProcess = spawn(
    '/bin/bash',
    ['-c', UNTIL_INPUT_CLOSES, 'server', program, '-D', data, ...args],
    { ...options, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = `${words}${chunk.toString()}`.slice(-20_000);
  });
  const gone = new Promise((resolve) => child.once('close', resolve));
  return {
    words: () => words,
    async end(): Promise<void> {
      child.stdin?.end();
      await gone;
    },
  };
}
