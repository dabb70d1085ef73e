import type { Row } from '../lib/database.ts';
import type { JobRecord, JobStore } from '../queue/ports.ts';

/** The table of jobs and the leases of nodes. */
export const jobStore: JobStore = {
  async enqueue(tx, job) {
    await tx.query(
      'INSERT INTO jobs (kind, ref, run_at, tries, owner, payload, created_at) VALUES ($1, $2, $3, 0, NULL, $4, $5)',
      [job.kind, job.ref, job.run_at, JSON.stringify(job.payload ?? {}), job.now],
    );
  },
  async claim(on, owner, now, limit, leftAlone = '') {
    // Skipping locked rows lets several nodes claim at once without waiting for each other.
    const rows = await on.query(
      `UPDATE jobs SET owner = $1, tries = tries + 1 WHERE id IN (
         SELECT id FROM jobs WHERE owner IS NULL AND run_at <= $2 AND kind <> $4
         ORDER BY run_at, id LIMIT $3 {{skip_locked}})
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
  async postpone(on, jobId, owner, runAt, failure) {
    const rows = await on.query(
      'UPDATE jobs SET owner = NULL, run_at = $3, last_failure = $4 WHERE id = $1 AND owner = $2 RETURNING id',
      [jobId, owner, runAt, failure.slice(0, 300)],
    );
    return rows.length === 1;
  },
  async nextRunAt(on, leftAlone = '') {
    const [row] = await on.query<{ run_at: number }>(
      'SELECT run_at FROM jobs WHERE owner IS NULL AND kind <> $1 ORDER BY run_at, id LIMIT 1',
      [leftAlone],
    );
    return row?.run_at;
  },
  async heartbeat(on, nodeId, now, expiresAt) {
    await on.query(
      `INSERT INTO nodes (id, started_at, expires_at) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`,
      [nodeId, now, expiresAt],
    );
  },
  async leave(on, nodeId) {
    await on.query('DELETE FROM nodes WHERE id = $1', [nodeId]);
  },
  async rescue(on, now) {
    const rows = await on.query(
      `UPDATE jobs SET owner = NULL WHERE owner IS NOT NULL
       AND owner NOT IN (SELECT id FROM nodes WHERE expires_at > $1) RETURNING id`,
      [now],
    );
    await on.query('DELETE FROM nodes WHERE expires_at < $1', [now - 3_600_000]);
    return rows.length;
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
