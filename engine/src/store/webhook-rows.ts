// Rows of the table of addresses: made, read and written by those who own an address.
import type { Webhook } from '../contract/event.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { Row, SqlValue, Transaction } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import type { Seal } from '../lib/seal.ts';
import { insertText } from './row-codec.ts';

export interface NewAddress {
  kind: 'subscription' | 'call' | 'batch' | 'message';
  key_id: string;
  mode: Mode;
  url: string;
  events: readonly EventType[];
  filter: object;
  call_id?: string;
  /** Sealed. */
  secret: string;
  token: string | null;
  now: number;
}

/** Returns the row of a new address; what must stay secret is sealed in it. */
export const newWebhookRow = (seal: Seal, address: NewAddress): Record<string, SqlValue> => ({
  id: newId('whk'),
  kind: address.kind,
  key_id: address.key_id,
  mode: address.mode,
  ...sealedUrl(seal, address.url),
  events: JSON.stringify(address.events),
  filter: JSON.stringify(address.filter),
  call_id: address.call_id ?? null,
  secret: address.secret,
  bearer: address.token === null ? null : seal.close(address.token),
  status: 'active',
  created_at: address.now,
});

export const sealedUrl = (seal: Seal, url: string) => ({
  url: seal.close(url),
  url_hash: seal.fingerprint(url),
  url_host: new URL(url).host,
});

/** The secrets that sign now, newest first. */
export function openSecrets(
  seal: Seal,
  row: Readonly<Record<string, SqlValue>>,
  now: number,
): string[] {
  const previous = row['previous_secret'];
  const isOverlap = typeof previous === 'string' && Number(row['previous_secret_until']) > now;
  return [String(row['secret']), ...(isOverlap ? [previous] : [])].map(seal.open);
}

export async function insertWebhook(tx: Transaction, row: Record<string, SqlValue>): Promise<void> {
  const { sql, values } = insertText('webhooks', row);
  await tx.query(sql, values);
}

export const webhookFromRow = (row: Row): Webhook => ({
  id: String(row['id']),
  url_host: String(row['url_host']),
  events: JSON.parse(String(row['events'])) as Webhook['events'],
  filter: JSON.parse(String(row['filter'])) as Webhook['filter'],
  mode: row['mode'] as Mode,
  status: row['status'] as Webhook['status'],
  pause_reason: (row['pause_reason'] ?? null) as Webhook['pause_reason'],
  paused_at: isoOrNull(row['paused_at']),
  failing_since: isoOrNull(row['failing_since']),
  created_at: new Date(Number(row['created_at'])).toISOString(),
});

/** Already sealed: what a key's calls are signed with. */
export async function keySecret(tx: Transaction, keyId: string): Promise<string> {
  const [row] = await tx.query<{ webhook_secret: string }>(
    'SELECT webhook_secret FROM keys WHERE id = $1',
    [keyId],
  );
  if (!row) throw new Error('an address belongs to a key that is not there');
  return row.webhook_secret;
}

export const isoOrNull = (time: SqlValue | undefined): string | null =>
  time === null || time === undefined ? null : new Date(Number(time)).toISOString();
