import type { BatchReceivers } from '../batches/ports.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import { queueDelivery } from './delivery-queue.ts';
import { insertWebhook, keySecret, newWebhookRow } from './webhook-rows.ts';

/** The own addresses of batches, signed with the secret of the key that placed the batch. */
export function createBatchReceivers(options: {
  seal: Seal;
  clock: Clock;
  onQueued(): void;
}): BatchReceivers {
  const { seal, clock } = options;
  return {
    async addForBatch(tx, batch, { url, token, events }) {
      const { id: batch_id, key_id, mode } = batch;
      // The batch may end in another transaction at this moment.
      const [latest] = await tx.query<{ end_event_id: string | null }>(
        'SELECT end_event_id FROM batches WHERE id = $1 {{for_update}}',
        [batch_id],
      );
      const [known] = await tx.query(
        "SELECT id FROM webhooks WHERE batch_id = $1 AND url_hash = $2 AND kind = 'batch'",
        [batch_id, seal.fingerprint(url)],
      );
      if (known) return;
      const now = clock.now();
      const secret = await keySecret(tx, key_id);
      const row = newWebhookRow(seal, {
        ...{ kind: 'batch', key_id, mode, url, token, events },
        ...{ filter: {}, secret, now },
      });
      await insertWebhook(tx, { ...row, batch_id });
      const ended = latest?.end_event_id ?? null;
      if (ended === null || !events.includes('batch.ended')) return;
      await queueEnd(tx, ended, String(row['id']), now);
      tx.afterCommit(options.onQueued);
    },
  };
}

async function queueEnd(
  tx: Transaction,
  event_id: string,
  webhookId: string,
  now: number,
): Promise<void> {
  const [event] = await tx.query<{ sequence: number; mode: Mode }>(
    'SELECT sequence, mode FROM events WHERE id = $1',
    [event_id],
  );
  if (!event) return;
  const { mode } = event;
  const sequence = Number(event.sequence);
  const queued = { event_id, event_type: 'batch.ended' as const, sequence, mode, call_id: null };
  await queueDelivery(tx, queued, { id: webhookId, status: 'active' }, now);
}
