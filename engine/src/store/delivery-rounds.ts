// Sending again: a webhook that goes on, and replays. The schedule of tries begins anew.
import type { Transaction } from '../lib/database.ts';

export interface Round {
  webhook_id: string;
  statuses: readonly string[];
  since: number;
  limit: number;
}

/** Puts deliveries of an active webhook back to waiting, oldest first, in the order of their calls; returns how many. */
export async function beginAgain(tx: Transaction, round: Round, now: number): Promise<number> {
  const marks = round.statuses.map((_, at) => `$${at + 5}`).join(', ');
  const waiting = await tx.query<{ id: string; held: number }>(
    `UPDATE deliveries SET status = 'pending', tries_before = tries, next_try_at = $2, settled_at = NULL,
       held = CASE WHEN ordered_by IS NULL THEN 0 ELSE 1 END
     WHERE id IN (SELECT id FROM deliveries WHERE webhook_id = $1 AND created_at >= $3 AND status IN (${marks})
       ORDER BY created_at, sequence LIMIT $4) RETURNING id, held`,
    [round.webhook_id, now, round.since, round.limit, ...round.statuses],
  );
  const first = await tx.query<{ id: string }>(
    `UPDATE deliveries SET held = 0 WHERE webhook_id = $1 AND status = 'pending' AND held = 1 AND NOT EXISTS (
       SELECT 1 FROM deliveries AS ahead WHERE ahead.webhook_id = deliveries.webhook_id
         AND ahead.ordered_by = deliveries.ordered_by AND ahead.status = 'pending' AND ahead.sequence < deliveries.sequence)
     RETURNING id`,
    [round.webhook_id],
  );
  const free = waiting.filter(({ held }) => held === 0);
  await enqueueAll(
    tx,
    [...free, ...first].map(({ id }) => id),
    now,
  );
  return waiting.length;
}

/** Takes a webhook's waiting deliveries out of the queue, so that each has one job when they are queued again. */
export async function dropJobs(tx: Transaction, webhookId: string): Promise<void> {
  await tx.query(
    `DELETE FROM jobs WHERE kind = 'deliver' AND owner IS NULL
       AND ref IN (SELECT id FROM deliveries WHERE webhook_id = $1 AND status = 'pending')`,
    [webhookId],
  );
}

const ROWS_PER_STATEMENT = 500;

async function enqueueAll(tx: Transaction, ids: readonly string[], now: number): Promise<void> {
  for (let from = 0; from < ids.length; from += ROWS_PER_STATEMENT) {
    const some = ids.slice(from, from + ROWS_PER_STATEMENT);
    const rows = some.map((_, at) => `('deliver', $${at + 2}, $1, 0, NULL, '{}', $1)`).join(', ');
    await tx.query(
      `INSERT INTO jobs (kind, ref, run_at, tries, owner, payload, created_at) VALUES ${rows}`,
      [now, ...some],
    );
  }
}
