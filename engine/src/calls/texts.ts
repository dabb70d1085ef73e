// Text that reaches a person: variables filled in, and nothing in it that a template left behind.
import { fail, ok, type Result } from '../lib/result.ts';

const PLACE = /\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\}\}/g;
// What templates print when a value was missing, and braces that nobody filled.
const LEFTOVERS: readonly RegExp[] = [
  /\{\{[^}]*\}?\}?/,
  /\$\{[^}]*\}/,
  /\[object Object\]/,
  /\bInvalid [Dd]ate\b/,
  /(^|[\s,:;("'-])(undefined|null|NaN)(?=$|[\s,.:;!?)"'-])/,
];
// Zero-width and direction marks say nothing and can hide words from a reader.
const INVISIBLE = /[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

/** Returns the text with its variables in place, or the piece that nothing fills. One pass: values are not templates. */
export function fillText(
  text: string,
  variables: Readonly<Record<string, unknown>>,
): Result<string, string> {
  let missing: string | undefined;
  const filled = text.replace(PLACE, (whole, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined || value === null || value === '') {
      missing ??= whole;
      return whole;
    }
    return String(value);
  });
  const leftover = missing ?? leftoverIn(filled);
  return leftover === undefined ? ok(filled.normalize('NFC')) : fail(leftover);
}

/** Returns the names of the places in a text. */
export const placesIn = (text: string): string[] =>
  [...text.matchAll(PLACE)].map(([, name = '']) => name);

/** Returns the text without the lines that have a place of one of these names. */
export function withoutLinesOf(text: string, names: ReadonlySet<string>): string {
  if (names.size === 0) return text;
  return text
    .split('\n')
    .filter((line) => !placesIn(line).some((name) => names.has(name)))
    .join('\n');
}

/** Returns the first piece of a text that a template should have filled, or undefined. */
export function leftoverIn(text: string): string | undefined {
  for (const pattern of LEFTOVERS) {
    const found = pattern.exec(text);
    if (found) return found[0].trim().slice(0, 60);
  }
  return undefined;
}

/** True when there is nothing to see in a text. */
export const isBlank = (text: string): boolean => text.replace(INVISIBLE, '').trim() === '';
/** True when a one-line text has line breaks or control characters. */
export const hasControls = (text: string): boolean => /[\p{Cc}\u2028\u2029]/u.test(text);
