import type { Queryable } from '../lib/database.ts';

/** Jobs that nobody runs: all of them, those whose time has come, and how late the most overdue one is. */
export async function countJobs(
  on: Queryable,
  now: number,
): Promise<{ queuedJobs: number; dueJobs: number; oldestDueSeconds: number }> {
  const [row] = await on.query<{ queued: number; due: number; oldest: number | null }>(
    `SELECT COUNT(*) AS queued, COALESCE(SUM(CASE WHEN run_at <= $1 THEN 1 ELSE 0 END), 0) AS due, MIN(run_at) AS oldest
     FROM jobs WHERE owner IS NULL`,
    [now],
  );
  const oldest = Number(row?.oldest ?? now);
  return {
    queuedJobs: Number(row?.queued ?? 0),
    dueJobs: Number(row?.due ?? 0),
    oldestDueSeconds: Math.max((now - oldest) / 1_000, 0),
  };
}
