import { readFile } from 'node:fs/promises';
import { lifecycleDoc } from '../../engine/scripts/lifecycle-doc.ts';
import { END_REASONS } from '../../engine/src/contract/vocabulary.ts';

const readPage = () => readFile(new URL('../../docs/call-lifecycle.md', import.meta.url), 'utf8');

it('docs/call-lifecycle.md is what the tables of calls say', async () => {
  const page = await readPage();
  expect(lifecycleDoc(page)).toBe(page);
});

it('a page with other contents in its made parts is told apart', async () => {
  const page = await readPage();
  const altered = page.replace('queued --> dialing: dial', 'queued --> ended: dial');
  expect(altered).not.toBe(page);
  expect(lifecycleDoc(altered)).toBe(page);
});

it('a page without the marks is refused', async () => {
  const page = await readPage();
  expect(() => lifecycleDoc(page.replaceAll('<!--', ''))).toThrow(/marks/);
});

it('every end reason has its row', async () => {
  const page = await readPage();
  for (const reason of END_REASONS) expect(page).toContain(`\n| \`${reason}\` | `);
});
