import type { AgentRecord, VersionRecord } from '../agents/agent-record.ts';
import type { AgentStore } from '../agents/ports.ts';
import type { SqlValue } from '../lib/database.ts';
import { assignments, insertText, rowCodec } from './row-codec.ts';
import { lockIn } from './sql-text.ts';

/** The tables of agents and their versions. */
export const agentStore: AgentStore = {
  async insert(tx, agent) {
    const { sql, values } = insertText('agents', agentCodec.toRow(agent));
    await tx.query(sql, values);
  },
  async find(on, agentId) {
    const [row] = await on.query('SELECT * FROM agents WHERE id = $1 AND deleted_at IS NULL', [
      agentId,
    ]);
    return row && agentCodec.fromRow(row);
  },
  async lock(tx, agentId) {
    const [row] = await tx.query(
      `SELECT * FROM agents WHERE id = $1 AND deleted_at IS NULL${lockIn(tx)}`,
      [agentId],
    );
    return row && agentCodec.fromRow(row);
  },
  async update(tx, agentId, change) {
    const set = assignments(agentCodec.toRow(change), 2);
    await tx.query(`UPDATE agents SET ${set.sql} WHERE id = $1`, [agentId, ...set.values]);
  },
  async list(on, { published, limit, before }) {
    const values: SqlValue[] = [];
    const mark = (value: SqlValue): string => `$${values.push(value)}`;
    let where = 'deleted_at IS NULL';
    if (published !== undefined) where += ` AND version IS ${published ? 'NOT ' : ''}NULL`;
    if (before) {
      const at = mark(before.created_at);
      where += ` AND (created_at < ${at} OR (created_at = ${at} AND id < ${mark(before.id)}))`;
    }
    const rows = await on.query(
      `SELECT * FROM agents WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ${mark(limit)}`,
      values,
    );
    return rows.map(agentCodec.fromRow);
  },
  async insertVersion(tx, version) {
    const { sql, values } = insertText('agent_versions', versionCodec.toRow(version));
    await tx.query(sql, values);
  },
  async versions(on, agentId, { before = Number.MAX_SAFE_INTEGER, limit }) {
    const rows = await on.query(
      'SELECT * FROM agent_versions WHERE agent_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3',
      // A version is a 32-bit number in the table.
      [agentId, Math.min(before, 2_147_483_647), limit],
    );
    return rows.map(versionCodec.fromRow);
  },
  async findVersion(on, agentId, version) {
    const [row] = await on.query(
      `SELECT agent_versions.* FROM agents JOIN agent_versions ON agent_versions.agent_id = agents.id
         AND agent_versions.version = ${version === undefined ? 'agents.version' : '$2'}
       WHERE agents.id = $1 AND agents.deleted_at IS NULL`,
      version === undefined ? [agentId] : [agentId, version],
    );
    return row && versionCodec.fromRow(row);
  },
  async isKnown(on, agentId) {
    return (await on.query('SELECT id FROM agents WHERE id = $1', [agentId])).length > 0;
  },
  async outcomesSince(on, agentId, since) {
    const rows = await on.query<{ outcome: string }>(
      `SELECT DISTINCT outcome FROM calls WHERE agent_id = $1 AND created_at >= $2 AND outcome_group = 'answered'
         AND outcome IS NOT NULL ORDER BY outcome`,
      [agentId, since],
    );
    return rows.map(({ outcome }) => outcome);
  },
};

const agentCodec = rowCodec<AgentRecord>({
  columns: [
    'id',
    'name',
    'draft',
    'version',
    'created_at',
    'updated_at',
    'published_at',
    'deleted_at',
  ],
  json: ['draft'],
});

const versionCodec = rowCodec<VersionRecord>({
  columns: ['agent_id', 'version', 'setup', 'published_at'],
  json: ['setup'],
});
