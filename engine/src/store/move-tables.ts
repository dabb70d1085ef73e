// The tables of a SQLite store as SQLite itself describes them: https://www.sqlite.org/pragma.html
import type { Queryable, Row, SqlValue } from '../lib/database.ts';

export interface MovedTable {
  name: string;
  columns: readonly string[];
  /** Columns of the primary key, in order. */
  key: readonly string[];
  /** The column that counts by itself. */
  serial: string | undefined;
}

/** Returns every table, each after those that it refers to. */
export async function readTables(source: Queryable): Promise<MovedTable[]> {
  const names = await source.query<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  const tables = await Promise.all(names.map(({ name, sql }) => readTable(source, name, sql)));
  const parents = new Map<string, string[]>();
  for (const { name } of tables) parents.set(name, await parentsOf(source, name));
  return inOrder(tables, parents);
}

async function readTable(source: Queryable, name: string, sql: string): Promise<MovedTable> {
  const columns = await source.query<{ name: string; pk: number }>(
    'SELECT name, pk FROM pragma_table_info($1) ORDER BY cid',
    [name],
  );
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  if (key.length === 0)
    throw new Error(`${name} has no primary key, so its rows cannot be compared`);
  return {
    name,
    columns: columns.map((column) => column.name),
    key: key.map((column) => column.name),
    serial: /\bAUTOINCREMENT\b/i.test(sql) ? key[0]?.name : undefined,
  };
}

async function parentsOf(source: Queryable, name: string): Promise<string[]> {
  const rows = await source.query<{ parent: string }>(
    'SELECT DISTINCT "table" AS parent FROM pragma_foreign_key_list($1)',
    [name],
  );
  return rows.map(({ parent }) => parent).filter((parent) => parent !== name);
}

function inOrder(
  tables: readonly MovedTable[],
  parents: ReadonlyMap<string, readonly string[]>,
): MovedTable[] {
  const ordered: MovedTable[] = [];
  const has = (name: string): boolean => ordered.some((table) => table.name === name);
  while (ordered.length < tables.length) {
    const next = tables.find(({ name }) => !has(name) && (parents.get(name) ?? []).every(has));
    if (!next) throw new Error('tables refer to each other in a circle');
    ordered.push(next);
  }
  return ordered;
}

/** Throws when the target's table has other columns. */
export async function sameColumns(target: Queryable, { name, columns }: MovedTable): Promise<void> {
  const rows = await target.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = current_schema() AND table_name = $1`,
    [name],
  );
  const theirs = rows.map((row) => row.name).sort();
  if (theirs.join() !== [...columns].sort().join())
    throw new Error(`${name} has other columns in the target: ${theirs.join(', ') || 'none'}`);
}

// One statement takes 65535 values at most: https://www.postgresql.org/docs/current/limits.html
const VALUES_MAX = 60_000;

/** Returns the statements that insert these rows with all their columns. */
export function insertTexts(
  { name, columns }: MovedTable,
  rows: readonly Row[],
): { sql: string; values: SqlValue[] }[] {
  const rowsAtOnce = Math.floor(VALUES_MAX / columns.length);
  const texts: { sql: string; values: SqlValue[] }[] = [];
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const part = rows.slice(from, from + rowsAtOnce);
    const marks = part.map(
      (_, at) => `(${columns.map((_column, c) => `$${at * columns.length + c + 1}`).join(', ')})`,
    );
    texts.push({
      sql: `INSERT INTO ${name} (${columns.join(', ')}) VALUES ${marks.join(', ')}`,
      values: part.flatMap((row) => columns.map((column) => row[column] ?? null)),
    });
  }
  return texts;
}
