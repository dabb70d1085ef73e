import { readFile } from 'node:fs/promises';
import {
  ANSWERED_BY,
  CALL_STATUSES,
  END_REASONS,
  EVENT_TYPES,
  OUTCOME_GROUPS,
  OUTCOMES_BY_GROUP,
  RESERVED_OUTCOMES,
  RESULT_STATUSES,
} from '../../engine/src/contract/vocabulary.ts';
import { BEHAVIOUR_DIGITS } from '../../engine/src/simulator/recipients/behaviours.ts';

const page = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Returns the cells of every table row below a heading, without the table's head. */
function rowsBelow(text: string, heading: string): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const words = (cell = ''): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

it.each([
  ['Call statuses', CALL_STATUSES],
  ['Outcome groups', OUTCOME_GROUPS],
  ['Outcomes', RESERVED_OUTCOMES],
  ['End reasons', END_REASONS],
  ['Who answered', ANSWERED_BY],
  ['Result statuses', RESULT_STATUSES],
  ['Events', EVENT_TYPES],
])(
  'docs/vocabulary.md explains every word of the contract, in its order: %s',
  async (heading, list) => {
    const rows = rowsBelow(await page('docs/vocabulary.md'), heading);
    expect(rows.map(([word]) => words(word)[0])).toEqual([...list]);
    expect(rows.filter((cells) => (cells.at(-1) ?? '').length < 5)).toEqual([]);
  },
);

it('docs/vocabulary.md puts every outcome into its group', async () => {
  const rows = rowsBelow(await page('docs/vocabulary.md'), 'Outcomes');
  const groups = rows.map(([outcome, group]) => [words(group)[0], words(outcome)[0]]);
  expect(groups).toEqual(
    Object.entries(OUTCOMES_BY_GROUP).flatMap(([group, list]) =>
      list.map((outcome) => [group, outcome]),
    ),
  );
});

it('the README lists the outcomes of every group', async () => {
  const rows = rowsBelow(await page('README.md'), 'The one word to branch on');
  const listed = rows.map(([group, outcomes]) => [
    words(group)[0],
    words(outcomes).filter((word) => word !== 'outcomes'),
  ]);
  expect(listed).toEqual(
    Object.entries(OUTCOMES_BY_GROUP).map(([group, list]) => [group, [...list]]),
  );
});

it('the README tells what every test number does', async () => {
  const cells = rowsBelow(await page('README.md'), 'Numbers to try');
  const pairs = cells.flatMap(([left, first, right, second]) => [
    [left, words(first)[0]],
    [right, words(second)[0]],
  ]);
  expect(Object.fromEntries(pairs)).toEqual(BEHAVIOUR_DIGITS);
});
