import fc from 'fast-check';
import { LANGUAGES, languageOf } from '../../engine/src/calls/languages.ts';
import { fillText, hasControls, isBlank, leftoverIn } from '../../engine/src/calls/texts.ts';

describe('variables in a text', () => {
  it('are filled in by name, in one pass, and the text is kept in one Unicode form', () => {
    const variables = { name: 'Ana', 'event.title': 'check-up', n: 0, yes: false };
    expect(fillText('{{name}} {{ event.title }} {{n}} {{yes}} cafe\u0301', variables)).toEqual({
      ok: true,
      value: 'Ana check-up 0 false caf\u00e9',
    });
    expect(fillText('$& {{name}}', { name: '$& $1' })).toEqual({ ok: true, value: '$& $& $1' });
  });

  it('that are missing are named; names of the language itself are missing too', () => {
    for (const name of ['x', 'constructor', 'hasOwnProperty', '__proto__'])
      expect(fillText(`a {{${name}}}`, {})).toEqual({ ok: false, failure: `{{${name}}}` });
  });

  it('a text without braces and leftovers stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const filled = fillText(text, {});
        if (leftoverIn(text) === undefined)
          expect(filled).toEqual({ ok: true, value: text.normalize('NFC') });
        else expect(filled.ok).toBe(false);
      }),
    );
  });

  it('a text of 8,000 braces is read in no time', () => {
    for (const text of ['{'.repeat(8_000), '{{'.repeat(4_000), '${'.repeat(4_000)]) {
      const started = performance.now();
      fillText(text, {});
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});

it.each([
  ['Confirm undefined', 'undefined'],
  ['null', 'null'],
  ['Hello, null!', 'null'],
  ['at NaN:NaN', 'NaN'],
  ['on Invalid Date.', 'Invalid Date'],
  ['for [object Object]', '[object Object]'],
])('%j has a place that a template should have filled', (text, left) => {
  expect(leftoverIn(text)).toContain(left);
});

it.each([
  'nullify',
  'undefinedness',
  'Nan',
  'Nana',
  'Null',
  'a { b }',
  '$5',
  'annulled null-ish?'.slice(0, 8),
])('%j only looks like one', (text) => {
  expect(leftoverIn(text)).toBeUndefined();
});

it('blank and control characters are seen', () => {
  for (const text of ['', ' ', '\n', '\u200b', '\u202e\u2066', '\ufeff'])
    expect(isBlank(text)).toBe(true);
  for (const text of ['a', ' \u200bx']) expect(isBlank(text)).toBe(false);
  for (const text of ['a\nb', '\t', '\u0000', '\u007f', '\u0085', '\u2028'])
    expect(hasControls(text)).toBe(true);
  expect(hasControls('Ana 😀 é')).toBe(false);
});

it.each([
  ['en', 'en'],
  ['en-GB', 'en'],
  ['PT', 'pt-PT'],
  ['pt-br', 'pt-BR'],
  ['pt-AO', 'pt-PT'],
  [' Portuguese ', 'pt-PT'],
  ['Português do Brasil', 'pt-BR'],
  ['es-MX', 'es'],
  ['Deutsch', 'de'],
  ['zh-Hant-TW', undefined],
  ['klingon', undefined],
  ['en-', undefined],
  ['en-!', undefined],
  ['constructor', undefined],
  ['', undefined],
] as const)('the language %j is %s', (text, language) => {
  expect(languageOf(text)).toBe(language);
});

it('every language is known by its own tag', () => {
  for (const language of LANGUAGES) expect(languageOf(language)).toBe(language);
});
