// Addresses given with a call, and single messages: signed with the secret of the key, never listed.
import type { Receivers } from '../calls/ports.ts';
import type { Messages } from '../events/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Seal } from '../lib/seal.ts';
import { queueDelivery } from './delivery-queue.ts';
import type { EventStore } from './events.ts';
import { insertWebhook, keySecret, newWebhookRow } from './webhook-rows.ts';

export function createOwnAddresses(options: {
  seal: Seal;
  events: Pick<EventStore, 'queueEnd'>;
  clock: Clock;
  onQueued(): void;
  newSigningSecret(): string;
}): Pick<Receivers, 'addForCall'> & Messages {
  const { seal, clock } = options;

  return {
    async addForCall(tx, call, { url, token, events }) {
      const { id: call_id, key_id, mode } = call;
      // The call may end, or get the same address, in another transaction at this moment.
      const [latest] = await tx.query<{ status: string }>(
        'SELECT status FROM calls WHERE id = $1 {{for_update}}',
        [call_id],
      );
      const [known] = await tx.query(
        'SELECT id FROM webhooks WHERE call_id = $1 AND url_hash = $2',
        [call_id, seal.fingerprint(url)],
      );
      if (known) return;
      const secret = await keySecret(tx, key_id);
      const row = newWebhookRow(seal, {
        ...{ kind: 'call', key_id, mode, url, token, events, call_id },
        ...{ filter: {}, secret, now: clock.now() },
      });
      await insertWebhook(tx, row);
      if (latest?.status === 'ended' && events.includes('call.ended'))
        await options.events.queueEnd(tx, call_id, String(row['id']));
    },
    async send(tx, message) {
      const { id, event_type, key_id, mode, url, token, call_id, body } = message;
      const secret =
        key_id === null ? seal.close(options.newSigningSecret()) : await keySecret(tx, key_id);
      const now = clock.now();
      const row = newWebhookRow(seal, {
        ...{ kind: 'message', key_id: key_id ?? '', mode, url, token, secret, now },
        ...{ events: [], filter: {} },
      });
      await insertWebhook(tx, row);
      const queued = { event_id: id, event_type, sequence: 0, mode, call_id, body };
      await queueDelivery(tx, queued, { id: String(row['id']), status: 'active' }, now);
      tx.afterCommit(options.onQueued);
    },
  };
}
