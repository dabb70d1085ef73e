import type { Database } from '../../engine/src/lib/database.ts';

/** One empty store, which several nodes may open at once. */
export interface StoreUnderTest {
  open(): Promise<Database>;
  /** One connection, and little patience with whoever waits for it. */
  openNarrow(): Promise<Database>;
  destroy(): Promise<void>;
}

export interface Opened {
  /** Two connections to one migrated store, as two nodes have them. */
  a(): Database;
  b(): Database;
}
