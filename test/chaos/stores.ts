// The stores that a chaos run can use. Whoever judges the run looks into the same tables as the engines.
import { join } from 'node:path';
import type { Clock } from '../../engine/src/lib/clock.ts';
import type { Queryable } from '../../engine/src/lib/database.ts';
import { openPostgres } from '../../engine/src/store/postgres.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { startPostgres } from '../postgres.ts';

export interface ChaosStore {
  nodes: number;
  /** Settings of every engine. */
  env: Record<string, string>;
  /** A look into the tables; there once an engine has made them. */
  open(): Promise<Queryable & { close(): Promise<void> }>;
  close(): Promise<void>;
}

/** Makes a store for the engines of one run. */
export type OpenStore = (folder: string, clock: Clock) => Promise<ChaosStore>;

const NODES_ON_POSTGRES = 3;

export const sqliteStore: OpenStore = async (folder, clock) => ({
  nodes: 1,
  env: {},
  open: () => openSqlite({ file: join(folder, 'node-0', 'recado.db'), clock }),
  close: async () => undefined,
});

/** Postgres, whose server program lies at `place`. */
export const postgresStore =
  (place: string): OpenStore =>
  async (_folder, clock) => {
    const server = await startPostgres(place);
    const url = await server.newDatabase();
    return {
      nodes: NODES_ON_POSTGRES,
      env: { DATABASE_URL: url },
      open: () => openPostgres({ url, clock }),
      close: server.stop,
    };
  };
