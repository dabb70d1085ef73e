import type { Migration } from './migration.ts';

export const batchesAndWaits: Migration = {
  name: '0007_batches_and_waits',
  statements: [
    `CREATE TABLE batches (
      id TEXT PRIMARY KEY, mode TEXT NOT NULL, network TEXT NOT NULL, key_id TEXT NOT NULL, name TEXT, status TEXT NOT NULL,
      pause_reason TEXT, calls_per_hour INTEGER, stop_after_failures INTEGER, failures_in_row INTEGER NOT NULL,
      source TEXT, total INTEGER NOT NULL, idempotency_key TEXT, fingerprint TEXT NOT NULL, created_at BIGINT NOT NULL,
      placed_at BIGINT, ended_at BIGINT, end_event_id TEXT,
      UNIQUE (key_id, idempotency_key))`,
    'CREATE INDEX batches_by_age ON batches (mode, created_at, id)',
    // `request` is sealed, and gone once the item has its call or its problem.
    `CREATE TABLE batch_items (
      batch_id TEXT NOT NULL REFERENCES batches (id), idx INTEGER NOT NULL, request TEXT, call_id TEXT, problem TEXT,
      PRIMARY KEY (batch_id, idx))`,
    'CREATE INDEX batch_items_by_call ON batch_items (call_id)',
    `CREATE TABLE waits (
      id TEXT PRIMARY KEY, mode TEXT NOT NULL, network TEXT NOT NULL, key_id TEXT NOT NULL, token_hash TEXT NOT NULL, url TEXT NOT NULL, token TEXT,
      status TEXT NOT NULL, total INTEGER NOT NULL, until BIGINT NOT NULL, created_at BIGINT NOT NULL, closed_at BIGINT)`,
    `CREATE TABLE wait_calls (
      wait_id TEXT NOT NULL REFERENCES waits (id), idx INTEGER NOT NULL, call_id TEXT NOT NULL,
      PRIMARY KEY (wait_id, idx))`,
    'CREATE INDEX wait_calls_by_call ON wait_calls (call_id)',
  ],
};
