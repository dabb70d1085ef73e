// How the rows of the log of acts hang together: each row's hash covers the row before it, under the engine's secret key.
import type { AuditAction } from '../contract/audit.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Queryable, Row } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';
import type { AuditEntry } from '../privacy/ports.ts';

/** Where the chain stands. */
export interface Chain {
  sequence: number;
  hash: string;
  /** The hash that the first kept row hangs on. */
  trimmed_hash: string;
}

/** Returns the hash of a row. */
export const hashOf = (seal: Seal, entry: Omit<AuditEntry, 'hash'>): string =>
  seal.fingerprint(
    JSON.stringify([
      ...[entry.sequence, entry.at, entry.actor, entry.mode, entry.action, entry.object],
      ...[entry.detail, entry.previous_hash],
    ]),
  );

/** Returns what proves both ends: without it, whoever writes to the table could cut rows off and nobody would see. */
export const proofOf = (seal: Seal, { sequence, hash, trimmed_hash }: Chain): string =>
  seal.fingerprint(JSON.stringify(['audit_chain', Number(sequence), hash, trimmed_hash]));

/** Returns where the chain stands; undefined when nothing was ever written. */
export async function chainOf(on: Queryable): Promise<(Chain & { proof: string }) | undefined> {
  const [chain] = await on.query<Chain & { proof: string }>(
    'SELECT sequence, hash, trimmed_hash, proof FROM audit_chain WHERE id = 1',
  );
  return chain && { ...chain, sequence: Number(chain.sequence) };
}

export const entryFromRow = (row: Row): AuditEntry => ({
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
