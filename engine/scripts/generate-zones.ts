// Writes engine/src/calls/hours/tables/number-zones.gen.ts from the kept sources and corrections in engine/scripts/zones/.
// With --check it writes nothing and fails when the file is not what they say.
import { readFile, writeFile } from 'node:fs/promises';
import { numberZonesFile } from './zones/number-zones-file.ts';

const file = new URL('../src/calls/hours/tables/number-zones.gen.ts', import.meta.url);
const read = (name: string): Promise<string> =>
  readFile(new URL(`zones/${name}`, import.meta.url), 'utf8');

const text = numberZonesFile({
  prefixes: await read('prefixes.txt'),
  areaCodes: await read('area-codes.txt'),
  countries: await read('countries.txt'),
});
const current = await readFile(file, 'utf8').catch(() => undefined);
if (current === text) {
  console.log('The zone table is up to date');
} else if (process.argv.includes('--check')) {
  console.error(
    'Not what its sources say: number-zones.gen.ts. Run: node engine/scripts/generate-zones.ts',
  );
  process.exitCode = 1;
} else {
  await writeFile(file, text);
  console.log('Wrote number-zones.gen.ts');
}
