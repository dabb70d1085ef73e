// How long the store takes, by the first word of a statement.
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Meter } from '../lib/meter.ts';

/** Returns a database that times its statements; inside a transaction the whole of it is timed. */
export function observeDatabase(database: Database, meter: Meter, clock: Clock): Database {
  async function timed<T>(statement: string, work: () => Promise<T>): Promise<T> {
    const started = clock.monotonic();
    try {
      return await work();
    } finally {
      const seconds = (clock.monotonic() - started) / clock.rate / 1_000;
      meter.time('recado_store_statement_seconds', seconds, { statement });
    }
  }
  return {
    dialect: database.dialect,
    query: (sql, values) => timed(firstWord(sql), () => database.query(sql, values)),
    transaction: (fn) => timed('transaction', () => database.transaction(fn)),
    close: () => database.close(),
  };
}

const KNOWN: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'delete', 'with']);

function firstWord(sql: string): string {
  const word = /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? '';
  return KNOWN.has(word) ? word : 'other';
}
