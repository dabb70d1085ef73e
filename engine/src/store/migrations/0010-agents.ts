import type { Migration } from './migration.ts';

export const agents: Migration = {
  name: '0010_agents',
  statements: [
    `CREATE TABLE agents (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, draft TEXT NOT NULL, version INTEGER, created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL, published_at BIGINT, deleted_at BIGINT)`,
    'CREATE INDEX agents_by_age ON agents (created_at, id)',
    // Invariant: a version is written once and never changes.
    `CREATE TABLE agent_versions (
      agent_id TEXT NOT NULL REFERENCES agents (id), version INTEGER NOT NULL, setup TEXT NOT NULL,
      published_at BIGINT NOT NULL, PRIMARY KEY (agent_id, version))`,
    'ALTER TABLE calls ADD COLUMN agent_id TEXT',
    'ALTER TABLE calls ADD COLUMN agent_version INTEGER',
    'CREATE INDEX calls_by_agent ON calls (agent_id, created_at) WHERE agent_id IS NOT NULL',
  ],
};
