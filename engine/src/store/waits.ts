import type { CallStatus } from '../contract/vocabulary.ts';
import type { Queryable, Row } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import type { WaitRecord, WaitStore } from '../waits/ports.ts';
import { insertText, rowCodec } from './row-codec.ts';

/** The tables of waits. Addresses and bearer tokens are kept sealed. */
export function createWaitStore(seal: Seal): WaitStore {
  const fromRow = (row: Row | undefined): WaitRecord | undefined => {
    if (!row) return undefined;
    const wait = waitCodec.fromRow(row);
    return {
      ...wait,
      url: seal.open(wait.url),
      token: wait.token === null ? null : seal.open(wait.token),
    };
  };
  return {
    ...waitCalls,
    async insert(tx, wait, callIds) {
      const { sql, values } = insertText('waits', {
        ...waitCodec.toRow(wait),
        url: seal.close(wait.url),
        token: wait.token === null ? null : seal.close(wait.token),
      });
      await tx.query(sql, values);
      for (const [index, callId] of callIds.entries())
        await tx.query('INSERT INTO wait_calls (wait_id, idx, call_id) VALUES ($1, $2, $3)', [
          wait.id,
          index,
          callId,
        ]);
    },
    find: async (on, waitId) =>
      fromRow((await on.query('SELECT * FROM waits WHERE id = $1', [waitId]))[0]),
    lock: async (tx, waitId) =>
      fromRow((await tx.query('SELECT * FROM waits WHERE id = $1 {{for_update}}', [waitId]))[0]),
  };
}

const waitCalls = {
  async lockCalls(tx, mode, callIds) {
    const found = new Map<string, CallStatus>();
    // One after the other and always in the same order, so that two waits never wait for each other.
    for (const callId of [...callIds].sort()) {
      const [row] = await tx.query<{ status: CallStatus }>(
        'SELECT status FROM calls WHERE id = $1 AND mode = $2 {{for_update}}',
        [callId, mode],
      );
      if (row) found.set(callId, row.status);
    }
    return found;
  },
  async close(tx, waitId, status, now) {
    const rows = await tx.query(
      "UPDATE waits SET status = $2, closed_at = $3 WHERE id = $1 AND status = 'open' RETURNING id",
      [waitId, status, now],
    );
    return rows.length === 1;
  },
  async openOfCall(on, callId) {
    const rows = await on.query<{ id: string }>(
      `SELECT DISTINCT waits.id FROM wait_calls JOIN waits ON waits.id = wait_calls.wait_id
       WHERE wait_calls.call_id = $1 AND waits.status = 'open' ORDER BY waits.id`,
      [callId],
    );
    return rows.map(({ id }) => id);
  },
  async hasOpenCalls(on, waitId) {
    return (
      (
        await on.query(`SELECT calls.id ${CALLS_OF_WAIT} AND calls.status <> 'ended' LIMIT 1`, [
          waitId,
        ])
      ).length > 0
    );
  },
  async countEnded(on, waitId) {
    const [row] = await on.query<{ count: number }>(
      `SELECT COUNT(*) AS count ${CALLS_OF_WAIT} AND calls.status = 'ended'`,
      [waitId],
    );
    return Number(row?.count ?? 0);
  },
  async callIds(on: Queryable, waitId: string, from: number, limit: number) {
    const rows = await on.query<{ call_id: string }>(
      'SELECT call_id FROM wait_calls WHERE wait_id = $1 AND idx >= $2 ORDER BY idx LIMIT $3',
      [waitId, from, limit],
    );
    return rows.map(({ call_id }) => call_id);
  },
  async dropMessage(tx, waitId) {
    await tx.query(
      `UPDATE webhooks SET status = 'removed' WHERE id IN (SELECT webhook_id FROM deliveries WHERE event_id = $1)`,
      [waitId],
    );
  },
  async remove(tx, waitId) {
    await tx.query('DELETE FROM wait_calls WHERE wait_id = $1', [waitId]);
    await tx.query('DELETE FROM waits WHERE id = $1', [waitId]);
  },
} satisfies Partial<WaitStore>;

const CALLS_OF_WAIT =
  'FROM wait_calls JOIN calls ON calls.id = wait_calls.call_id WHERE wait_calls.wait_id = $1';

const waitCodec = rowCodec<WaitRecord>({
  columns: [
    'id',
    'mode',
    'network',
    'key_id',
    'token_hash',
    'url',
    'token',
    'status',
    'total',
    'until',
    'created_at',
    'closed_at',
  ],
});
