import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { DeliveryStore, DeliveryTry, PauseReason } from '../events/ports.ts';
import type { Database, Transaction } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import { releaseNext } from './delivery-queue.ts';
import { dropJobs } from './delivery-rounds.ts';
import { openSecrets } from './webhook-rows.ts';

type DeliveryRow = {
  id: string;
  tries: number;
  tries_before: number;
  next_try_at: number;
  event_id: string;
  event_type: EventType | null;
  call_id: string | null;
  mode: Mode;
  body: string;
  webhook_id: string;
  url_host: string;
  url: string;
  secret: string;
  previous_secret: string | null;
  previous_secret_until: number | null;
  bearer: string | null;
  failing_since: number | null;
  refusals: number | null;
};

/** Deliveries as the sender needs them: addresses and secrets opened. */
export function createDeliveryStore(database: Database, seal: Seal): DeliveryStore {
  return {
    async loadPending(deliveryId, now) {
      const [row] = await database.query<DeliveryRow>(
        `SELECT d.id, d.tries, d.tries_before, d.next_try_at, d.event_id, d.event_type, d.call_id, d.mode,
           COALESCE(d.body, e.body) AS body, d.webhook_id, w.url_host, w.url, w.secret, w.previous_secret,
           w.previous_secret_until, w.bearer, w.failing_since, w.refusals
         FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id LEFT JOIN events e ON e.id = d.event_id
         WHERE d.id = $1 AND d.status = 'pending' AND d.held = 0 AND w.status = 'active'
           AND (d.body IS NOT NULL OR e.body IS NOT NULL)`,
        [deliveryId],
      );
      if (!row) return undefined;
      const { failing_since, refusals } = row;
      return {
        ...facts(row),
        url: seal.open(row.url),
        secrets: openSecrets(seal, row, now),
        bearer: row.bearer === null ? null : seal.open(row.bearer),
        standing: { failing_since, refusals },
      };
    },
    async countTry(tx, deliveryId, number) {
      const rows = await tx.query(
        `UPDATE deliveries SET tries = $2 WHERE id = $1 AND tries = $2 - 1 AND status IN ('pending', 'paused')
         RETURNING id`,
        [deliveryId, number],
      );
      return rows.length === 1;
    },
    async isOvertaken(tx, deliveryId) {
      const rows = await tx.query(
        `SELECT b.id FROM deliveries a JOIN deliveries b ON b.ordered_by = a.ordered_by AND b.webhook_id = a.webhook_id
         WHERE a.id = $1 AND b.status = 'pending' AND b.held = 1 AND b.event_type = 'call.ended' AND b.sequence > a.sequence`,
        [deliveryId],
      );
      return rows.length > 0;
    },
    saveTry,
    async lockStanding(tx, webhookId) {
      const [row] = await tx.query<{ failing_since: number | null; refusals: number | null }>(
        `SELECT failing_since, refusals FROM webhooks WHERE id = $1 AND kind = 'subscription' AND status = 'active'
         {{for_update}}`,
        [webhookId],
      );
      return row;
    },
    async saveStanding(tx, webhookId, { failing_since, refusals }) {
      await tx.query('UPDATE webhooks SET failing_since = $2, refusals = $3 WHERE id = $1', [
        webhookId,
        failing_since,
        refusals,
      ]);
    },
    pause: pauseWebhook,
    end: endWebhook,
  };
}

/** Pauses a webhook; what waits for it is kept until it goes on. */
export async function pauseWebhook(
  tx: Transaction,
  webhookId: string,
  { reason, at }: { reason: PauseReason; at: number },
): Promise<void> {
  await tx.query(
    "UPDATE webhooks SET status = 'paused', paused_at = $2, pause_reason = $3 WHERE id = $1 AND status = 'active'",
    [webhookId, at, reason],
  );
  await dropJobs(tx, webhookId);
  await tx.query(
    "UPDATE deliveries SET status = 'paused', next_try_at = NULL WHERE webhook_id = $1 AND status = 'pending'",
    [webhookId],
  );
}

/** Ends a webhook: nothing is sent to it any more, and what waits for it is a dead letter. */
export async function endWebhook(tx: Transaction, webhookId: string, at: number): Promise<void> {
  await tx.query("UPDATE webhooks SET status = 'removed' WHERE id = $1", [webhookId]);
  await tx.query(
    `UPDATE deliveries SET status = 'dead', next_try_at = NULL, settled_at = $2
     WHERE webhook_id = $1 AND status IN ('pending', 'paused')`,
    [webhookId, at],
  );
}

const facts = (row: DeliveryRow) => ({
  id: row.id,
  tries: row.tries,
  tries_before: row.tries_before,
  next_try_at: row.next_try_at,
  event_id: row.event_id,
  event_type: row.event_type,
  call_id: row.call_id,
  mode: row.mode,
  body: row.body,
  webhook_id: row.webhook_id,
  url_host: row.url_host,
});

const STATUS_OF = {
  delivered: 'delivered',
  pending: 'pending',
  dead: 'dead',
  gone: 'dead',
} as const;

async function saveTry(tx: Transaction, deliveryId: string, made: DeliveryTry): Promise<void> {
  const { settlement, at } = made;
  // What was sent while its webhook was being paused stays paused, unless it was taken after all.
  const [row] = await tx.query<{ ordered_by: string | null; webhook_id: string }>(
    `UPDATE deliveries SET status = CASE WHEN status = 'paused' AND $2 = 'pending' THEN 'paused' ELSE $2 END,
       next_try_at = CASE WHEN status = 'paused' THEN NULL ELSE CAST($3 AS BIGINT) END, last_try_at = $4, last_status = $5,
       last_failure = $6, settled_at = $7 WHERE id = $1 RETURNING ordered_by, webhook_id`,
    [
      ...[deliveryId, STATUS_OF[settlement.state]],
      ...[settlement.state === 'pending' ? settlement.next_try_at : null, at],
      ...[made.last_status, made.last_failure, settlement.state === 'pending' ? null : at],
    ],
  );
  if (row?.ordered_by && settlement.state !== 'pending')
    await releaseNext(tx, row.ordered_by, row.webhook_id, at);
}
