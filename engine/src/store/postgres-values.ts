// Values on their way to and from Postgres, as the Database port has them.
import { types as known } from 'pg';
import type { SqlValue } from '../lib/database.ts';

/** Returns a value that Postgres takes: its text has no NUL, which becomes the replacement character. */
export const storable = (value: SqlValue): SqlValue =>
  // https://www.postgresql.org/docs/current/datatype-character.html
  typeof value === 'string' && value.includes('\u0000')
    ? value.replaceAll('\u0000', '\ufffd')
    : value;

const BOOL = 16;
const INT8 = 20;
const NUMERIC = 1700;

/** How columns are read: whole numbers of 64 bits and sums as numbers, booleans as 0 and 1. */
export const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
    if (oid === INT8 || oid === NUMERIC) return Number;
    if (oid === BOOL) return (text) => (text === 't' ? 1 : 0);
    return known.getTypeParser(oid as never, format as never) as (text: string) => unknown;
  },
};
