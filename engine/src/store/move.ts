// Copies a whole store into an empty one on Postgres, in one transaction, and reads every row back before it is committed.
// Nothing changes in the source, and no one else can write to it meanwhile.
import type { Database, Row, SqlValue, Transaction } from '../lib/database.ts';
import { isMigrated, makeTables } from './migrations.ts';
import { canonicalRow, digest } from './move-rows.ts';
import { insertTexts, type MovedTable, readTables, sameColumns } from './move-tables.ts';

export interface Moved {
  table: string;
  rows: number;
  /** Hash over all rows, the same in both stores. */
  digest: string;
}

// Leases mean nothing elsewhere, and the list of steps is made where the tables are made.
const LEFT_BEHIND: readonly string[] = ['nodes', 'migrations'];
const ROWS_AT_ONCE = 200;

/**
 * Makes every table in the target and copies its rows; returns what was copied. Throws, and leaves the target as it was,
 * when it has such tables already or a row differs.
 */
export async function moveStore(from: Database, to: Database, now: number): Promise<Moved[]> {
  if (!(await isMigrated(from)))
    throw new Error('The store is of an older version: start the engine on it once, then move it.');
  return from.transaction((source) =>
    to.transaction(async (target) => {
      const all = await readTables(source);
      await refuseTables(target, all);
      await makeTables(target, now);
      const tables = all.filter(({ name }) => !LEFT_BEHIND.includes(name));
      await empty(target, tables);
      const moved: Moved[] = [];
      for (const table of tables) {
        await sameColumns(target, table);
        moved.push(await moveTable(source, target, table));
      }
      return moved;
    }),
  );
}

async function refuseTables(target: Transaction, tables: readonly MovedTable[]): Promise<void> {
  const found = await target.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
  );
  const ours = found.find(({ name }) => tables.some((table) => table.name === name));
  if (ours)
    throw new Error(
      `The target is not empty: it has a table ${ours.name}. Give a new, empty database.`,
    );
}

// A new table may come with a first row; the source has its own.
async function empty(target: Transaction, tables: readonly MovedTable[]): Promise<void> {
  for (const { name } of tables.toReversed()) await target.query(`DELETE FROM ${name}`);
}

async function moveTable(
  source: Transaction,
  target: Transaction,
  table: MovedTable,
): Promise<Moved> {
  const whole = digest();
  let rows = 0;
  for (let after: SqlValue = 0; ; ) {
    const page: Row[] = await source.query(
      `SELECT rowid AS moved_rowid, * FROM ${table.name} WHERE rowid > $1 ORDER BY rowid LIMIT ${ROWS_AT_ONCE}`,
      [after],
    );
    const last = page.at(-1);
    if (!last) break;
    after = last['moved_rowid'] ?? 0;
    await copy(target, table, page);
    await compare(target, table, page);
    for (const row of page) whole.add(canonicalRow(row, table.columns));
    rows += page.length;
  }
  await sameCount(target, table, rows);
  await goOnCounting(source, target, table);
  return { table: table.name, rows, digest: whole.end() };
}

async function copy(target: Transaction, table: MovedTable, page: readonly Row[]): Promise<void> {
  for (const { sql, values } of insertTexts(table, page)) await target.query(sql, values);
}

async function compare(
  target: Transaction,
  table: MovedTable,
  page: readonly Row[],
): Promise<void> {
  const keyOf = (row: Row): string => canonicalRow(row, table.key);
  const marks = page.map(
    (_, at) =>
      `(${table.key.map((_column, part) => `$${at * table.key.length + part + 1}`).join(', ')})`,
  );
  const found = await target.query(
    `SELECT * FROM ${table.name} WHERE (${table.key.join(', ')}) IN (${marks.join(', ')})`,
    page.flatMap((row) => table.key.map((column) => row[column] ?? null)),
  );
  const copies = new Map(found.map((row) => [keyOf(row), canonicalRow(row, table.columns)]));
  for (const row of page) {
    if (copies.get(keyOf(row)) !== canonicalRow(row, table.columns))
      throw new Error(
        `A row of ${table.name} came out different: ${keyOf(row)}. Nothing was moved.`,
      );
  }
}

async function sameCount(target: Transaction, table: MovedTable, rows: number): Promise<void> {
  const [counted] = await target.query<{ count: number }>(
    `SELECT COUNT(*) AS count FROM ${table.name}`,
  );
  if (counted?.count !== rows)
    throw new Error(`${table.name} has ${counted?.count} rows after ${rows} were moved.`);
}

// A number that was given out once, such as the cursor of an event stream, is never given out again.
async function goOnCounting(
  source: Transaction,
  target: Transaction,
  { name, serial }: MovedTable,
): Promise<void> {
  if (serial === undefined) return;
  const [counter] = await source.query<{ seq: number }>(
    'SELECT seq FROM sqlite_sequence WHERE name = $1',
    [name],
  );
  if (counter && counter.seq > 0)
    await target.query('SELECT setval(pg_get_serial_sequence($1, $2), $3)', [
      name,
      serial,
      counter.seq,
    ]);
}
