import type { BatchReceivers } from '../batches/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import type { Seal } from '../lib/seal.ts';
import { queueDelivery } from './delivery-queue.ts';
import { insertText } from './row-codec.ts';

/** The own addresses of batches: sealed, and signed with the secret of the key that placed the batch. */
export function createBatchReceivers(options: {
  seal: Seal;
  clock: Clock;
  onQueued(): void;
}): BatchReceivers {
  const { seal, clock } = options;
  return {
    async addForBatch(tx, batch, { url, token, events }) {
      const url_hash = seal.fingerprint(url);
      const [known] = await tx.query(
        "SELECT id FROM webhooks WHERE batch_id = $1 AND url_hash = $2 AND kind = 'batch'",
        [batch.id, url_hash],
      );
      if (known) return;
      const [key] = await tx.query<{ webhook_secret: string }>(
        'SELECT webhook_secret FROM keys WHERE id = $1',
        [batch.key_id],
      );
      if (!key) throw new Error('a batch belongs to a key that is not there');
      const id = newId('whk');
      const { sql, values } = insertText('webhooks', {
        id,
        kind: 'batch',
        batch_id: batch.id,
        key_id: batch.key_id,
        mode: batch.mode,
        url: seal.close(url),
        url_hash,
        url_host: new URL(url).host,
        // Already sealed.
        secret: key.webhook_secret,
        bearer: token === null ? null : seal.close(token),
        events: JSON.stringify(events),
        filter: '{}',
        status: 'active',
        created_at: clock.now(),
      });
      await tx.query(sql, values);
      if (batch.end_event_id === null || !events.includes('batch.ended')) return;
      await queueEnd(tx, batch.end_event_id, id, clock.now());
      tx.afterCommit(options.onQueued);
    },
  };
}

async function queueEnd(
  tx: Transaction,
  eventId: string,
  webhookId: string,
  now: number,
): Promise<void> {
  const [event] = await tx.query<{ sequence: number; mode: 'test' | 'live' }>(
    'SELECT sequence, mode FROM events WHERE id = $1',
    [eventId],
  );
  if (!event) return;
  const queued = {
    event_id: eventId,
    event_type: 'batch.ended' as const,
    sequence: Number(event.sequence),
    mode: event.mode,
    call_id: null,
  };
  await queueDelivery(tx, queued, { id: webhookId, status: 'active' }, now);
}
