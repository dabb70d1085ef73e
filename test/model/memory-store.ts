// The tables of the engine in memory: the same SQL text and steps as on disk, without a thread or a file.
// Invariant: one transaction at a time; whoever uses it lets only one piece of work run between two turns of the program.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Database, SqlValue, Transaction } from '../../engine/src/lib/database.ts';
import { migrate } from '../../engine/src/store/migrations.ts';
import { sqliteText } from '../../engine/src/store/sql-text.ts';

export interface MemoryStore extends Database {
  /** Empties every table. */
  empty(): void;
}

export async function createMemoryStore(): Promise<MemoryStore> {
  const db = new DatabaseSync(':memory:');
  const statements = new Map<string, StatementSync>();
  const run = (sql: string, values: readonly SqlValue[] = []): unknown[] => {
    const text = sqliteText(sql);
    const known = statements.get(text) ?? db.prepare(text);
    statements.set(text, known);
    return known.all(...values);
  };
  let isOpen = false;
  const query = async (sql: string, values?: readonly SqlValue[]) => run(sql, values) as never;

  async function transaction<T>(fn: (tx: Transaction) => Promise<T>): Promise<T> {
    if (isOpen) throw new Error('two transactions at once: the model let two pieces of work run');
    isOpen = true;
    const hooks: (() => void)[] = [];
    db.exec('BEGIN');
    try {
      const value = await fn({ query, afterCommit: (hook) => void hooks.push(hook) });
      db.exec('COMMIT');
      for (const hook of hooks) hook();
      return value;
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    } finally {
      isOpen = false;
    }
  }

  const store: Database = { dialect: 'sqlite', query, transaction, close: async () => db.close() };
  await migrate(store, 0);
  const tables = run("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'migrations'")
    .map((row) => (row as { name: string }).name)
    .filter((name) => !name.startsWith('sqlite_'));
  return {
    ...store,
    empty() {
      db.exec('PRAGMA foreign_keys = OFF');
      for (const name of tables) run(`DELETE FROM ${name}`);
      db.exec('PRAGMA foreign_keys = ON');
    },
  };
}
