import type { Queryable } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import { chainOf, entryFromRow, hashOf, proofOf } from './audit-chain.ts';

const ROWS_AT_ONCE = 1_000;

/** Walks the whole chain: how many rows it has, and the first sequence that is not what was written, if any. */
export async function verifyAudit(
  on: Queryable,
  seal: Seal,
): Promise<{ entries: number; broken_at: number | null }> {
  const chain = await chainOf(on);
  const first = await firstSequence(on);
  if (!chain) return { entries: 0, broken_at: first };
  if (chain.proof !== proofOf(seal, chain) || first === null) return { entries: 0, broken_at: 1 };
  let last = { sequence: first - 1, hash: chain.trimmed_hash };
  let entries = 0;
  for await (const entry of rowsUntil(on, first, chain.sequence)) {
    const { hash, ...written } = entry;
    const follows = entry.sequence === last.sequence + 1 && entry.previous_hash === last.hash;
    if (!follows || hash !== hashOf(seal, written))
      return { entries, broken_at: last.sequence + 1 };
    last = entry;
    entries += 1;
  }
  // Rows cut off at the end leave a chain that is whole in itself.
  const isWhole = last.sequence === chain.sequence && last.hash === chain.hash;
  return { entries, broken_at: isWhole ? null : last.sequence + 1 };
}

async function* rowsUntil(on: Queryable, first: number, last: number) {
  for (let next = first; next <= last; next += ROWS_AT_ONCE) {
    const rows = await on.query(
      'SELECT * FROM audit WHERE sequence >= $1 AND sequence < $2 AND sequence <= $3 ORDER BY sequence',
      [next, next + ROWS_AT_ONCE, last],
    );
    yield* rows.map(entryFromRow);
  }
}

async function firstSequence(on: Queryable): Promise<number | null> {
  const [first] = await on.query<{ sequence: number }>(
    'SELECT sequence FROM audit ORDER BY sequence LIMIT 1',
  );
  return first === undefined ? null : Number(first.sequence);
}
