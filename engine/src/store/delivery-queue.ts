// Deliveries on their way into the queue. Invariant: a delivery that waits to be sent has a job, unless it is held
// behind an earlier event of its call at the same webhook; whatever settles that one gives it its job.
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { Transaction } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import { jobStore } from './jobs.ts';

export interface QueuedEvent {
  event_id: string;
  event_type: EventType | null;
  sequence: number;
  mode: Mode;
  call_id: string | null;
  /** A text of its own, in place of the event's. */
  body?: string;
}

/** Queues one event for one webhook; one whose webhook is paused is kept until that goes on. */
export async function queueDelivery(
  tx: Transaction,
  event: QueuedEvent,
  webhook: { id: string; status: 'active' | 'paused' },
  now: number,
): Promise<void> {
  const id = newId('dlv');
  const orderedBy = event.event_type?.startsWith('call.') ? event.call_id : null;
  const isPaused = webhook.status === 'paused' && (await isStillPaused(tx, webhook.id));
  const ahead =
    orderedBy === null || isPaused ? undefined : await lockLastAhead(tx, orderedBy, webhook.id);
  await tx.query(
    `INSERT INTO deliveries (id, event_id, webhook_id, status, tries, next_try_at, created_at, mode, event_type, call_id,
       ordered_by, sequence, held, body) VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      ...[
        id,
        event.event_id,
        webhook.id,
        isPaused ? 'paused' : 'pending',
        isPaused ? null : now,
        now,
      ],
      ...[event.mode, event.event_type, event.call_id, orderedBy, event.sequence],
      ...[ahead ? 1 : 0, event.body ?? null],
    ],
  );
  if (isPaused) return;
  if (!ahead) await enqueueDelivery(tx, id, now);
  // The end carries the whole call, so what it waits for is not left to a pause of minutes or hours.
  else if (event.event_type === 'call.ended') await hurry(tx, String(orderedBy), webhook.id, now);
}

export const enqueueDelivery = (tx: Transaction, deliveryId: string, now: number): Promise<void> =>
  jobStore.enqueue(tx, { kind: 'deliver', ref: deliveryId, run_at: now, now });

/** Lets the next event of the call go, now that the one before it is settled. */
export async function releaseNext(
  tx: Transaction,
  orderedBy: string,
  webhookId: string,
  now: number,
): Promise<void> {
  const rows = await tx.query<{ id: string }>(
    `UPDATE deliveries SET held = 0, next_try_at = $3 WHERE status = 'pending' AND held = 1 AND id = (
       SELECT id FROM deliveries WHERE ordered_by = $1 AND webhook_id = $2 AND status = 'pending' AND held = 1
       ORDER BY sequence LIMIT 1) RETURNING id`,
    [orderedBy, webhookId, now],
  );
  for (const { id } of rows) await enqueueDelivery(tx, id, now);
}

// Locked, so that a webhook that is being resumed on another node does not leave this one behind.
async function isStillPaused(tx: Transaction, webhookId: string): Promise<boolean> {
  const [row] = await tx.query<{ status: string }>(
    'SELECT status FROM webhooks WHERE id = $1 {{for_update}}',
    [webhookId],
  );
  return row?.status === 'paused';
}

// Locks only the last one that waits: two nodes that settle and queue at once then never wait for each other in a circle,
// and what is settled meanwhile is not ahead any more.
async function lockLastAhead(
  tx: Transaction,
  orderedBy: string,
  webhookId: string,
): Promise<string | undefined> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM deliveries WHERE ordered_by = $1 AND webhook_id = $2 AND status = 'pending'
     ORDER BY sequence DESC LIMIT 1 {{for_update}}`,
    [orderedBy, webhookId],
  );
  return rows[0]?.id;
}

async function hurry(
  tx: Transaction,
  orderedBy: string,
  webhookId: string,
  now: number,
): Promise<void> {
  const rows = await tx.query<{ id: string }>(
    `UPDATE deliveries SET next_try_at = $3 WHERE ordered_by = $1 AND webhook_id = $2 AND status = 'pending' AND held = 0
       AND next_try_at > $3 RETURNING id`,
    [orderedBy, webhookId, now],
  );
  for (const { id } of rows) {
    await tx.query(
      "UPDATE jobs SET run_at = $2 WHERE kind = 'deliver' AND ref = $1 AND owner IS NULL",
      [id, now],
    );
  }
}
