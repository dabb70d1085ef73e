// The port to the store. SQL text is written once in the subset that SQLite and Postgres share:
// `$1` parameters, text ids, whole milliseconds for times, JSON as text, booleans as 0 and 1.

/** What may be bound to `$n`. */
export type SqlValue = string | number | null | Uint8Array;
export type Row = Record<string, SqlValue>;

export interface Queryable {
  /** Runs one statement and returns its rows (none for a plain write). */
  query<R = Row>(sql: string, values?: readonly SqlValue[]): Promise<R[]>;
}

/** Statements that are committed together or not at all. Valid until the function given to `transaction` settles. */
export interface Transaction extends Queryable {
  /** Runs `fn` once the transaction is on disk; never when it rolls back. A hint, not a promise: a crash skips it. */
  afterCommit(fn: () => void): void;
}

export interface Database extends Queryable {
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * Runs `fn` in one durable transaction; a throw rolls back and is thrown on. No outside call may be awaited inside: on a
   * store of several writers `fn` is run again when another transaction came in between.
   */
  transaction<T>(fn: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

// Full disk, read-only or broken file, other writer: https://www.sqlite.org/rescode.html
// Connection lost, no resources, read-only, shutting down: https://www.postgresql.org/docs/current/errcodes-appendix.html
const UNAVAILABLE =
  /^(SQLITE_(FULL|READONLY|IOERR|CANTOPEN|BUSY|LOCKED)(_\w+)?|08\w{3}|53\w{3}|57P0[1-5]|25006|ECONN\w+|ETIMEDOUT|EPIPE|ENOTFOUND|STORE_\w+)$/;

/** True when the store could not take a statement now although the statement is right: it may be sent again later. */
export const isStoreUnavailable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && UNAVAILABLE.test(String(error.code));
