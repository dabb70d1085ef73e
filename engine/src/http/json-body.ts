// Reads a JSON body strictly: what two parsers could read in two ways is refused, and nothing is rounded.
// Never recurses over the input, so depth costs no stack.
import { createScanner } from 'jsonc-parser';
import type { ProblemFailure } from '../contract/problem.ts';
import { fail, ok, type Result } from '../lib/result.ts';

const DEPTH_MAX = 20;
const KEYS_MAX = 500;
// Values of jsonc-parser's SyntaxKind, which is a const enum and so gone at run time (jsonc-parser/lib/esm/main.d.ts).
const TOKEN = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  string: 10,
  number: 11,
  end: 17,
};

/** Returns the value in `bytes` (UTF-8 JSON), or the problem with it. */
export function parseJsonBody(
  bytes: Uint8Array,
  keysMax = KEYS_MAX,
): Result<unknown, ProblemFailure> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return malformed('The body must be UTF-8 without a byte order mark.');
  if (text.trim() === '') return malformed('The body is empty.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed('The body could not be read as JSON.');
  }
  const fault = findFault(text, keysMax);
  return fault ? fail(fault) : ok(value);
}

/** Tells what is wrong with the `Content-Type` and `Content-Encoding` of a JSON body, if anything is. */
export function jsonHeadersFault(headers: {
  'content-type'?: string | undefined;
  'content-encoding'?: string | undefined;
}): ProblemFailure | undefined {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity')
    return { code: 'unsupported_media_type', detail: 'Send the body without compression.' };
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  if (type.trim() !== 'application/json') {
    return {
      code: 'unsupported_media_type',
      detail: 'Send the header Content-Type: application/json.',
    };
  }
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='));
  if (charset && !/^charset="?utf-?8"?$/.test(charset)) {
    return { code: 'malformed_json', detail: 'The body must be UTF-8.' };
  }
  return undefined;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith('\uFEFF') ? undefined : text;
  } catch {
    return undefined;
  }
}

interface Level {
  /** Names seen so far, in an object; undefined in an array. */
  names: Set<string> | undefined;
  /** The name or index of the value being read. */
  at: string | number;
  /** Whether the next string is a name. */
  expectsName: boolean;
}

interface Walk {
  /** The objects and arrays that are open, outermost first. */
  levels: Level[];
  /** How many names were read. */
  keys: number;
  /** How many there may be. */
  keysMax: number;
}

/** Walks the tokens of `text`, which is known to be valid JSON, until the first fault. */
function findFault(text: string, keysMax: number): ProblemFailure | undefined {
  const scanner = createScanner(text, true);
  const walk: Walk = { levels: [], keys: 0, keysMax };
  for (let token = Number(scanner.scan()); token !== TOKEN.end; token = Number(scanner.scan())) {
    const fault = takeToken(walk, token, scanner.getTokenValue());
    if (fault) return fault;
  }
  return undefined;
}

function takeToken(walk: Walk, token: number, value: string): ProblemFailure | undefined {
  const { levels } = walk;
  if (token === TOKEN.string) return takeString(walk, value);
  if (token === TOKEN.number) return losesPrecision(value) ? rounded(levels) : undefined;
  moveLevels(levels, levels.at(-1), token);
  return levels.length > DEPTH_MAX
    ? invalid('', 'too_deep', `At most ${DEPTH_MAX} levels.`)
    : undefined;
}

function takeString(walk: Walk, value: string): ProblemFailure | undefined {
  if (!value.isWellFormed())
    return malformedJson('A text holds half of a character (a lone surrogate).');
  const level = walk.levels.at(-1);
  if (!level?.names || !level.expectsName) return undefined;
  walk.keys += 1;
  return walk.keys > walk.keysMax
    ? invalid('', 'too_many_keys', `At most ${walk.keysMax} keys.`)
    : nameFault(walk.levels, level, value);
}

const rounded = (levels: readonly Level[]): ProblemFailure =>
  invalid(
    pointerOf(levels),
    'number_too_large',
    'This number would be rounded: send it as a string.',
  );

function moveLevels(levels: Level[], level: Level | undefined, token: number): void {
  if (token === TOKEN.openBrace) levels.push({ names: new Set(), at: '', expectsName: true });
  else if (token === TOKEN.openBracket)
    levels.push({ names: undefined, at: 0, expectsName: false });
  else if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) levels.pop();
  else if (token === TOKEN.colon && level) level.expectsName = false;
  else if (token === TOKEN.comma && level) {
    if (typeof level.at === 'number') level.at += 1;
    else level.expectsName = true;
  }
}

function nameFault(levels: Level[], level: Level, name: string): ProblemFailure | undefined {
  if (level.names?.has(name)) return malformedJson('A name is given twice in one object.');
  const parent = levels.at(-2);
  if (name === '__proto__' || (name === 'prototype' && parent?.at === 'constructor')) {
    return malformedJson('A name in the body is not allowed.');
  }
  level.names?.add(name);
  level.at = name;
  return undefined;
}

function losesPrecision(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return true;
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return false;
  const parts = /^(-?\d+)(?:\.(\d+))?$/.exec(literal);
  if (!parts) return false;
  return /[1-9]/.test(parts[2] ?? '') || BigInt(parts[1] ?? '0') !== BigInt(value);
}

const pointerOf = (levels: readonly Level[]): string => toPointer(levels.map((level) => level.at));

/** Writes a path as a JSON pointer: https://www.rfc-editor.org/rfc/rfc6901 */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => `/${String(part).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');

const malformedJson = (detail: string): ProblemFailure => ({ code: 'malformed_json', detail });
const malformed = (detail: string): Result<never, ProblemFailure> => fail(malformedJson(detail));
const invalid = (pointer: string, code: string, detail: string): ProblemFailure => ({
  code: 'invalid_request',
  errors: [{ pointer, code, detail }],
});
