// What the driver throws, turned into errors whose `code` tells what happened.

/** Returns the code of an error: five characters from the server, a word from the system or from us. */
export function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === undefined ? undefined : String(code);
}

/** True when the connection can no longer be used. */
export const isConnectionGone = (error: unknown): boolean =>
  ['STORE_LOST', 'STORE_SILENT'].includes(codeOf(error) ?? '');

/**
 * Returns an error with a code: `STORE_LOST` when the connection is gone, `STORE_SILENT` when nothing came back in time,
 * `STORE_BUSY` when there was no connection or no lock in time, else the code of the server.
 */
export function cleanFailure(error: unknown): Error {
  const failure = error as Error;
  const told = codeOf(failure) ?? failure.message;
  const known = KNOWN.find(([words]) => words.test(told));
  if (!known) return failure;
  const [, code, message] = known;
  const detail = code === 'STORE_LOST' ? ` (${failure.message || told})` : '';
  return Object.assign(new Error(`${message}${detail}.`, { cause: failure }), { code });
}

// Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html. Some failures the driver tells by words alone.
const KNOWN: readonly (readonly [RegExp, string, string])[] = [
  [
    /^timeout exceeded when trying to connect/,
    'STORE_BUSY',
    'The store is too busy: waited too long for a connection',
  ],
  [/^(57014|55P03)$/, 'STORE_BUSY', 'The store is too busy: waited too long for a statement'],
  [/^Query read timeout/, 'STORE_SILENT', 'The store does not answer'],
  [
    /^(08\w{3}|57P0[1-5]|25P03|E[A-Z_]+|Connection terminated.*|Client .*not queryable|Cannot use a pool after.*)$/,
    'STORE_LOST',
    'The store is not reached',
  ],
];
