// Addresses that events are sent to: subscriptions of a key, and the own address of one call.
import type { Receivers } from '../calls/ports.ts';
import type { Webhook } from '../contract/event.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { Webhooks } from '../events/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Row, SqlValue, Transaction } from '../lib/database.ts';
import type { Egress } from '../lib/egress.ts';
import { newId } from '../lib/id.ts';
import type { Seal } from '../lib/seal.ts';
import type { EventStore } from './events.ts';
import { insertText } from './row-codec.ts';

const WEBHOOKS_PER_KEY_MAX = 50;

export function createWebhookStore(options: {
  database: Database;
  seal: Seal;
  events: EventStore;
  egress: Egress;
  clock: Clock;
  newSigningSecret(): string;
}): Receivers & Webhooks {
  const { database, seal, events, clock } = options;
  return {
    judge: (url) => options.egress.judge(url),
    async addForCall(tx, call, receiver) {
      const secret = await keySecret(tx, call.key_id);
      const row = webhookRow(seal, {
        key_id: call.key_id,
        mode: call.mode,
        url: receiver.url,
        events: receiver.events,
        filter: {},
        call_id: call.id,
        now: clock.now(),
      });
      const [known] = await tx.query(
        'SELECT id FROM webhooks WHERE call_id = $1 AND url_hash = $2',
        [call.id, row['url_hash'] ?? null],
      );
      if (known) return;
      const token = receiver.token === null ? null : seal.close(receiver.token);
      await insert(tx, { ...row, secret, bearer: token });
      if (call.status === 'ended')
        await sendPast(tx, call.id, String(row['id']), receiver.events, events);
    },
    subscribe: (key, wanted) =>
      database.transaction(async (tx) => {
        const row = webhookRow(seal, {
          key_id: key.id,
          mode: key.mode,
          ...wanted,
          filter: wanted.filter ?? {},
          call_id: null,
          now: clock.now(),
        });
        const known = await findSame(tx, row);
        if (known) return { webhook: webhookFromRow(known), secret: undefined };
        if ((await countOf(tx, key.id)) >= WEBHOOKS_PER_KEY_MAX) return 'too_many' as const;
        const secret = options.newSigningSecret();
        await insert(tx, { ...row, secret: seal.close(secret), bearer: null });
        return { webhook: webhookFromRow(row as Row), secret };
      }),
    async list(mode) {
      const rows = await database.query(
        "SELECT * FROM webhooks WHERE mode = $1 AND call_id IS NULL AND status <> 'removed' ORDER BY created_at, id LIMIT 500",
        [mode],
      );
      return rows.map(webhookFromRow);
    },
    async unsubscribe(mode, webhookId) {
      const rows = await database.query(
        "UPDATE webhooks SET status = 'removed' WHERE id = $1 AND mode = $2 AND call_id IS NULL RETURNING id",
        [webhookId, mode],
      );
      return rows.length === 1;
    },
  };
}

async function insert(tx: Transaction, row: Record<string, SqlValue>): Promise<void> {
  const { sql, values } = insertText('webhooks', row);
  await tx.query(sql, values);
}

async function findSame(tx: Transaction, row: Record<string, SqlValue>): Promise<Row | undefined> {
  const [known] = await tx.query(
    `SELECT * FROM webhooks WHERE key_id = $1 AND url_hash = $2 AND events = $3 AND filter = $4
     AND call_id IS NULL AND status <> 'removed'`,
    [row['key_id'] ?? null, row['url_hash'] ?? null, row['events'] ?? null, row['filter'] ?? null],
  );
  return known;
}

async function countOf(tx: Transaction, keyId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    "SELECT COUNT(*) AS count FROM webhooks WHERE key_id = $1 AND call_id IS NULL AND status <> 'removed'",
    [keyId],
  );
  return Number(row?.count ?? 0);
}

// Already sealed: a call's own address is signed with the secret of the key that placed it.
async function keySecret(tx: Transaction, keyId: string): Promise<string> {
  const [row] = await tx.query<{ webhook_secret: string }>(
    'SELECT webhook_secret FROM keys WHERE id = $1',
    [keyId],
  );
  if (!row) throw new Error('a call belongs to a key that is not there');
  return row.webhook_secret;
}

async function sendPast(
  tx: Transaction,
  callId: string,
  webhookId: string,
  types: readonly EventType[],
  events: EventStore,
): Promise<void> {
  if (!types.includes('call.ended')) return;
  const [ended] = await tx.query<{ id: string }>(
    "SELECT id FROM events WHERE call_id = $1 AND type = 'call.ended'",
    [callId],
  );
  if (ended) await events.queueDelivery(tx, ended.id, webhookId);
}

function webhookRow(
  seal: Seal,
  facts: {
    key_id: string;
    mode: Mode;
    url: string;
    events: readonly EventType[];
    filter: object;
    call_id: string | null;
    now: number;
  },
): Record<string, SqlValue> {
  return {
    id: newId('whk'),
    key_id: facts.key_id,
    mode: facts.mode,
    url: seal.close(facts.url),
    url_hash: seal.fingerprint(facts.url),
    url_host: new URL(facts.url).host,
    events: JSON.stringify(facts.events),
    filter: JSON.stringify(facts.filter),
    call_id: facts.call_id,
    status: 'active',
    created_at: facts.now,
  };
}

const webhookFromRow = (row: Row): Webhook => ({
  id: String(row['id']),
  url_host: String(row['url_host']),
  events: JSON.parse(String(row['events'])) as Webhook['events'],
  filter: JSON.parse(String(row['filter'])) as Webhook['filter'],
  mode: row['mode'] as Mode,
  status: row['status'] as Webhook['status'],
  created_at: new Date(Number(row['created_at'])).toISOString(),
});
