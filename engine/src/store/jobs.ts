import type { Row } from '../lib/database.ts';
import type { JobRecord, JobStore } from '../queue/ports.ts';

/** The table of jobs and the leases of nodes. */
export const jobStore: JobStore = {
  async enqueue(tx, job) {
    await tx.query(
      'INSERT INTO jobs (kind, ref, run_at, tries, owner, payload, node_id, created_at) VALUES ($1, $2, $3, 0, NULL, $4, $5, $6)',
      [
        job.kind,
        job.ref,
        job.run_at,
        JSON.stringify(job.payload ?? {}),
        job.node_id ?? null,
        job.now,
      ],
    );
  },
  async claim(on, owner, now, limit, leftAlone = '') {
    // Skipping locked rows lets several nodes claim at once without waiting for each other. Materialized, because a
    // plan that looked for due jobs more than once would take more of them than the limit.
    const rows = await on.query(
      `WITH due AS MATERIALIZED (
         SELECT id FROM jobs WHERE owner IS NULL AND run_at <= $2 AND (node_id IS NULL OR node_id = $1)
           AND kind <> $4 ORDER BY run_at, id LIMIT $3 {{skip_locked}})
       UPDATE jobs SET owner = $1, tries = tries + 1, lane = NULL WHERE id IN (SELECT id FROM due)
       RETURNING id, kind, ref, run_at, tries, payload`,
      [owner, now, limit, leftAlone],
    );
    return rows.map(jobFromRow).sort((a, b) => a.run_at - b.run_at || a.id - b.id);
  },
  async finish(on, jobId, owner) {
    return (
      (await on.query('DELETE FROM jobs WHERE id = $1 AND owner = $2 RETURNING id', [jobId, owner]))
        .length === 1
    );
  },
  async postpone(on, jobId, owner, runAt, { failure = '', lane = null } = {}) {
    const rows = await on.query(
      'UPDATE jobs SET owner = NULL, run_at = $3, last_failure = $4, lane = $5 WHERE id = $1 AND owner = $2 RETURNING id',
      [jobId, owner, runAt, failure.slice(0, 300), lane],
    );
    return rows.length === 1;
  },
  async nextRunAt(on, owner, leftAlone = '') {
    const [row] = await on.query<{ run_at: number }>(
      `SELECT run_at FROM jobs WHERE owner IS NULL AND (node_id IS NULL OR node_id = $1) AND kind <> $2
       ORDER BY run_at, id LIMIT 1`,
      [owner, leftAlone],
    );
    return row?.run_at;
  },
  async heartbeat(on, nodeId, now, expiresAt, publicUrl = null) {
    await on.query(
      `INSERT INTO nodes (id, started_at, expires_at, public_url) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`,
      [nodeId, now, expiresAt, publicUrl],
    );
  },
  async leave(on, nodeId) {
    await on.query('DELETE FROM nodes WHERE id = $1', [nodeId]);
  },
  async isGone(on, nodeId) {
    return (await on.query('SELECT id FROM nodes WHERE id = $1', [nodeId])).length === 0;
  },
  async giveUp(on, before) {
    const gone = await on.query<{ id: string }>(
      'DELETE FROM nodes WHERE expires_at <= $1 RETURNING id',
      [before],
    );
    return gone.map(({ id }) => id);
  },
  async rescue(on, now) {
    const rows = await on.query(
      `UPDATE jobs SET owner = NULL WHERE id IN (
         SELECT id FROM jobs WHERE owner IS NOT NULL
         AND owner NOT IN (SELECT id FROM nodes WHERE expires_at > $1) {{skip_locked}}) RETURNING id`,
      [now],
    );
    // What was meant for a node that is gone is for whoever comes.
    const addressed = await on.query(
      `UPDATE jobs SET node_id = NULL WHERE id IN (
         SELECT id FROM jobs WHERE node_id IS NOT NULL
         AND node_id NOT IN (SELECT id FROM nodes WHERE expires_at > $1) {{skip_locked}}) RETURNING id`,
      [now],
    );
    return rows.length + addressed.length;
  },
};

const jobFromRow = (row: Row): JobRecord => ({
  id: Number(row['id']),
  kind: String(row['kind']),
  ref: String(row['ref']),
  run_at: Number(row['run_at']),
  tries: Number(row['tries']),
  payload: JSON.parse(String(row['payload'])) as Record<string, unknown>,
});
