// The subscriptions of keys.
import type { Receivers } from '../calls/ports.ts';
import type { SubscribeWebhook, UpdateWebhook, Webhook } from '../contract/event.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Messages, Webhooks } from '../events/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Queryable, Row, SqlValue, Transaction } from '../lib/database.ts';
import type { Egress } from '../lib/egress.ts';
import type { Seal } from '../lib/seal.ts';
import { endWebhook, pauseWebhook } from './deliveries.ts';
import { beginAgain, dropJobs } from './delivery-rounds.ts';
import type { EventStore } from './events.ts';
import { createOwnAddresses } from './own-addresses.ts';
import { assignments } from './row-codec.ts';
import {
  insertWebhook,
  newWebhookRow,
  openSecrets,
  sealedUrl,
  webhookFromRow,
} from './webhook-rows.ts';

const WEBHOOKS_PER_KEY_MAX = 50;
const SECRETS_OVERLAP_MS = 24 * 3_600_000;
const RESUMED_AT_ONCE = 5_000;

export interface WebhookStoreOptions {
  database: Database;
  seal: Seal;
  events: EventStore;
  egress: Egress;
  clock: Clock;
  newSigningSecret(): string;
  onQueued?(): void;
}

export function createWebhookStore(options: WebhookStoreOptions): Receivers & Webhooks & Messages {
  const { database, seal, clock } = options;
  const onQueued = options.onQueued ?? (() => undefined);
  return {
    ...createOwnAddresses({ ...options, onQueued }),
    judge: (url) => options.egress.judge(url),
    subscribe: (key, wanted) => database.transaction((tx) => subscribe(tx, key, wanted, options)),
    async list(mode) {
      const rows = await database.query(
        `SELECT * FROM webhooks WHERE mode = $1 AND kind = 'subscription' AND status <> 'removed'
         ORDER BY created_at, id LIMIT 500`,
        [mode],
      );
      return rows.map(webhookFromRow);
    },
    async find(mode, webhookId) {
      const row = await findRow(database, mode, webhookId);
      return row && webhookFromRow(row);
    },
    update: (mode, webhookId, change) =>
      database.transaction(async (tx) => {
        const row = await lockRow(tx, mode, webhookId);
        if (!row) return undefined;
        await rewrite(tx, seal, row, change);
        if (change.paused === true && row['status'] === 'active')
          await pauseWebhook(tx, webhookId, { reason: 'requested', at: clock.now() });
        if (change.paused === false && row['status'] === 'paused')
          await resume(tx, webhookId, clock.now());
        tx.afterCommit(onQueued);
        const changed = await findRow(tx, mode, webhookId);
        return changed && webhookFromRow(changed);
      }),
    unsubscribe: (mode, webhookId) =>
      database.transaction(async (tx) => {
        const rows = await tx.query(
          "SELECT id FROM webhooks WHERE id = $1 AND mode = $2 AND kind = 'subscription'",
          [webhookId, mode],
        );
        if (rows.length === 0) return false;
        await endWebhook(tx, webhookId, clock.now());
        return true;
      }),
    rotateSecret: (mode, webhookId) =>
      database.transaction(async (tx) => {
        const row = await lockRow(tx, mode, webhookId);
        if (!row) return undefined;
        const secret = options.newSigningSecret();
        const until = clock.now() + SECRETS_OVERLAP_MS;
        await tx.query(
          'UPDATE webhooks SET previous_secret = secret, previous_secret_until = $2, secret = $3 WHERE id = $1',
          [webhookId, until, seal.close(secret)],
        );
        const previous_secret_until = new Date(until).toISOString();
        return { ...webhookFromRow(row), secret, previous_secret_until };
      }),
    async open(mode, webhookId) {
      const row = await findRow(database, mode, webhookId);
      if (!row) return undefined;
      const url_host = String(row['url_host']);
      return {
        url: seal.open(String(row['url'])),
        url_host,
        secrets: openSecrets(seal, row, clock.now()),
      };
    },
  };
}

