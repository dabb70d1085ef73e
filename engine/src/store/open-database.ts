import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, withOffset } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

/** Where the store is: on a Postgres server, else in the data folder. */
export interface StorePlace {
  dataDir: string;
  postgres: { url: string; connections: number } | null;
}

const sqliteFile = (dataDir: string): string => join(dataDir, 'recado.db');
const lockFile = (dataDir: string): string => join(dataDir, 'engine.lock');

/** True when a data folder holds a store of its own. */
export const hasSqlite = (dataDir: string): boolean => existsSync(sqliteFile(dataDir));

/**
 * Opens the store and returns it with the clock to use on it: on Postgres it shows the time of the server, so that nodes
 * with different clocks agree. `lock` refuses a second engine on the same data folder; nodes on Postgres have leases instead.
 */
export async function openDatabase(
  { dataDir, postgres }: StorePlace,
  clock: Clock,
  { lock }: { lock: boolean },
): Promise<{ database: Database; clock: Clock }> {
  if (postgres) {
    const database = await openPostgres({ ...postgres, clock });
    return { database, clock: withOffset(clock, database.offsetMs) };
  }
  const database = await openSqlite({
    file: sqliteFile(dataDir),
    clock,
    ...(lock ? { lockFile: lockFile(dataDir) } : {}),
  });
  return { database, clock };
}
