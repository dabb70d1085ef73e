// The log of acts. Invariant: a row is written once, and its hash covers the row before it, under the engine's secret key.
import type { AuditAction } from '../contract/audit.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Queryable, Row, SqlValue } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import type { AuditEntry, AuditLog } from '../privacy/ports.ts';

const VERIFIED_AT_ONCE = 1_000;

export function createAuditLog(options: { seal: Seal; clock: Clock }): AuditLog {
  const { seal, clock } = options;
  const hashOf = (entry: Omit<AuditEntry, 'hash'>): string =>
    seal.fingerprint(
      JSON.stringify([
        ...[entry.sequence, entry.at, entry.actor, entry.mode, entry.action, entry.object],
        ...[entry.detail, entry.previous_hash],
      ]),
    );
  const append: AuditLog['record'] = async (tx, { actor, mode, action, object, detail = {} }) => {
    // Holds the row until the end of the transaction, so that two nodes never write the same sequence.
    const [last] = await tx.query<Chain>(
      'UPDATE audit_chain SET sequence = sequence + 1 WHERE id = 1 RETURNING sequence, hash, trimmed_hash, proof',
    );
    if (!last) throw new Error('the audit log has no chain');
    const entry = {
      ...{ sequence: Number(last.sequence), at: clock.now() },
      ...{ actor, mode, action, object, detail, previous_hash: last.hash },
    };
    const hash = hashOf(entry);
    await tx.query(
      `INSERT INTO audit (sequence, at, actor, mode, action, object, detail, previous_hash, hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        ...[entry.sequence, entry.at, actor, mode, action, object],
        ...[JSON.stringify(detail), entry.previous_hash, hash],
      ],
    );
    await setChain(tx, { ...last, hash });
  };
  // Without it, whoever can write to the table could cut rows off at either end and nobody would see.
  const proofOf = ({ sequence, hash, trimmed_hash }: Omit<Chain, 'proof'>): string =>
    seal.fingerprint(JSON.stringify(['audit_chain', Number(sequence), hash, trimmed_hash]));
  const setChain = (tx: Queryable, chain: Omit<Chain, 'proof'>) =>
    tx.query('UPDATE audit_chain SET hash = $1, trimmed_hash = $2, proof = $3 WHERE id = 1', [
      ...[chain.hash, chain.trimmed_hash, proofOf(chain)],
    ]);
  return {
    record: append,
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
      if (chain) await setChain(tx, { ...chain, trimmed_hash: last.hash });
      await append(tx, {
        ...{ actor: 'engine', mode: null, action: 'audit.trimmed', object: null },
        detail: { rows: old.length, last_sequence: Number(last.sequence) },
      });
      return old.length;
    },
    async verify(on) {
      const chain = await chainOf(on);
      const isFresh = chain?.sequence === 0 && chain.proof === '';
      if (!chain || !(isFresh || chain.proof === proofOf(chain))) return { entries: 0, broken_at: 0 };
      let previous = { sequence: await beforeFirst(on), hash: chain.trimmed_hash };
      let entries = 0;
      for (;;) {
        const rows = await on.query(
          'SELECT * FROM audit WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence LIMIT $3',
          [previous.sequence, chain.sequence, VERIFIED_AT_ONCE],
        );
        for (const entry of rows.map(entryFromRow)) {
          const { hash, ...written } = entry;
          const follows =
            entry.sequence === previous.sequence + 1 && entry.previous_hash === previous.hash;
          if (!follows || hash !== hashOf(written))
            return { entries, broken_at: previous.sequence + 1 };
          previous = entry;
          entries += 1;
        }
        if (rows.length < VERIFIED_AT_ONCE) break;
      }
      // Rows cut off at the end leave a chain that is whole in itself.
      const whole = previous.sequence === chain.sequence && previous.hash === chain.hash;
      return { entries, broken_at: whole ? null : previous.sequence + 1 };
    },
  };
}

interface Chain {
  sequence: number;
  hash: string;
  trimmed_hash: string;
  proof: string;
}

async function chainOf(on: Queryable): Promise<Chain | undefined> {
  const [chain] = await on.query<Chain>(
    'SELECT sequence, hash, trimmed_hash, proof FROM audit_chain WHERE id = 1',
  );
  return chain && { ...chain, sequence: Number(chain.sequence) };
}

async function beforeFirst(on: Queryable): Promise<number> {
  const [first] = await on.query<{ sequence: number }>(
    'SELECT sequence FROM audit ORDER BY sequence LIMIT 1',
  );
  return first === undefined ? 0 : Number(first.sequence) - 1;
}

const entryFromRow = (row: Row): AuditEntry => ({
  sequence: Number(row['sequence']),
  at: Number(row['at']),
  actor: String(row['actor']),
  mode: (row['mode'] ?? null) as Mode | null,
  action: row['action'] as AuditAction,
  object: row['object'] == null ? null : String(row['object']),
  detail: JSON.parse(String(row['detail'])) as Record<string, unknown>,
  previous_hash: String(row['previous_hash']),
  hash: String(row['hash']),
});