async function subscribe(
  tx: Transaction,
  key: { id: string; mode: Mode },
  wanted: SubscribeWebhook,
  { seal, clock, newSigningSecret }: WebhookStoreOptions,
): Promise<{ webhook: Webhook; secret: string | undefined } | 'too_many'> {
  const secret = newSigningSecret();
  const row = newWebhookRow(seal, {
    ...{ kind: 'subscription', key_id: key.id, mode: key.mode, ...wanted },
    ...{ filter: wanted.filter ?? {}, secret: seal.close(secret), token: null, now: clock.now() },
  });
  const known = await findSame(tx, row);
  if (known) return { webhook: webhookFromRow(known), secret: undefined };
  if ((await countOf(tx, key.id)) >= WEBHOOKS_PER_KEY_MAX) return 'too_many';
  await insertWebhook(tx, row);
  return { webhook: webhookFromRow(row as Row), secret };
}

async function findRow(on: Queryable, mode: Mode, webhookId: string): Promise<Row | undefined> {
  const [row] = await on.query(
    "SELECT * FROM webhooks WHERE id = $1 AND mode = $2 AND kind = 'subscription' AND status <> 'removed'",
    [webhookId, mode],
  );
  return row;
}

async function lockRow(tx: Transaction, mode: Mode, webhookId: string): Promise<Row | undefined> {
  const [row] = await tx.query(
    `SELECT * FROM webhooks WHERE id = $1 AND mode = $2 AND kind = 'subscription' AND status <> 'removed'
     {{for_update}}`,
    [webhookId, mode],
  );
  return row;
}

async function rewrite(
  tx: Transaction,
  seal: Seal,
  row: Row,
  { url, events, filter }: UpdateWebhook,
): Promise<void> {
  const isMoved = url !== undefined && seal.fingerprint(url) !== row['url_hash'];
  const set = assignments(
    {
      // Another address has another story: it is watched as closely as a new one.
      ...(isMoved ? { ...sealedUrl(seal, url), failing_since: null, refusals: 0 } : {}),
      ...(events ? { events: JSON.stringify(events) } : {}),
      ...(filter ? { filter: JSON.stringify(filter) } : {}),
    },
    2,
  );
  if (set.values.length > 0)
    await tx.query(`UPDATE webhooks SET ${set.sql} WHERE id = $1`, [
      String(row['id']),
      ...set.values,
    ]);
}

// Also what was queued in the moment of the pause, and so has no job that would send it.
async function resume(tx: Transaction, webhookId: string, now: number): Promise<void> {
  await tx.query(
    `UPDATE webhooks SET status = 'active', paused_at = NULL, pause_reason = NULL, failing_since = NULL,
       refusals = CASE WHEN refusals IS NULL THEN NULL ELSE 0 END WHERE id = $1`,
    [webhookId],
  );
  await dropJobs(tx, webhookId);
  await tx.query(
    "UPDATE deliveries SET status = 'paused' WHERE webhook_id = $1 AND status = 'pending'",
    [webhookId],
  );
  const round = { webhook_id: webhookId, statuses: ['paused'], since: 0, limit: RESUMED_AT_ONCE };
  let resumed = RESUMED_AT_ONCE;
  while (resumed === RESUMED_AT_ONCE) resumed = await beginAgain(tx, round, now);
}

async function findSame(tx: Transaction, row: Record<string, SqlValue>): Promise<Row | undefined> {
  const [known] = await tx.query(
    `SELECT * FROM webhooks WHERE key_id = $1 AND url_hash = $2 AND events = $3 AND filter = $4
     AND kind = 'subscription' AND status <> 'removed'`,
    [row['key_id'] ?? null, row['url_hash'] ?? null, row['events'] ?? null, row['filter'] ?? null],
  );
  return known;
}

async function countOf(tx: Transaction, keyId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    "SELECT COUNT(*) AS count FROM webhooks WHERE key_id = $1 AND kind = 'subscription' AND status <> 'removed'",
    [keyId],
  );
  return Number(row?.count ?? 0);
}
