import type { Queryable, Transaction } from '../lib/database.ts';
import type { RetentionStore } from '../privacy/ports.ts';
import { callFromRow } from './calls.ts';
import { keptTexts } from './kept-texts.ts';

/** The statements of the hourly sweep. */
export const retentionStore: RetentionStore = {
  async oldRecordings(on, before, limit) {
    const rows = await on.query<{ id: string; recording: string }>(
      `SELECT id, recording FROM attempts WHERE recording IS NOT NULL AND ended_at < $1
       ORDER BY ended_at LIMIT $2`,
      [before, limit],
    );
    return rows.map(({ id, recording }) => ({ attempt_id: id, name: recording }));
  },
  async forgetRecordings(tx, attemptIds) {
    for (const id of attemptIds)
      await tx.query('UPDATE attempts SET recording = NULL WHERE id = $1', [id]);
  },
  async endedBetween(on, after, before, limit) {
    const rows = await on.query(
      `SELECT * FROM calls WHERE ended_at IS NOT NULL AND ended_at < $3
       AND (ended_at > $1 OR (ended_at = $1 AND id > $2)) ORDER BY ended_at, id LIMIT $4`,
      [after.ended_at, after.id, before, limit],
    );
    return rows.map(callFromRow);
  },
  async mark(on, kind) {
    const text = await keptTexts.get(on, `swept_${kind}`);
    return text === undefined
      ? { ended_at: 0, id: '' }
      : (JSON.parse(text) as { ended_at: number; id: string });
  },
  setMark: (tx, kind, mark) => keptTexts.set(tx, `swept_${kind}`, JSON.stringify(mark)),
  async dropTranscript(tx, callId, withoutWords) {
    const turns = await tx.query('DELETE FROM turns WHERE call_id = $1 RETURNING idx', [callId]);
    await dropTurnEvents(tx, callId);
    const [end] = await tx.query<{ id: string; body: string }>(
      `SELECT id, body FROM events WHERE call_id = $1 AND type = 'call.ended'`,
      [callId],
    );
    if (end)
      await tx.query('UPDATE events SET body = $2 WHERE id = $1', [end.id, withoutWords(end.body)]);
    return turns.length;
  },
  async dropEvents(tx, before, limit) {
    const events = await tx.query<{ id: string }>(
      `DELETE FROM events WHERE id IN (
         SELECT id FROM events WHERE created_at < $1 AND id NOT IN (
           SELECT event_id FROM deliveries WHERE event_id = events.id AND status IN ('pending', 'paused'))
         ORDER BY created_at LIMIT $2)
       RETURNING id`,
      [before, limit],
    );
    for (const { id } of events) await tx.query('DELETE FROM deliveries WHERE event_id = $1', [id]);
    await dropUnusedAddresses(tx, before, limit);
    return events.length;
  },
  async dropDedupeKeys(tx, before) {
    await tx.query('DELETE FROM dedupe_keys WHERE expires_at < $1', [before]);
  },
  async claimSweep(tx) {
    const rows = await tx.query(
      `INSERT INTO settings (name, value) VALUES ('sweep_retention', 'queued')
       ON CONFLICT (name) DO NOTHING RETURNING name`,
    );
    return rows.length === 1;
  },
};

async function dropTurnEvents(tx: Queryable, callId: string): Promise<void> {
  await tx.query(
    `DELETE FROM deliveries WHERE event_id IN (
       SELECT id FROM events WHERE call_id = $1 AND type = 'call.turn_added')`,
    [callId],
  );
  await tx.query(`DELETE FROM events WHERE call_id = $1 AND type = 'call.turn_added'`, [callId]);
}

// The own addresses of calls whose news is all told.
async function dropUnusedAddresses(tx: Transaction, before: number, limit: number): Promise<void> {
  await tx.query(
    `DELETE FROM webhooks WHERE id IN (
       SELECT webhooks.id FROM webhooks JOIN calls ON calls.id = webhooks.call_id
       WHERE calls.ended_at < $1 AND webhooks.id NOT IN (
         SELECT webhook_id FROM deliveries WHERE webhook_id = webhooks.id AND status IN ('pending', 'paused'))
       LIMIT $2)`,
    [before, limit],
  );
}
