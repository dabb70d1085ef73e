import type { Migration } from './migration.ts';

export const spend: Migration = {
  name: '0004_spend',
  statements: [
    // Invariant: where a limit is enforced, reserved + spent never passes it; every change keeps to it in one statement.
    `CREATE TABLE spend_counters (
      network TEXT NOT NULL, counter TEXT NOT NULL, period TEXT NOT NULL, reserved BIGINT NOT NULL, spent BIGINT NOT NULL,
      PRIMARY KEY (network, counter, period))`,
    `CREATE TABLE spend_reservations (
      call_id TEXT PRIMARY KEY, key_id TEXT NOT NULL, network TEXT NOT NULL, day TEXT NOT NULL, month TEXT NOT NULL,
      status TEXT NOT NULL, amount BIGINT NOT NULL, terms TEXT NOT NULL)`,
    `CREATE TABLE price_lists (
      network TEXT NOT NULL, name TEXT NOT NULL, list TEXT NOT NULL, fetched_at BIGINT NOT NULL,
      PRIMARY KEY (network, name))`,
  ],
};
