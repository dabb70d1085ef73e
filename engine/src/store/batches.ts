import type { BatchRecord, ItemCount, ItemRecord } from '../batches/batch-record.ts';
import type { BatchPage, BatchStore } from '../batches/ports.ts';
import type { Batches } from '../calls/ports.ts';
import type { BatchCall } from '../contract/batch.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Queryable, Row, SqlValue } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import { assignments, insertText, rowCodec } from './row-codec.ts';

/** The tables of batches and their items. Requests are kept sealed until they are placed. */
export const createBatchStore = (seal: Seal): BatchStore & Pick<Batches, 'isHeld'> => ({
  ...batchRows,
  ...batchCalls,
  async insert(tx, batch, items) {
    const { sql, values } = insertText('batches', batchCodec.toRow(batch));
    const [added] = await tx.query(`${sql} ON CONFLICT DO NOTHING RETURNING id`, values);
    if (!added) return false;
    for (const [index, item] of items.entries()) {
      await tx.query(
        'INSERT INTO batch_items (batch_id, idx, request, problem) VALUES ($1, $2, $3, $4)',
        [
          batch.id,
          index,
          item.ok ? seal.close(JSON.stringify(item.value)) : null,
          item.ok ? null : JSON.stringify(item.failure),
        ],
      );
    }
    return true;
  },
  async waitingItems(on, batchId, limit) {
    const rows = await on.query<{ idx: number; request: string }>(
      `SELECT idx, request FROM batch_items WHERE batch_id = $1 AND request IS NOT NULL ORDER BY idx LIMIT $2`,
      [batchId, limit],
    );
    return rows.map(({ idx, request }) => ({
      index: Number(idx),
      request: JSON.parse(seal.open(request)) as BatchCall,
    }));
  },
});

const batchRows = {
  async find(on, batchId) {
    const [row] = await on.query('SELECT * FROM batches WHERE id = $1', [batchId]);
    return row && batchCodec.fromRow(row);
  },
  async findByIdempotencyKey(on, keyId, idempotencyKey) {
    const [row] = await on.query(
      'SELECT * FROM batches WHERE key_id = $1 AND idempotency_key = $2',
      [keyId, idempotencyKey],
    );
    return row && batchCodec.fromRow(row);
  },
  async list(on, page) {
    const { sql, values } = listText(page);
    return (await on.query(sql, values)).map(batchCodec.fromRow);
  },
  async lock(tx, batchId) {
    const [row] = await tx.query('SELECT * FROM batches WHERE id = $1 {{for_update}}', [batchId]);
    return row && batchCodec.fromRow(row);
  },
  async update(tx, batchId, from, change) {
    const set = assignments(batchCodec.toRow(change), from.length + 2);
    const marks = from.map((_, at) => `$${at + 2}`).join(', ');
    const rows = await tx.query(
      `UPDATE batches SET ${set.sql} WHERE id = $1 AND status IN (${marks}) RETURNING id`,
      [batchId, ...from, ...set.values],
    );
    return rows.length === 1;
  },
  async isHeld(on, batchId) {
    const [row] = await on.query(
      "SELECT id FROM batches WHERE id = $1 AND (placed_at IS NULL OR status IN ('paused', 'canceled'))",
      [batchId],
    );
    return row !== undefined;
  },
} satisfies Partial<BatchStore & Batches>;

const ITEM_STATE = `FROM batch_items LEFT JOIN calls ON calls.id = batch_items.call_id WHERE batch_items.batch_id = $1`;

