// The stores that a chaos run can use. Whoever judges the run looks into the same tables as the engines.
import { join } from 'node:path';
import type { Clock } from '../../engine/src/lib/clock.ts';
import type { Queryable } from '../../engine/src/lib/database.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';

export const STORES = ['sqlite', 'postgres'] as const;
export type StoreName = (typeof STORES)[number];

export interface ChaosStore {
  nodes: number;
  /** Settings of every engine. */
  env: Record<string, string>;
  /** A look into the tables; there once an engine has made them. */
  open(): Promise<Queryable & { close(): Promise<void> }>;
  close(): Promise<void>;
}

type Open = (folder: string, clock: Clock) => Promise<ChaosStore>;

/** Returns how to make each store, as far as it can be had on this machine. */
export const chaosStores: Partial<Record<StoreName, Open>> = {
  async sqlite(folder, clock) {
    return {
      nodes: 1,
      env: {},
      open: () => openSqlite({ file: join(folder, 'node-0', 'recado.db'), clock }),
      close: async () => undefined,
    };
  },
};
