// Writes what is made from the contract, the tables of the domain and kept sources: spec/openapi.json,
// src/client/operations.gen.ts, two parts of docs/call-lifecycle.md and the table of time zones.
// With --check it writes nothing and fails when a file is not what the code says.
import { readFile, writeFile } from 'node:fs/promises';
import { generatedFiles } from '../src/http/generated-files.ts';
import { LIFECYCLE_DOC, lifecycleDoc } from './lifecycle-doc.ts';
import { NUMBER_ZONES, numberZonesFile } from './zones/number-zones-file.ts';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
  version: string;
};
const check = process.argv.includes('--check');
const stale: string[] = [];
const lifecycle = lifecycleDoc(await readFile(new URL(LIFECYCLE_DOC, root), 'utf8'));

for (const [path, text] of Object.entries({
  ...generatedFiles(version),
  [LIFECYCLE_DOC]: lifecycle,
  [NUMBER_ZONES]: await zones(),
})) {
  const file = new URL(path, root);
  const current = await readFile(file, 'utf8').catch(() => undefined);
  if (current === text) continue;
  stale.push(path);
  if (!check) await writeFile(file, text);
}

if (check && stale.length > 0) {
  console.error(`Not what the code says: ${stale.join(', ')}. Run: npm run generate`);
  process.exitCode = 1;
} else {
  console.log(stale.length > 0 ? `Wrote ${stale.join(', ')}` : 'Generated files are up to date');
}

async function zones(): Promise<string> {
  const kept = (name: string): Promise<string> =>
    readFile(new URL(`scripts/zones/${name}`, root), 'utf8');
  return numberZonesFile({
    prefixes: await kept('prefixes.txt'),
    areaCodes: await kept('area-codes.txt'),
    countries: await kept('countries.txt'),
  });
}