const batchCalls = {
  async settleItem(tx, batchId, index, settled) {
    await tx.query(
      'UPDATE batch_items SET request = NULL, call_id = $3, problem = $4 WHERE batch_id = $1 AND idx = $2',
      [
        batchId,
        index,
        'call_id' in settled ? settled.call_id : null,
        'problem' in settled ? JSON.stringify(settled.problem) : null,
      ],
    );
  },
  async items(on, batchId, from, limit) {
    const rows = await on.query(
      `SELECT batch_items.idx, batch_items.call_id, batch_items.problem, calls.reference, calls.status, calls.outcome,
         calls.outcome_group ${ITEM_STATE} AND batch_items.idx >= $2 ORDER BY batch_items.idx LIMIT $3`,
      [batchId, from, limit],
    );
    return rows.map(itemFromRow);
  },
  async counts(on, batchId) {
    const rows = await on.query<Omit<ItemCount, 'refused'> & { refused: number }>(
      `SELECT CASE WHEN batch_items.problem IS NULL THEN 0 ELSE 1 END AS refused, calls.status, calls.outcome_group,
         COUNT(*) AS count ${ITEM_STATE} GROUP BY 1, 2, 3`,
      [batchId],
    );
    return rows.map((row) => ({
      ...row,
      refused: Number(row.refused) === 1,
      count: Number(row.count),
    }));
  },
  async hasOpenCalls(on, batchId) {
    const rows = await on.query(
      `SELECT batch_items.idx ${ITEM_STATE} AND (batch_items.request IS NOT NULL OR calls.status <> 'ended') LIMIT 1`,
      [batchId],
    );
    return rows.length > 0;
  },
  async ofCall(on, callId) {
    const rows = await on.query<{ batch_id: string }>(
      'SELECT DISTINCT batch_id FROM batch_items WHERE call_id = $1 ORDER BY batch_id',
      [callId],
    );
    return rows.map(({ batch_id }) => batch_id);
  },
  async calls(on, batchId, statuses) {
    const marks = statuses.map((_, at) => `$${at + 2}`).join(', ');
    const rows = await on.query<{ id: string; scheduled_at: number | null }>(
      `SELECT id, scheduled_at FROM calls WHERE batch_id = $1 AND status IN (${marks}) ORDER BY batch_index`,
      [batchId, ...statuses],
    );
    return rows.map(({ id, scheduled_at }) => ({
      id,
      scheduled_at: scheduled_at === null ? null : Number(scheduled_at),
    }));
  },
} satisfies Partial<BatchStore>;

function listText({ mode, status, limit, before }: BatchPage): {
  sql: string;
  values: SqlValue[];
} {
  const values: SqlValue[] = [mode];
  const mark = (value: SqlValue): string => `$${values.push(value)}`;
  let where = 'mode = $1';
  if (status !== undefined) where += ` AND status = ${mark(status)}`;
  if (before) {
    const at = mark(before.created_at);
    where += ` AND (created_at < ${at} OR (created_at = ${at} AND id < ${mark(before.id)}))`;
  }
  const sql = `SELECT * FROM batches WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ${mark(limit)}`;
  return { sql, values };
}

const itemFromRow = (row: Row): ItemRecord => ({
  index: Number(row['idx']),
  call_id: textOf(row, 'call_id'),
  problem: row['problem'] == null ? null : (JSON.parse(String(row['problem'])) as ProblemFailure),
  reference: textOf(row, 'reference'),
  status: textOf(row, 'status') as ItemRecord['status'],
  outcome: textOf(row, 'outcome'),
  outcome_group: textOf(row, 'outcome_group') as ItemRecord['outcome_group'],
});

const textOf = (row: Row, column: string): string | null =>
  row[column] == null ? null : String(row[column]);

const batchCodec = rowCodec<BatchRecord>({
  columns: [
    'id',
    'mode',
    'network',
    'key_id',
    'name',
    'status',
    'pause_reason',
    'calls_per_hour',
    'stop_after_failures',
    'failures_in_row',
    'source',
    'total',
    'idempotency_key',
    'fingerprint',
    'created_at',
    'placed_at',
    'ended_at',
    'end_event_id',
  ],
});

/** The calls of a batch, in order; undefined when this mode has no such batch, null while they are still being placed. */
export async function callsOfBatch(
  on: Queryable,
  mode: string,
  batchId: string,
): Promise<string[] | null | undefined> {
  const [batch] = await on.query('SELECT placed_at FROM batches WHERE id = $1 AND mode = $2', [
    batchId,
    mode,
  ]);
  if (!batch) return undefined;
  if (batch['placed_at'] == null) return null;
  const rows = await on.query<{ call_id: string }>(
    'SELECT call_id FROM batch_items WHERE batch_id = $1 AND call_id IS NOT NULL ORDER BY idx',
    [batchId],
  );
  return rows.map(({ call_id }) => call_id);
}
