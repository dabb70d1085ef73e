import type { SuppressionReason } from '../contract/suppression.ts';
import type { Clock } from '../lib/clock.ts';
import type { Queryable, Row, SqlValue } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import type { Seal } from '../lib/seal.ts';
import type { NewSuppression, SuppressionList, SuppressionRecord } from '../privacy/ports.ts';

// Well below the 32,766 values of one statement that SQLite takes: https://www.sqlite.org/limits.html#max_variable_number
const ROWS_PER_STATEMENT = 500;

/** The list of numbers that must not be called: each found by its keyed hash, shown from its sealed text. */
export function createSuppressionList(options: { seal: Seal; clock: Clock }): SuppressionList {
  const { seal, clock } = options;
  const fromRow = (row: Row): SuppressionRecord => ({
    id: String(row['id']),
    phone_number: row['number_sealed'] == null ? null : seal.open(String(row['number_sealed'])),
    reason: row['reason'] as SuppressionReason,
    source: String(row['source']),
    note: row['note'] == null ? null : String(row['note']),
    call_id: row['call_id'] == null ? null : String(row['call_id']),
    created_at: Number(row['created_at']),
  });
  const rowOf = (entry: NewSuppression): SqlValue[] => [
    newId('sup'),
    seal.fingerprint(entry.phone_number),
    seal.close(entry.phone_number),
    entry.reason,
    entry.source,
    entry.note ?? null,
    entry.call_id ?? null,
    clock.now(),
  ];
  const list: SuppressionList = {
    async isSuppressed(on, phoneNumber) {
      const rows = await on.query('SELECT id FROM suppressions WHERE number_hash = $1', [
        seal.fingerprint(phoneNumber),
      ]);
      return rows.length > 0;
    },
    async add(tx, entry) {
      const reason = entry.reason as SuppressionReason;
      return { added: (await list.addAll(tx, [{ ...entry, reason }])) === 1 };
    },
    async addAll(tx, entries) {
      let added = 0;
      for (let at = 0; at < entries.length; at += ROWS_PER_STATEMENT)
        added += await insert(tx, entries.slice(at, at + ROWS_PER_STATEMENT).map(rowOf));
      return added;
    },
    async find(on, phoneNumber) {
      const [row] = await on.query('SELECT * FROM suppressions WHERE number_hash = $1', [
        seal.fingerprint(phoneNumber),
      ]);
      return row && fromRow(row);
    },
    async page(on, { limit, before }) {
      const rows = before
        ? await on.query(
            `SELECT * FROM suppressions WHERE created_at < $1 OR (created_at = $1 AND id < $2)
             ORDER BY created_at DESC, id DESC LIMIT $3`,
            [before.created_at, before.id, limit],
          )
        : await on.query('SELECT * FROM suppressions ORDER BY created_at DESC, id DESC LIMIT $1', [
            limit,
          ]);
      return rows.map(fromRow);
    },
    async remove(tx, suppressionId) {
      const rows = await tx.query('DELETE FROM suppressions WHERE id = $1 RETURNING id', [
        suppressionId,
      ]);
      return rows.length === 1;
    },
    async forget(tx, phoneNumber) {
      const rows = await tx.query(
        `UPDATE suppressions SET number_sealed = NULL, note = NULL
         WHERE number_hash = $1 AND number_sealed IS NOT NULL RETURNING id`,
        [seal.fingerprint(phoneNumber)],
      );
      return rows.length;
    },
  };
  return list;
}

async function insert(on: Queryable, rows: readonly SqlValue[][]): Promise<number> {
  const marks = rows.map(
    (row, at) => `(${row.map((_, column) => `$${at * row.length + column + 1}`).join(', ')})`,
  );
  const added = await on.query(
    `INSERT INTO suppressions (id, number_hash, number_sealed, reason, source, note, call_id, created_at)
     VALUES ${marks.join(', ')} ON CONFLICT (number_hash) DO NOTHING RETURNING id`,
    rows.flat(),
  );
  return added.length;
}
