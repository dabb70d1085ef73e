// What is held on a person, and taking it away. Invariant: what these statements leave behind names nobody.
import type { CallRecord } from '../calls/call-record.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { Database, Queryable, Transaction } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import type { Erasure, ErasureCounts, KeptEvent, Person, PrivacyStore } from '../privacy/ports.ts';
import { callCodec, callFromRow, erasedKey } from './calls.ts';
import { assignments } from './row-codec.ts';

// Attempts must have a number.
const ERASED = 'erased';
// Everything else waits meanwhile, for about a second.
const REWRITTEN_BYTES_MAX = 256 * 1_024 * 1_024;

export function createPrivacyStore(options: { database: Database; seal: Seal }): PrivacyStore {
  const { database, seal } = options;
  // Of a number the receipt keeps the hash that the suppression has too; of another text one of its own.
  const hashOf = ({ phone_number }: Person): string => seal.fingerprint(phone_number);
  return {
    async callsOf(on, { phone_number, typed }, { modes, after, limit }) {
      const rows = await on.query(
        `SELECT * FROM calls WHERE id > $1 AND mode IN ($2, $3) AND (phone_number IN ($4, $5)
           OR id IN (SELECT call_id FROM call_numbers WHERE phone_number = $4)
           OR id IN (SELECT call_id FROM attempts WHERE phone_number = $4))
         ORDER BY id LIMIT $6`,
        [after ?? '', modes[0] ?? '', modes.at(-1) ?? '', phone_number, typed, limit],
      );
      return rows.map(callFromRow);
    },
    async lastErasure(on, person, mode) {
      const [row] = await on.query<{ id: string; mode: Mode; erased_at: number; counts: string }>(
        `SELECT id, mode, erased_at, counts FROM erasures WHERE number_hash = $1 AND mode = $2
         ORDER BY erased_at DESC LIMIT 1`,
        [hashOf(person), mode],
      );
      return row && erasureFromRow(row);
    },
    async keepErasure(tx, person, { id, mode, erased_at, counts }) {
      await tx.query(
        'INSERT INTO erasures (id, number_hash, mode, erased_at, counts) VALUES ($1, $2, $3, $4, $5)',
        [id, hashOf(person), mode, erased_at, JSON.stringify(counts)],
      );
    },
    async recordingsOf(on, callId) {
      const rows = await on.query<{ recording: string }>(
        'SELECT recording FROM attempts WHERE call_id = $1 AND recording IS NOT NULL',
        [callId],
      );
      return rows.map((row) => row.recording);
    },
    eraseCall,
    async forgetLanes(tx, phoneNumber) {
      for (const network of ['simulated', 'live'])
        for (const end of ['', ':batch'])
          await tx.query('UPDATE jobs SET lane = NULL WHERE lane = $1', [
            `recipient:${network}:${phoneNumber}${end}`,
          ]);
    },
    async settleFiles() {
      if (database.dialect !== 'sqlite') return;
      // Deleted content is overwritten with zeros (secure_delete), except for what a page keeps after its rows were moved
      // to another one: writing the file anew leaves nothing. The log still has all of it until it is emptied.
      if ((await bytesOf(database)) <= REWRITTEN_BYTES_MAX) await database.query('VACUUM');
      await database.query('PRAGMA wal_checkpoint(TRUNCATE)');
    },
  };
}

async function bytesOf(database: Database): Promise<number> {
  const [pages] = await database.query<{ page_count: number }>('PRAGMA page_count');
  const [page] = await database.query<{ page_size: number }>('PRAGMA page_size');
  return (pages?.page_count ?? 0) * (page?.page_size ?? 0);
}

async function eraseCall(
  tx: Transaction,
  call: CallRecord,
  tombstone: Partial<CallRecord>,
  bodyOf: (event: KeptEvent) => string,
): Promise<Omit<ErasureCounts, 'calls' | 'recordings' | 'suppressions'>> {
  const count = async (sql: string, values: readonly (string | null)[] = [call.id]) =>
    (await tx.query(`${sql} RETURNING 1 AS one`, values)).length;
  await keepTombstone(tx, call, tombstone);
  const turns = await count('DELETE FROM turns WHERE call_id = $1');
  const answers = await count('DELETE FROM answers WHERE call_id = $1');
  const attempts = await count(
    'UPDATE attempts SET phone_number = $2, recording = NULL WHERE call_id = $1',
    [call.id, ERASED],
  );
  const deliveries = await count(
    `DELETE FROM deliveries WHERE status NOT IN ('pending', 'paused')
     AND event_id IN (SELECT id FROM events WHERE call_id = $1)`,
  );
  // Whoever still waits for an event gets it without its content: that something happened was promised.
  const dropped = await count(
    `DELETE FROM events WHERE call_id = $1 AND type <> 'call.ended'
     AND id NOT IN (SELECT event_id FROM deliveries WHERE event_id = events.id)`,
  );
  const emptied = await emptyEvents(tx, call.id, bodyOf);
  await tx.query('DELETE FROM call_metadata WHERE call_id = $1', [call.id]);
  await tx.query('DELETE FROM call_numbers WHERE call_id = $1', [call.id]);
  await tx.query('DELETE FROM dedupe_keys WHERE call_id = $1', [call.id]);
  // An address may name the person; one that still waits for its news is kept, sealed, until that is over.
  await tx.query(
    `DELETE FROM webhooks WHERE call_id = $1
     AND id NOT IN (SELECT webhook_id FROM deliveries WHERE webhook_id = webhooks.id AND status IN ('pending', 'paused'))`,
    [call.id],
  );
  return { attempts, turns, answers, events: dropped + emptied, deliveries };
}

async function keepTombstone(
  tx: Transaction,
  call: CallRecord,
  tombstone: Partial<CallRecord>,
): Promise<void> {
  const { idempotency_key } = call;
  const key = idempotency_key?.startsWith('erased:') ? idempotency_key : undefined;
  const row = callCodec.toRow({
    ...tombstone,
    idempotency_key: key ?? (idempotency_key === null ? null : erasedKey(idempotency_key)),
  });
  const set = assignments(row, 2);
  await tx.query(`UPDATE calls SET ${set.sql} WHERE id = $1`, [call.id, ...set.values]);
}

async function emptyEvents(
  tx: Queryable,
  callId: string,
  bodyOf: (event: KeptEvent) => string,
): Promise<number> {
  const kept = await tx.query<{ id: string; type: EventType; created_at: number }>(
    'SELECT id, type, created_at FROM events WHERE call_id = $1',
    [callId],
  );
  for (const event of kept) {
    const text = bodyOf({ ...event, created_at: Number(event.created_at) });
    await tx.query('UPDATE events SET body = $2 WHERE id = $1', [event.id, text]);
  }
  return kept.length;
}

const erasureFromRow = (row: {
  id: string;
  mode: Mode;
  erased_at: number;
  counts: string;
}): Erasure => ({
  id: row.id,
  mode: row.mode,
  erased_at: Number(row.erased_at),
  counts: JSON.parse(row.counts) as ErasureCounts,
});
