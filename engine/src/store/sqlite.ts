// The embedded store: SQLite behind the Database port. One connection, one statement at a time.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../lib/clock.ts';
import type { Database, SqlValue, Transaction } from '../lib/database.ts';
import { sqliteText } from './sql-text.ts';
import type { SqliteReply, SqliteRequest } from './sqlite-worker.ts';

const OLDEST_SQLITE = [3, 51, 3] as const; // Older ones can corrupt a WAL: https://www.sqlite.org/wal.html#the_wal_reset_bug
const WAIT_MS = 15_000;

/** Opens the store in `file`, made when absent. With `lockFile` a second engine on the same data is refused. */
export async function openSqlite(options: {
  file: string;
  lockFile?: string;
  clock: Clock;
}): Promise<Database> {
  mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
  const thread = startThread(options.file, options.lockFile ?? null);
  const turns = createTurns(options.clock);
  const ask = (sql: string, values: readonly SqlValue[] = []) =>
    thread.ask(sqliteText(sql), values);

  await refuseOldSqlite(ask);
  return {
    dialect: 'sqlite',
    query: (sql, values) => turns.take(() => ask(sql, values)) as never,
    transaction: (fn) => turns.take(() => runTransaction(ask, fn)),
    close: () => turns.take(() => thread.close()),
  };
}

type Ask = (sql: string, values?: readonly SqlValue[]) => Promise<unknown[]>;

async function runTransaction<T>(ask: Ask, fn: (tx: Transaction) => Promise<T>): Promise<T> {
  const afterCommit: (() => void)[] = [];
  // Not awaited, so that it travels with the first statement: where it fails, the thread refuses all that follows.
  const begun = ask('BEGIN IMMEDIATE');
  begun.catch(() => undefined);
  let isOver = false;
  const askInside: Ask = (sql, values) =>
    isOver ? Promise.reject(new Error('the transaction is over')) : ask(sql, values);
  let value: T;
  try {
    value = await fn({
      query: (sql, values) => askInside(sql, values) as never,
      afterCommit: (hook) => void afterCommit.push(hook),
    });
    isOver = true;
    await begun;
    await ask('COMMIT');
  } catch (error) {
    isOver = true;
    await ask('ROLLBACK').catch(() => undefined);
    throw error;
  }
  for (const hook of afterCommit) hook();
  return value;
}

/** Work on the one connection, one piece after the other; a piece that waits too long for its turn fails. */
function createTurns(clock: Clock): { take<T>(work: () => Promise<T>): Promise<T> } {
  let last: Promise<void> = Promise.resolve();
  return {
    take: (work) =>
      new Promise((resolve, reject) => {
        let isWaiting = true;
        // A statement sent on the database while its own transaction is open would wait for itself for ever.
        const timer = clock.after(WAIT_MS * clock.rate, () => {
          isWaiting = false;
          const busy = new Error('The store is too busy: waited too long for the connection.');
          reject(Object.assign(busy, { code: 'STORE_BUSY' }));
        });
        last = last.then(async () => {
          timer.cancel();
          if (isWaiting) await work().then(resolve, reject);
        });
      }),
  };
}

function startThread(file: string, lockFile: string | null) {
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
    workerData: { file, lockFile },
  });
  const waiting = new Map<number, { resolve(rows: unknown[]): void; reject(error: Error): void }>();
  let nextId = 0;
  let dead: Error | undefined;

  const settle = (reply: SqliteReply): void => {
    const asker = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply)
      asker?.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }));
    else asker?.resolve(reply.rows);
  };
  worker.on('message', (replies: SqliteReply[]) => replies.forEach(settle));
  const fallOver = (error: Error): void => {
    dead = error;
    for (const asker of waiting.values()) asker.reject(error);
    waiting.clear();
  };
  worker.on('error', fallOver);
  const closed = Object.assign(new Error('The store is closed.'), { code: 'STORE_CLOSED' });
  worker.on('exit', () => fallOver(dead ?? closed));

  // Statements that are sent in one turn of the program travel in one message: a message costs as much as a statement.
  let outgoing: SqliteRequest[] = [];
  const flush = (): void => {
    worker.postMessage(outgoing);
    outgoing = [];
  };
  const send = (request: Omit<SqliteRequest, 'id'>) =>
    new Promise<unknown[]>((resolve, reject) => {
      if (dead) return reject(dead);
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      if (outgoing.length === 0) queueMicrotask(flush);
      outgoing.push({ ...request, id } as SqliteRequest);
    });
  return {
    ask: (sql: string, values: readonly SqlValue[]) =>
      send({ kind: 'query', sql, values } as never),
    async close(): Promise<void> {
      if (dead) return;
      await send({ kind: 'close' } as never);
      await worker.terminate();
    },
  };
}

async function refuseOldSqlite(ask: Ask): Promise<void> {
  const [row] = (await ask('SELECT sqlite_version() AS version')) as { version: string }[];
  const version = (row?.version ?? '0').split('.').map(Number);
  const difference =
    OLDEST_SQLITE.map((part, at) => (version[at] ?? 0) - part).find((part) => part !== 0) ?? 0;
  if (difference < 0)
    throw new Error(`SQLite ${row?.version} can corrupt its log; Recado needs 3.51.3 or newer.`);
}
