// PgBouncer in front of a Postgres server, sharing its connections out by the transaction.
import { spawn } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from './engine-process.ts';
import { type PostgresServer, serverUser } from './postgres.ts';

export interface Pooler {
  /** The address of the same database through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** Starts `program` for this server; transactions take turns on its connections, so hardly two follow on the same one. */
export async function startPooler(program: string, server: PostgresServer): Promise<Pooler> {
  const user = await serverUser();
  const folder = await mkdtemp(join(tmpdir(), 'recado-pooler-'));
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
* = host=127.0.0.1 port=${server.port} user=recado
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
server_round_robin = 1
`,
  );
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid ?? user.uid);
  const child = spawn(program, [file], {
    ...user,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = `${words}${chunk.toString()}`.slice(-4_000);
  });
  const gone = new Promise((resolve) => child.once('close', resolve));
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);

  const through = (url: string): string => url.replace(/:\d+\//, `:${port}/`);
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs);
    child.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await listening(through(server.addressOf('postgres')), () => words);
  } catch (error) {
    await stop();
    throw error;
  }
  return { through, stop };
}

async function listening(url: string, words: () => string): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  for (;;) {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      if (signal.aborted) throw new Error(`PgBouncer did not start: ${words()}`, { cause: error });
      await pause(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
