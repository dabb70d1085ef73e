// The SQLite connection, alone in its own thread so that no disk wait ever delays audio.
// Messages in: lists of {id, kind, sql, values}. Messages out: lists of {id, rows} or {id, error}, in the same order.
import { chmodSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

export type SqliteRequest =
  | {
      id: number;
      kind: 'query';
      sql: string;
      values: readonly (string | number | null | Uint8Array)[];
    }
  | { id: number; kind: 'close' };
export type SqliteReply =
  | { id: number; rows: unknown[] }
  | { id: number; error: { message: string; code: string } };

const { file, lockFile } = workerData as { file: string; lockFile: string | null };
const STATEMENTS_MAX = 300;

const lock = lockFile === null ? undefined : takeLock(lockFile);
const db = new Sqlite(file);
chmodSync(file, 0o600);
db.pragma('journal_mode = WAL');
// Power loss must not take an acknowledged call away: https://www.sqlite.org/pragma.html#pragma_synchronous
db.pragma('synchronous = FULL');
db.pragma('foreign_keys = ON');
db.pragma('busy_timeout = 5000');
// What is erased must not be found in the file: https://www.sqlite.org/pragma.html#pragma_secure_delete
db.pragma('secure_delete = ON');

const statements = new Map<string, Sqlite.Statement>();

parentPort?.on('message', (requests: SqliteRequest[]) => {
  parentPort?.postMessage(requests.map(answer));
  if (requests.some(({ kind }) => kind === 'close')) parentPort?.close();
});

// Set when a transaction could not begin: what was to be part of it must not run by itself.
let notBegun: unknown;

function answer(request: SqliteRequest): SqliteReply {
  const { id } = request;
  if (request.kind === 'close') {
    db.close();
    lock?.close();
    return { id, rows: [] };
  }
  const { sql, values } = request;
  try {
    if (sql === 'ROLLBACK') notBegun = undefined;
    if (notBegun !== undefined) throw notBegun;
    return { id, rows: run(sql, values) };
  } catch (error) {
    if (sql === 'BEGIN IMMEDIATE') notBegun = error;
    const { message, code = 'SQLITE_ERROR' } = error as { message: string; code?: string };
    return { id, error: { message, code } };
  }
}

function run(sql: string, values: readonly unknown[]): unknown[] {
  const statement = prepared(sql);
  // `?1` counts as a name for this package: https://github.com/WiseLibs/better-sqlite3/blob/master/docs/api.md#binding-parameters
  const named =
    values.length > 0 ? [Object.fromEntries(values.map((value, at) => [at + 1, value]))] : [];
  if (statement.reader) return statement.all(...named);
  statement.run(...named);
  return [];
}

function prepared(sql: string): Sqlite.Statement {
  const known = statements.get(sql);
  if (known) return known;
  if (statements.size >= STATEMENTS_MAX) statements.clear();
  const statement = db.prepare(sql);
  statements.set(sql, statement);
  return statement;
}

// Held until this process ends, however it ends: a second engine on the same data is refused at once.
function takeLock(path: string): Sqlite.Database {
  const holder = new Sqlite(path, { timeout: 0 });
  try {
    holder.pragma('locking_mode = EXCLUSIVE');
    holder.exec('BEGIN EXCLUSIVE');
  } catch {
    throw new Error(
      'Another Recado engine is running on this data folder. Stop it, or set DATA_DIR to another folder.',
    );
  }
  return holder;
}
