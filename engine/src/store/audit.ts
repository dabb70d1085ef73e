import type { Clock } from '../lib/clock.ts';
import type { Queryable, SqlValue, Transaction } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import type { AuditLog, AuditNote } from '../privacy/ports.ts';
import { type Chain, chainOf, entryFromRow, hashOf, proofOf } from './audit-chain.ts';
import { verifyAudit } from './verify-audit.ts';

/** The log of acts. A row is written once and never changed. */
export function createAuditLog(options: { seal: Seal; clock: Clock }): AuditLog {
  const { seal, clock } = options;
  return {
    record: (tx, note) => append(tx, note, seal, clock.now()),
    async page(on, { limit, mode, before }) {
      const values: SqlValue[] = [limit, before ?? Number.MAX_SAFE_INTEGER];
      if (mode !== undefined) values.push(mode);
      const rows = await on.query(
        `SELECT * FROM audit WHERE sequence < $2 ${mode === undefined ? '' : 'AND mode = $3'}
         ORDER BY sequence DESC LIMIT $1`,
        values,
      );
      return rows.map(entryFromRow);
    },
    async trim(tx, before, limit) {
      const old = await tx.query<{ sequence: number; hash: string }>(
        'SELECT sequence, hash FROM audit WHERE at < $1 ORDER BY sequence LIMIT $2',
        [before, limit],
      );
      const last = old.at(-1);
      if (!last) return 0;
      await tx.query('DELETE FROM audit WHERE sequence <= $1', [last.sequence]);
      const chain = await chainOf(tx);
      if (chain) await setChain(tx, { ...chain, trimmed_hash: last.hash }, seal);
      const detail = { rows: old.length, last_sequence: Number(last.sequence) };
      const act = { action: 'audit.trimmed', object: null, detail } as const;
      await append(tx, { actor: 'engine', mode: null, ...act }, seal, clock.now());
      return old.length;
    },
    verify: (on) => verifyAudit(on, seal),
  };
}

async function append(tx: Transaction, note: AuditNote, seal: Seal, at: number): Promise<void> {
  const { actor, mode, action, object, detail = {} } = note;
  // Holds the row until the end of the transaction, so that two nodes never write the same sequence.
  const [last] = await tx.query<Chain>(
    `INSERT INTO audit_chain (id, sequence, hash, trimmed_hash, proof) VALUES (1, 1, '', '', '')
     ON CONFLICT (id) DO UPDATE SET sequence = audit_chain.sequence + 1
     RETURNING sequence, hash, trimmed_hash`,
  );
  if (!last) throw new Error('the audit log has no chain');
  const sequence = Number(last.sequence);
  const previous_hash = last.hash;
  const hash = hashOf(seal, { sequence, at, actor, mode, action, object, detail, previous_hash });
  await tx.query(
    `INSERT INTO audit (sequence, at, actor, mode, action, object, detail, previous_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [sequence, at, actor, mode, action, object, JSON.stringify(detail), previous_hash, hash],
  );
  await setChain(tx, { ...last, hash }, seal);
}

const setChain = (tx: Queryable, chain: Chain, seal: Seal) =>
  tx.query('UPDATE audit_chain SET hash = $1, trimmed_hash = $2, proof = $3 WHERE id = 1', [
    ...[chain.hash, chain.trimmed_hash, proofOf(seal, chain)],
  ]);
