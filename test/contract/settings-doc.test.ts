import { readFile } from 'node:fs/promises';
import { loadConfig } from '../../engine/src/config.ts';

const text = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Returns setting -> default as its schema in config.ts has it; '' for none. */
async function settingsInCode(): Promise<Record<string, string>> {
  const code =
    (await text('engine/src/config.ts')).split('z.object({\n')[1]?.split(/^}\);/m)[0] ?? '';
  // A setting goes on until the next one begins, on one line or on several.
  const settings = code.split(/^ {2}(?=[A-Z][A-Z0-9_]+:)/m).slice(1);
  return Object.fromEntries(settings.map((one) => [one.split(':')[0] ?? '', defaultIn(one)]));
}

const defaultIn = (schema: string): string =>
  (/\.default\('?([^')]*)'?\)/.exec(schema)?.[1] ?? '').replaceAll('_', '');

async function settingsInDocs(): Promise<Record<string, string>> {
  const section =
    (await text('docs/operating.md'))
      .split(/^## /m)
      .find((part) => part.startsWith('Settings\n')) ?? '';
  const rows = [...section.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \| (?:`([^`]*)`)?.*\|$/gm)];
  return Object.fromEntries(rows.map(([, name = '', value = '']) => [name, value]));
}

it('docs/operating.md lists every setting of the engine with its default, and no other', async () => {
  const inCode = await settingsInCode();
  expect(Object.keys(inCode).length).toBeGreaterThan(20);
  expect(await settingsInDocs()).toEqual(inCode);
});

it('the defaults in the docs are settings that the engine takes', async () => {
  const given = Object.entries(await settingsInDocs()).filter(([, value]) => value !== '');
  expect(loadConfig(Object.fromEntries(given)).ok).toBe(true);
});
