import type { Migration } from './migration.ts';

export const callsThatSurvive: Migration = {
  name: '0002_calls_that_survive',
  statements: [
    'ALTER TABLE calls ADD COLUMN dedupe_key TEXT',
    'ALTER TABLE calls ADD COLUMN batch_id TEXT',
    'ALTER TABLE calls ADD COLUMN batch_index INTEGER',
    'CREATE INDEX calls_by_batch ON calls (batch_id, batch_index)',
    // Which calls of a number are still to come, without reading those that have ended.
    `CREATE INDEX calls_open_by_number ON calls (phone_number, scheduled_at) WHERE status IN ('scheduled', 'queued')`,
    `CREATE TABLE call_metadata (
      call_id TEXT NOT NULL REFERENCES calls (id), name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (call_id, name))`,
    'CREATE INDEX call_metadata_by_value ON call_metadata (name, value, call_id)',
    // One business event stands for one call, until `expires_at`.
    `CREATE TABLE dedupe_keys (
      mode TEXT NOT NULL, dedupe_key TEXT NOT NULL, call_id TEXT NOT NULL, expires_at BIGINT NOT NULL, PRIMARY KEY (mode, dedupe_key))`,
    'CREATE INDEX dedupe_keys_by_end ON dedupe_keys (expires_at)',
    'CREATE INDEX attempts_by_number ON attempts (phone_number, started_at)',
    // Invariant: a lane has as many rows as are taken, each with a number below its limit, so a limit is never passed.
    `CREATE TABLE lane_slots (
      lane TEXT NOT NULL, slot INTEGER NOT NULL, attempt_id TEXT NOT NULL, PRIMARY KEY (lane, slot))`,
    'CREATE INDEX lane_slots_by_attempt ON lane_slots (attempt_id)',
    // When the next call of a carrier account may be placed.
    'CREATE TABLE carrier_pace (account TEXT PRIMARY KEY, next_at BIGINT NOT NULL)',
    // A job that waits for a lane is woken when the lane has room; a job with a node is for that node alone.
    'ALTER TABLE jobs ADD COLUMN lane TEXT',
    'ALTER TABLE jobs ADD COLUMN node_id TEXT',
    'CREATE INDEX jobs_by_lane ON jobs (lane, id) WHERE lane IS NOT NULL',
    // Each attempt has turns of its own, counted from 0.
    'ALTER TABLE turns RENAME TO turns_of_one_attempt',
    `CREATE TABLE turns (
      call_id TEXT NOT NULL REFERENCES calls (id), attempt_id TEXT NOT NULL, idx INTEGER NOT NULL, speaker TEXT NOT NULL,
      text TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, interrupted INTEGER NOT NULL,
      PRIMARY KEY (call_id, attempt_id, idx))`,
    `INSERT INTO turns (call_id, attempt_id, idx, speaker, text, started_ms, ended_ms, interrupted)
      SELECT call_id, attempt_id, idx, speaker, text, started_ms, ended_ms, interrupted FROM turns_of_one_attempt`,
    'DROP TABLE turns_of_one_attempt',
  ],
};
