// Turns records into rows and back: JSON columns to text, booleans to 0 and 1, nothing else.
import type { Row, SqlValue } from '../lib/database.ts';

export interface RowCodec<T> {
  columns: readonly string[];
  toRow(record: Partial<T>): Record<string, SqlValue>;
  fromRow(row: Row): T;
}

/** Returns the codec of one noun; `renamed` maps a field to a column whose name SQL reserves. */
export function rowCodec<T extends object>(spec: {
  columns: readonly (keyof T & string)[];
  json?: readonly (keyof T & string)[];
  booleans?: readonly (keyof T & string)[];
  renamed?: Partial<Record<keyof T & string, string>>;
}): RowCodec<T> {
  const json = new Set<string>(spec.json);
  const booleans = new Set<string>(spec.booleans);
  const columnOf = (field: string): string =>
    (spec.renamed as Record<string, string> | undefined)?.[field] ?? field;

  const encode = (field: string, value: unknown): SqlValue => {
    if (value === null || value === undefined) return null;
    if (json.has(field)) return JSON.stringify(value);
    if (booleans.has(field)) return value ? 1 : 0;
    return value as SqlValue;
  };
  const decode = (field: string, value: SqlValue | undefined): unknown => {
    if (value === null || value === undefined) return null;
    if (json.has(field)) return JSON.parse(String(value));
    if (booleans.has(field)) return value === 1;
    return value;
  };
  return {
    columns: spec.columns.map(columnOf),
    toRow: (record) =>
      Object.fromEntries(
        spec.columns
          .filter((field) => field in record)
          .map((field) => [columnOf(field), encode(field, record[field])]),
      ),
    fromRow: (row) =>
      Object.fromEntries(
        spec.columns.map((field) => [field, decode(field, row[columnOf(field)])]),
      ) as T,
  };
}

/** Returns an INSERT of this row. Column names come from a codec, never from outside. */
export function insertText(
  table: string,
  row: Record<string, SqlValue>,
): { sql: string; values: SqlValue[] } {
  const names = Object.keys(row);
  const marks = names.map((_, at) => `$${at + 1}`);
  return {
    sql: `INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks.join(', ')})`,
    values: Object.values(row),
  };
}

/** Returns `a = $n, b = $n+1 …` for an UPDATE, counting from `first`. */
export function assignments(
  row: Record<string, SqlValue>,
  first: number,
): { sql: string; values: SqlValue[] } {
  const names = Object.keys(row);
  return {
    sql: names.map((name, at) => `${name} = $${first + at}`).join(', '),
    values: Object.values(row),
  };
}
