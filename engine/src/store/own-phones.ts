import type { OwnPhoneList, OwnPhoneRecord } from '../calls/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Row } from '../lib/database.ts';
import { equalSecrets, newId } from '../lib/id.ts';
import type { Seal } from '../lib/seal.ts';

/** The operator's own phones: each found by its keyed hash, number and code sealed. */
export function createOwnPhones({
  database,
  seal,
  clock,
}: {
  database: Database;
  seal: Seal;
  clock: Clock;
}): OwnPhoneList {
  const fromRow = (row: Row): OwnPhoneRecord => ({
    id: String(row['id']),
    phone_number: seal.open(String(row['number_sealed'])),
    code_expires_at: numberOf(row['code_expires_at']),
    call_id: row['call_id'] == null ? null : String(row['call_id']),
    verified_at: numberOf(row['verified_at']),
    created_at: Number(row['created_at']),
  });
  return {
    async has(on, phoneNumber) {
      const rows = await on.query(
        'SELECT id FROM own_phones WHERE number_hash = $1 AND verified_at IS NOT NULL',
        [seal.fingerprint(phoneNumber)],
      );
      return rows.length > 0;
    },
    async list() {
      const rows = await database.query('SELECT * FROM own_phones ORDER BY created_at, id');
      return rows.map(fromRow);
    },
    add: ({ phone_number, code, code_expires_at }, most) =>
      database.transaction(async (tx) => {
        const now = clock.now();
        const hash = seal.fingerprint(phone_number);
        await tx.query(
          'DELETE FROM own_phones WHERE verified_at IS NULL AND (number_hash = $1 OR code_expires_at <= $2)',
          [hash, now],
        );
        const [row] = await tx.query<{ count: number }>('SELECT COUNT(*) AS count FROM own_phones');
        if (Number(row?.count) >= most) return undefined;
        const [added] = await tx.query(
          `INSERT INTO own_phones (id, number_hash, number_sealed, code_sealed, code_expires_at, tries, created_at)
           VALUES ($1, $2, $3, $4, $5, 0, $6)
           ON CONFLICT (number_hash) DO UPDATE SET code_sealed = excluded.code_sealed,
             code_expires_at = excluded.code_expires_at, tries = 0 RETURNING *`,
          [newId('phn'), hash, seal.close(phone_number), seal.close(code), code_expires_at, now],
        );
        return added && fromRow(added);
      }),
    async setCall(id, callId) {
      await database.query('UPDATE own_phones SET call_id = $2 WHERE id = $1', [id, callId]);
    },
    verify: (id, code, tries) =>
      database.transaction(async (tx) => {
        const [row] = await tx.query(
          'UPDATE own_phones SET tries = tries + 1 WHERE id = $1 RETURNING *',
          [id],
        );
        if (!row) return 'absent' as const;
        const now = clock.now();
        const isLate = Number(row['code_expires_at'] ?? 0) <= now || Number(row['tries']) > tries;
        const sealed = row['code_sealed'];
        if (isLate || sealed == null || !equalSecrets(seal.open(String(sealed)), code))
          return undefined;
        const [verified] = await tx.query(
          `UPDATE own_phones SET verified_at = COALESCE(verified_at, $2), code_sealed = NULL, code_expires_at = NULL
           WHERE id = $1 RETURNING *`,
          [id, now],
        );
        return verified && fromRow(verified);
      }),
    async remove(id) {
      return (
        (await database.query('DELETE FROM own_phones WHERE id = $1 RETURNING id', [id])).length ===
        1
      );
    },
  };
}

const numberOf = (value: Row[string] | undefined): number | null =>
  value == null ? null : Number(value);
