import type { Migration } from './migration.ts';

export const ownPhones: Migration = {
  name: '0009_own_phones',
  statements: [
    `CREATE TABLE own_phones (
      id TEXT PRIMARY KEY, number_hash TEXT NOT NULL UNIQUE, number_sealed TEXT NOT NULL, code_sealed TEXT,
      code_expires_at BIGINT, tries INTEGER NOT NULL, call_id TEXT, verified_at BIGINT, created_at BIGINT NOT NULL)`,
  ],
};
