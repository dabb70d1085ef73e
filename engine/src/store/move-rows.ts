import { createHash } from 'node:crypto';
import type { Row, SqlValue } from '../lib/database.ts';
import { storable } from './postgres-values.ts';

/** Returns the text that stands for these columns of a row: equal for equal rows, whichever store they were read from. */
export const canonicalRow = (row: Row, columns: readonly string[]): string =>
  JSON.stringify(columns.map((column) => plain(row[column] ?? null)));

const plain = (value: SqlValue): string | number | null | { bytes: string } =>
  value instanceof Uint8Array
    ? { bytes: Buffer.from(value).toString('base64') }
    : (storable(value) as string | number | null);

/** Adds up texts to one hash. */
export function digest(): { add(text: string): void; end(): string } {
  const hash = createHash('sha256');
  return {
    add: (text) => void hash.update(`${text}\n`),
    end: () => hash.digest('hex'),
  };
}
