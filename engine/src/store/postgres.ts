// The store that several nodes share: Postgres behind the Database port. Invariant: a connection carries nothing from
// one transaction to the next (no SET, no named statement, no advisory lock), so a transaction pooler may stand between.
import { Pool, type PoolClient } from 'pg';
import type { Clock } from '../lib/clock.ts';
import type { Database, SqlValue, Transaction } from '../lib/database.ts';
import { random } from '../lib/id.ts';
import { cleanFailure, codeOf, isConnectionGone } from './postgres-failures.ts';
import { readServer, refuseServer } from './postgres-server.ts';
import { storable, types } from './postgres-values.ts';
import { postgresText } from './sql-text.ts';

export interface PostgresOptions {
  url: string;
  clock: Clock;
  /** Connections at most; each transaction takes one for as long as it runs. */
  connections?: number;
  /** How long to wait for a connection, in milliseconds of the wall. */
  waitMs?: number;
}

export interface PostgresStore extends Database {
  /** Milliseconds that the database's clock is ahead of this machine's, measured once at the opening. */
  readonly offsetMs: number;
}

const CONNECTIONS = 10;
const WAIT_MS = 15_000;
const STATEMENT_MS = 15_000;
// A little longer than the server's own limit: only a server that is not there any more lets it pass.
const REPLY_MS = STATEMENT_MS + 5_000;
const RUNS_MAX = 4;

/** Opens the store. Throws when the server is not reached, is too old, or would lose what it has acknowledged. */
export async function openPostgres(options: PostgresOptions): Promise<PostgresStore> {
  const pool = new Pool({
    connectionString: options.url,
    max: options.connections ?? CONNECTIONS,
    connectionTimeoutMillis: options.waitMs ?? WAIT_MS,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: 1_800,
    keepAlive: true,
    application_name: 'recado',
    types,
  });
  // A connection that breaks while idle leaves the pool by itself; the next statement takes another.
  pool.on('error', () => undefined);

  const query: Run = (sql, values) => withClient(pool, (client) => send(client, sql, values));
  const again = <T>(codes: ReadonlySet<string>, work: () => Promise<T>) =>
    runAgain(codes, work, options.clock);
  try {
    const server = await readServer(query, options.clock);
    refuseServer(server);
    return {
      dialect: 'postgres',
      offsetMs: server.offset_ms,
      query: (sql, values) => again(CONFLICTS, () => query(sql, values)) as never,
      transaction: (fn) => again(OVERTAKEN, () => runTransaction(pool, fn)),
      close: () => pool.end(),
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

type Run = (sql: string, values?: readonly SqlValue[]) => Promise<unknown[]>;

// https://www.postgresql.org/docs/current/errcodes-appendix.html: serialization failure, deadlock.
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);
// Unique violation too: another transaction wrote the row between our look and our write. The next run sees it.
const OVERTAKEN: ReadonlySet<string> = new Set([...CONFLICTS, '23505']);

async function runAgain<T>(
  codes: ReadonlySet<string>,
  work: () => Promise<T>,
  clock: Clock,
): Promise<T> {
  for (let runs = 1; ; runs++) {
    try {
      return await work();
    } catch (error) {
      if (runs >= RUNS_MAX || !codes.has(codeOf(error) ?? '')) throw error;
      await clock.sleep(random() * 20 * runs * clock.rate);
    }
  }
}

// Limits of the transaction alone: a node that stands still may not hold up the others with its locks.
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
  SET LOCAL statement_timeout = ${STATEMENT_MS};
  SET LOCAL idle_in_transaction_session_timeout = ${STATEMENT_MS}`;

function runTransaction<T>(pool: Pool, fn: (tx: Transaction) => Promise<T>): Promise<T> {
  const afterCommit: (() => void)[] = [];
  return withClient(pool, async (client) => {
    const turns = createTurns();
    await begin(client);
    try {
      const value = await fn({
        query: (sql, values) => turns.take(() => send(client, sql, values)) as never,
        afterCommit: (hook) => void afterCommit.push(hook),
      });
      await turns.close();
      await commit(client);
      return value;
    } catch (error) {
      await turns.close();
      await rollBack(client, error);
      throw error;
    }
  }).then((value) => {
    for (const hook of afterCommit) hook();
    return value;
  });
}

// A server that takes no transaction, such as a former primary, is left: the next connection may lead to another.
const begin = (client: PoolClient): Promise<unknown> =>
  send(client, BEGIN).catch((cause: unknown) => {
    throw Object.assign(new Error('The store takes no transaction.', { cause }), {
      code: 'STORE_LOST',
    });
  });

async function commit(client: PoolClient): Promise<void> {
  const statement = { text: 'COMMIT', query_timeout: REPLY_MS };
  const { command } = await client.query(statement).catch(rethrow);
  // A transaction in which a statement failed is rolled back although nothing says so.
  if (command !== 'COMMIT') throw new Error('a statement of this transaction failed before');
}

// When even this fails the connection is closed, and the server rolls back by itself.
async function rollBack(client: PoolClient, cause: unknown): Promise<void> {
  if (isConnectionGone(cause)) return;
  await send(client, 'ROLLBACK').catch(() => {
    throw Object.assign(new Error('The store is not reached.', { cause }), { code: 'STORE_LOST' });
  });
}

/** One statement after the other, none after the end. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  let isOver = false;
  return {
    take<T>(work: () => Promise<T>): Promise<T> {
      if (isOver) return Promise.reject(new Error('the transaction is over'));
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
    async close(): Promise<void> {
      isOver = true;
      await last;
    },
  };
}

async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch(rethrow);
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    return await work(client);
  } catch (error) {
    if (isConnectionGone(error)) broken = error as Error;
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

async function send(
  client: PoolClient,
  sql: string,
  values?: readonly SqlValue[],
): Promise<unknown[]> {
  const statement = {
    text: postgresText(sql),
    query_timeout: REPLY_MS,
    ...(values && values.length > 0 ? { values: values.map(storable) } : {}),
  };
  const { rows = [] } = await client.query(statement).catch(rethrow);
  return rows;
}

function rethrow(error: unknown): never {
  throw cleanFailure(error);
}
