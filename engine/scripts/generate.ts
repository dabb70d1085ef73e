// Writes what is made from the contract and the tables of the domain: spec/openapi.json, src/client/operations.gen.ts and
// two parts of docs/call-lifecycle.md.
// With --check it writes nothing and fails when a file is not what the code says.
import { readFile, writeFile } from 'node:fs/promises';
import { generatedFiles } from '../src/http/generated-files.ts';
import { LIFECYCLE_DOC, lifecycleDoc } from './lifecycle-doc.ts';

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
