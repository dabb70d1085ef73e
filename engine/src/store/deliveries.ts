import type { EventType } from '../contract/vocabulary.ts';
import type { DeliveryStore, DeliveryTry } from '../events/ports.ts';
import type { Database, Transaction } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';

interface DeliveryRow {
  id: string;
  tries: number;
  next_try_at: number;
  event_id: string;
  type: EventType;
  body: string;
  webhook_id: string;
  url: string;
  secret: string;
  bearer: string | null;
}

/** Deliveries as the sender needs them: addresses and secrets opened. */
export function createDeliveryStore(database: Database, seal: Seal): DeliveryStore {
  return {
    async loadPending(deliveryId) {
      const [row] = await database.query<DeliveryRow>(
        `SELECT d.id, d.tries, d.next_try_at, d.event_id, e.type, e.body, d.webhook_id, w.url, w.secret, w.bearer
         FROM deliveries d JOIN events e ON e.id = d.event_id JOIN webhooks w ON w.id = d.webhook_id
         WHERE d.id = $1 AND d.status = 'pending' AND w.status <> 'removed'`,
        [deliveryId],
      );
      if (!row) return undefined;
      return {
        id: row.id,
        tries: row.tries,
        next_try_at: row.next_try_at,
        event_id: row.event_id,
        event_type: row.type,
        body: row.body,
        webhook_id: row.webhook_id,
        url: seal.open(row.url),
        secrets: [seal.open(row.secret)],
        bearer: row.bearer === null ? null : seal.open(row.bearer),
      };
    },
    recordTry: (deliveryId, made) => database.transaction((tx) => recordTry(tx, deliveryId, made)),
  };
}

const STATUS_OF = {
  delivered: 'delivered',
  pending: 'pending',
  dead: 'dead',
  gone: 'dead',
} as const;

async function recordTry(tx: Transaction, deliveryId: string, made: DeliveryTry): Promise<void> {
  const { settlement } = made;
  const rows = await tx.query<{ webhook_id: string }>(
    `UPDATE deliveries SET status = $3, tries = $2, next_try_at = $4, last_try_at = $5, last_status = $6, last_failure = $7,
       settled_at = $8 WHERE id = $1 AND tries = $2 - 1 AND status = 'pending' RETURNING webhook_id`,
    [
      deliveryId,
      made.number,
      STATUS_OF[settlement.state],
      settlement.state === 'pending' ? settlement.next_try_at : null,
      made.at,
      made.last_status,
      made.last_failure,
      settlement.state === 'pending' ? null : made.at,
    ],
  );
  const webhookId = rows[0]?.webhook_id;
  if (webhookId === undefined) return;
  if (settlement.state === 'gone')
    await tx.query("UPDATE webhooks SET status = 'removed' WHERE id = $1", [webhookId]);
  if (made.webhook_health === 'working')
    await tx.query('UPDATE webhooks SET failing_since = NULL WHERE id = $1', [webhookId]);
  if (made.webhook_health === 'failing') {
    await tx.query(
      'UPDATE webhooks SET failing_since = COALESCE(failing_since, $2) WHERE id = $1',
      [webhookId, made.at],
    );
  }
}
