// Deliveries as people see them: the list, and sending again. Addresses are secrets: only their host is shown.
import type { Delivery } from '../contract/delivery.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Deliveries, DeliveryPage } from '../events/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Queryable, Row, SqlValue, Transaction } from '../lib/database.ts';
import { fail, ok } from '../lib/result.ts';
import { enqueueDelivery } from './delivery-queue.ts';
import { beginAgain } from './delivery-rounds.ts';
import { isoOrNull } from './webhook-rows.ts';

const REPLAYABLE_MS = 30 * 24 * 3_600_000;
const REPLAYED_AT_ONCE_MAX = 10_000;

export function createDeliveryList(options: {
  database: Database;
  clock: Clock;
  onQueued(): void;
}): Deliveries {
  const { database, clock } = options;
  const oldest = (): number => clock.now() - REPLAYABLE_MS;
  return {
    list,
    replay: (mode, deliveryId) =>
      database.transaction(async (tx) => {
        const found = await find(tx, mode, deliveryId);
        if (!found) return fail('not_found' as const);
        if (!(await restart(tx, deliveryId, { now: clock.now(), oldest: oldest() })))
          return fail('delivery_not_replayable' as const);
        tx.afterCommit(options.onQueued);
        return ok((await find(tx, mode, deliveryId)) ?? found);
      }),
    replayAll: (mode, webhookId, { since, statuses }) =>
      database.transaction(async (tx) => {
        const [webhook] = await tx.query<{ status: string }>(
          `SELECT status FROM webhooks WHERE id = $1 AND mode = $2 AND kind = 'subscription' AND status <> 'removed'
           {{for_update}}`,
          [webhookId, mode],
        );
        if (!webhook) return undefined;
        const round = {
          ...{ webhook_id: webhookId, statuses, since: Math.max(since, oldest()) },
          limit: REPLAYED_AT_ONCE_MAX,
        };
        const replayed = await (webhook.status === 'active' ? beginAgain : keepForLater)(
          tx,
          round,
          clock.now(),
        );
        tx.afterCommit(options.onQueued);
        return { replayed, more: replayed === REPLAYED_AT_ONCE_MAX };
      }),
  };
}

const SELECT = `SELECT d.*, w.url_host, w.kind FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id`;

async function list(on: Queryable, page: DeliveryPage): Promise<Delivery[]> {
  const values: SqlValue[] = [page.mode];
  const conditions = ['d.mode = $1'];
  const add = (text: (mark: string) => string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(text(`$${values.length}`));
  };
  add((mark) => `d.webhook_id = ${mark} AND w.kind = 'subscription'`, page.webhook_id);
  add((mark) => `d.event_type = ${mark}`, page.event_type);
  add((mark) => `d.call_id = ${mark}`, page.call_id);
  add((mark) => `d.status = ${mark}`, page.status);
  if (page.before) {
    const { created_at, id } = page.before;
    const first = values.push(created_at, created_at, id) - 2;
    conditions.push(
      `(d.created_at < $${first} OR (d.created_at = $${first + 1} AND d.id < $${first + 2}))`,
    );
  }
  values.push(page.limit);
  const rows = await on.query(
    `${SELECT} WHERE ${conditions.join(' AND ')} ORDER BY d.created_at DESC, d.id DESC LIMIT $${values.length}`,
    values,
  );
  return rows.map(deliveryFromRow);
}

async function find(
  tx: Transaction,
  mode: Mode,
  deliveryId: string,
): Promise<Delivery | undefined> {
  const [row] = await tx.query(`${SELECT} WHERE d.id = $1 AND d.mode = $2`, [deliveryId, mode]);
  return row && deliveryFromRow(row);
}

// One delivery goes at once, whatever else of its call waits, because somebody asked for it.
async function restart(
  tx: Transaction,
  deliveryId: string,
  { now, oldest }: { now: number; oldest: number },
): Promise<boolean> {
  const [webhook] = await tx.query<{ status: string }>(
    `SELECT status FROM webhooks WHERE status <> 'removed'
       AND id = (SELECT webhook_id FROM deliveries WHERE id = $1) {{for_update}}`,
    [deliveryId],
  );
  if (!webhook) return false;
  const isActive = webhook.status === 'active';
  const rows = await tx.query(
    `UPDATE deliveries SET status = $2, tries_before = tries, next_try_at = $3, settled_at = NULL, held = 0
     WHERE id = $1 AND status IN ('delivered', 'dead') AND created_at >= $4 RETURNING id`,
    [deliveryId, isActive ? 'pending' : 'paused', isActive ? now : null, oldest],
  );
  if (rows.length === 0) return false;
  if (isActive) await enqueueDelivery(tx, deliveryId, now);
  return true;
}

async function keepForLater(
  tx: Transaction,
  round: Parameters<typeof beginAgain>[1],
): Promise<number> {
  const marks = round.statuses.map((_, at) => `$${at + 4}`).join(', ');
  const rows = await tx.query(
    `UPDATE deliveries SET status = 'paused', next_try_at = NULL, settled_at = NULL WHERE id IN (
       SELECT id FROM deliveries WHERE webhook_id = $1 AND created_at >= $2 AND status IN (${marks})
       ORDER BY created_at, sequence LIMIT $3) RETURNING id`,
    [round.webhook_id, round.since, round.limit, ...round.statuses],
  );
  return rows.length;
}

const deliveryFromRow = (row: Row): Delivery => ({
  id: String(row['id']),
  event_id: String(row['event_id']),
  event_type: row['event_type'] as Delivery['event_type'],
  call_id: row['call_id'] as string | null,
  webhook_id: row['kind'] === 'subscription' ? String(row['webhook_id']) : null,
  url_host: String(row['url_host']),
  mode: row['mode'] as Mode,
  status: row['status'] as Delivery['status'],
  tries: Number(row['tries']),
  last_status: row['last_status'] as number | null,
  last_failure: row['last_failure'] as Delivery['last_failure'],
  last_try_at: isoOrNull(row['last_try_at']),
  // What is held behind another event has no time of its own yet.
  next_try_at:
    row['status'] === 'pending' && row['held'] === 0 ? isoOrNull(row['next_try_at']) : null,
  created_at: new Date(Number(row['created_at'])).toISOString(),
  settled_at: isoOrNull(row['settled_at']),
});
