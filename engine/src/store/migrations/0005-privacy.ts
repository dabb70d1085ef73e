import type { Migration } from './migration.ts';

export const privacy: Migration = {
  name: '0005_privacy',
  statements: [
    // Found by the keyed hash, so that an entry outlives the number itself.
    `CREATE TABLE suppressions (
      id TEXT PRIMARY KEY, number_hash TEXT NOT NULL UNIQUE, number_sealed TEXT, reason TEXT NOT NULL, source TEXT NOT NULL,
      note TEXT, call_id TEXT, created_at BIGINT NOT NULL)`,
    'CREATE INDEX suppressions_by_age ON suppressions (created_at, id)',
    `CREATE TABLE audit (
      sequence BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, mode TEXT, action TEXT NOT NULL, object TEXT,
      detail TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL)`,
    // Where the chain stands, the hash that its first kept row hangs on, and a keyed proof of both. Whoever adds a row
    // holds this one.
    `CREATE TABLE audit_chain (
      id INTEGER PRIMARY KEY, sequence BIGINT NOT NULL, hash TEXT NOT NULL, trimmed_hash TEXT NOT NULL, proof TEXT NOT NULL)`,
    `CREATE TABLE erasures (
      id TEXT PRIMARY KEY, number_hash TEXT NOT NULL, mode TEXT NOT NULL, erased_at BIGINT NOT NULL, counts TEXT NOT NULL)`,
    'CREATE INDEX erasures_by_number ON erasures (number_hash, erased_at)',
    // Which calls may reach a number, also as a second or third choice.
    `CREATE TABLE call_numbers (
      phone_number TEXT NOT NULL, call_id TEXT NOT NULL REFERENCES calls (id), PRIMARY KEY (phone_number, call_id))`,
    'CREATE INDEX call_numbers_by_call ON call_numbers (call_id)',
    'CREATE INDEX calls_by_end ON calls (ended_at, id) WHERE ended_at IS NOT NULL',
    'CREATE INDEX attempts_recorded ON attempts (ended_at) WHERE recording IS NOT NULL',
    'CREATE INDEX events_by_age ON events (created_at)',
  ],
};
