// Every change of the tables, in order, never edited once released. Runs in one transaction per step.
import type { Database, Queryable } from '../lib/database.ts';
import { firstCall } from './migrations/0001-first-call.ts';
import type { Migration } from './migrations/migration.ts';

/** Brings the tables up to date; returns the names of the steps that were run. Safe to run twice. */
export async function migrate(database: Database, now: number): Promise<string[]> {
  await database.query(
    'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, run_at BIGINT NOT NULL)',
  );
  const done = new Set(
    (await database.query<{ name: string }>('SELECT name FROM migrations')).map((row) => row.name),
  );
  const run: string[] = [];
  for (const step of MIGRATIONS) {
    if (done.has(step.name)) continue;
    await database.transaction(async (tx) => {
      for (const statement of step.statements) await tx.query(statement);
      await tx.query('INSERT INTO migrations (name, run_at) VALUES ($1, $2)', [step.name, now]);
    });
    run.push(step.name);
  }
  return run;
}

/** True when every change of the tables that this version knows has been made. */
export async function isMigrated(on: Queryable): Promise<boolean> {
  const rows = await on.query<{ name: string }>('SELECT name FROM migrations');
  const done = new Set(rows.map((row) => row.name));
  return MIGRATIONS.every(({ name }) => done.has(name));
}

const MIGRATIONS: readonly Migration[] = [firstCall];
