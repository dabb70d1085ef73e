// Writes what is made from the contract: spec/openapi.json and src/client/operations.gen.ts.
// With --check it writes nothing and fails when a file is not what the contract says.
import { readFile, writeFile } from 'node:fs/promises';
import { generatedFiles } from '../src/http/generated-files.ts';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { version: string };
const check = process.argv.includes('--check');
const stale: string[] = [];

for (const [path, text] of Object.entries(generatedFiles(version))) {
  const file = new URL(path, root);
  const current = await readFile(file, 'utf8').catch(() => undefined);
  if (current === text) continue;
  stale.push(path);
  if (!check) await writeFile(file, text);
}

if (check && stale.length > 0) {
  console.error(`Not what the contract says: ${stale.join(', ')}. Run: npm run generate`);
  process.exitCode = 1;
} else {
  console.log(stale.length > 0 ? `Wrote ${stale.join(', ')}` : 'Generated files are up to date');
}
