// Every change of the tables, in order, never edited once released. Runs in one transaction per step.
import type { Database, Queryable, Transaction } from '../lib/database.ts';
import { firstCall } from './migrations/0001-first-call.ts';
import { callsThatSurvive } from './migrations/0002-calls-that-survive.ts';
import { spend } from './migrations/0004-spend.ts';
import { privacy } from './migrations/0005-privacy.ts';
import { webhooksManaged } from './migrations/0006-webhooks.ts';
import { batchesAndWaits } from './migrations/0007-batches-and-waits.ts';
import { nodeAddresses } from './migrations/0008-node-addresses.ts';
import { ownPhones } from './migrations/0009-own-phones.ts';
import { agents } from './migrations/0010-agents.ts';
import { returnedCalls } from './migrations/0013-returned-calls.ts';
import type { Migration } from './migrations/migration.ts';

/** Brings the tables up to date; returns the names of the steps that were run. Safe to run twice, and by several nodes at once. */
export async function migrate(database: Database, now: number): Promise<string[]> {
  await makeList(database);
  const done = await namesDone(database);
  const run: string[] = [];
  for (const step of MIGRATIONS) {
    if (done.has(step.name)) continue;
    const isOurs = await database.transaction(async (tx) => {
      // Another node that makes this step at the same moment waits here, and then has nothing to do.
      const [first] = await tx.query(
        'INSERT INTO migrations (name, run_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING name',
        [step.name, now],
      );
      if (!first) return false;
      for (const statement of step.statements) await tx.query(statement);
      return true;
    });
    if (isOurs) run.push(step.name);
  }
  return run;
}

/** Makes every table, where there is none, in the transaction of the caller. */
export async function makeTables(tx: Transaction, now: number): Promise<void> {
  await tx.query(CREATE_LIST);
  for (const step of MIGRATIONS) {
    for (const statement of step.statements) await tx.query(statement);
    await tx.query('INSERT INTO migrations (name, run_at) VALUES ($1, $2)', [step.name, now]);
  }
}

const CREATE_LIST =
  'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, run_at BIGINT NOT NULL)';

async function makeList(database: Database): Promise<void> {
  // Of two nodes that make it at the same moment, one is told that it is there already.
  await database.query(CREATE_LIST).catch(() => database.query(CREATE_LIST));
}

async function namesDone(on: Queryable): Promise<Set<string>> {
  const rows = await on.query<{ name: string }>('SELECT name FROM migrations');
  return new Set(rows.map((row) => row.name));
}

/** True when every change of the tables that this version knows has been made. */
export async function isMigrated(on: Queryable): Promise<boolean> {
  const done = await namesDone(on);
  return MIGRATIONS.every(({ name }) => done.has(name));
}

const MIGRATIONS: readonly Migration[] = [
  firstCall,
  callsThatSurvive,
  spend,
  privacy,
  webhooksManaged,
  batchesAndWaits,
  nodeAddresses,
  ownPhones,
  returnedCalls,
  agents,
];
