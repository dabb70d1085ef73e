import type { Migration } from './migration.ts';

export const returnedCalls: Migration = {
  name: '0013_returned_calls',
  statements: [
    'ALTER TABLE calls ADD COLUMN returned_from TEXT',
    // A number that is not here has the defaults.
    `CREATE TABLE number_settings (
      network TEXT NOT NULL, phone_number TEXT NOT NULL, on_returned_call TEXT NOT NULL, forward_to TEXT,
      updated_at BIGINT NOT NULL, PRIMARY KEY (network, phone_number))`,
    // Who called us lately, by keyed hash alone.
    `CREATE TABLE incoming_calls (
      carrier_call_id TEXT PRIMARY KEY, network TEXT NOT NULL, caller_hash TEXT NOT NULL, at BIGINT NOT NULL)`,
    'CREATE INDEX incoming_calls_by_caller ON incoming_calls (network, caller_hash, at)',
    'CREATE INDEX incoming_calls_by_age ON incoming_calls (at)',
  ],
};
