// Settings of our numbers, and who called them lately.
import type { IncomingCalls, KnownCall, NumberBook } from '../calls/returned/ports.ts';
import type { OnReturnedCall } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Row } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import type { Seal } from '../lib/seal.ts';
import { insertWebhook } from './webhook-rows.ts';

// A replay of a request that is older changes nothing either: its phone call belongs to an attempt or heard a message.
const KEPT_MS = 86_400_000;
const KNOWN_CALLS_MAX = 20;

export const numberBook: NumberBook = {
  async find(on, network, phoneNumber) {
    const [row] = await on.query(
      'SELECT on_returned_call, forward_to FROM number_settings WHERE network = $1 AND phone_number = $2',
      [network, phoneNumber],
    );
    if (!row) return { on_returned_call: 'continue', forward_to: null };
    const forward_to = row['forward_to'] == null ? null : String(row['forward_to']);
    return { on_returned_call: row['on_returned_call'] as OnReturnedCall, forward_to };
  },
  async set(tx, { network, phone_number, on_returned_call, forward_to, now }) {
    await tx.query(
      `INSERT INTO number_settings (network, phone_number, on_returned_call, forward_to, updated_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT (network, phone_number) DO UPDATE
       SET on_returned_call = excluded.on_returned_call, forward_to = excluded.forward_to, updated_at = excluded.updated_at`,
      [network, phone_number, on_returned_call, forward_to, now],
    );
  },
};

export function createIncomingCalls({ seal, clock }: { seal: Seal; clock: Clock }): IncomingCalls {
  return {
    async note(tx, { carrier_call_id, network, caller, since, now }) {
      await tx.query('DELETE FROM incoming_calls WHERE at < $1', [now - KEPT_MS]);
      const hash = seal.fingerprint(caller ?? 'hidden');
      const added = await tx.query(
        `INSERT INTO incoming_calls (carrier_call_id, network, caller_hash, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (carrier_call_id) DO NOTHING RETURNING carrier_call_id`,
        [carrier_call_id, network, hash, now],
      );
      const [row] = await tx.query<{ count: number }>(
        'SELECT COUNT(*) AS count FROM incoming_calls WHERE network = $1 AND caller_hash = $2 AND at > $3',
        [network, hash, since],
      );
      return { first: added.length === 1, recent: Number(row?.count ?? 0) };
    },
    async knownCalls(on, { network, phone_number, from_number, since }) {
      const rows = await on.query(
        `SELECT calls.id, calls.status, calls.outcome, calls.ended_at, MAX(attempts.started_at) AS dialed_at
         FROM attempts JOIN calls ON calls.id = attempts.call_id
         WHERE attempts.phone_number = $1 AND attempts.from_number = $2 AND attempts.network = $3 AND attempts.started_at > $4
         GROUP BY calls.id, calls.status, calls.outcome, calls.ended_at
         ORDER BY dialed_at DESC, calls.id DESC LIMIT $5`,
        [phone_number, from_number, network, since, KNOWN_CALLS_MAX],
      );
      return rows.map(knownCall);
    },
    async copyAddresses(tx, fromCallId, { id }) {
      const rows = await tx.query(
        `SELECT kind, key_id, mode, url, url_hash, url_host, events, filter, secret, bearer FROM webhooks
         WHERE kind = 'call' AND call_id = $1 AND status IN ('active', 'paused') ORDER BY created_at, id`,
        [fromCallId],
      );
      for (const row of rows)
        await insertWebhook(tx, {
          ...row,
          ...{ id: newId('whk'), call_id: id, status: 'active', created_at: clock.now() },
        });
    },
  };
}

const knownCall = (row: Row): KnownCall => ({
  id: String(row['id']),
  status: row['status'] as KnownCall['status'],
  outcome: row['outcome'] == null ? null : String(row['outcome']),
  ended_at: row['ended_at'] == null ? null : Number(row['ended_at']),
});
