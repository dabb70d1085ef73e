// Reads a CSV body as text: what it says is for the verb to read.
import type { ProblemFailure } from '../contract/problem.ts';
import { fail, ok, type Result } from '../lib/result.ts';

/** Returns the text in `bytes` (UTF-8, with or without byte order mark), or the problem with it. */
export function readCsvBody(
  headers: {
    'content-type'?: string | undefined;
    'content-encoding'?: string | undefined;
  },
  bytes: Uint8Array,
): Result<string, ProblemFailure> {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity')
    return fail({ code: 'unsupported_media_type', detail: 'Send the body without compression.' });
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  if (type.trim() !== 'text/csv')
    return fail({
      code: 'unsupported_media_type',
      detail: 'Send the header Content-Type: text/csv.',
    });
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='));
  if (charset && !/^charset="?utf-?8"?$/.test(charset)) return fail(NOT_UTF8);
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail(NOT_UTF8);
  }
}

const NOT_UTF8: ProblemFailure = { code: 'malformed_csv', detail: 'The body must be UTF-8.' };
