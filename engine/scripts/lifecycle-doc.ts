// The parts of docs/call-lifecycle.md that are made from the tables of the domain.
import { MOVES } from '../src/calls/lifecycle.ts';
import { END_REASON_FACTS } from '../src/calls/outcome.ts';
import { CALL_STATUSES, END_REASONS, type EndReason } from '../src/contract/vocabulary.ts';

/** Where the page is, from the folder of the engine. */
export const LIFECYCLE_DOC = '../docs/call-lifecycle.md';

/**
 * Returns `page` with its two made parts as the tables say; the words around them are written by hand and stay.
 * Throws when a part's marks are missing, because then nothing would be checked.
 */
export function lifecycleDoc(page: string): string {
  return replacePart(replacePart(page, 'states', stateDiagram()), 'end reasons', endReasonTable());
}

function replacePart(page: string, name: string, text: string): string {
  const begin = `<!-- made from the code: ${name} (npm run generate) -->`;
  const end = '<!-- end of the made part -->';
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0)
    throw new Error(`docs/call-lifecycle.md lacks the marks of the part "${name}"`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

/** Returns the moves as a Mermaid state diagram: https://mermaid.js.org/syntax/stateDiagram.html */
function stateDiagram(): string {
  const moves = CALL_STATUSES.flatMap((from) =>
    Object.entries(movesByTarget(MOVES[from])).map(
      ([to, names]) => `    ${from} --> ${to}: ${names.join(', ')}`,
    ),
  );
  return [
    '```mermaid',
    'stateDiagram-v2',
    '    [*] --> queued: place',
    ...moves,
    '    ended --> [*]',
    '```',
  ].join('\n');
}

function movesByTarget(moves: Readonly<Record<string, string>>): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [move, to] of Object.entries(moves)) found[to] = [...(found[to] ?? []), move];
  return found;
}

function endReasonTable(): string {
  const rows = END_REASONS.map(
    (reason) =>
      `| \`${reason}\` | ${outcomeText(reason)} | ${END_REASON_FACTS[reason].retryable ? 'yes' : 'no'} |`,
  );
  return ['| end reason | outcome | call again? |', '|---|---|---|', ...rows].join('\n');
}

function outcomeText(reason: EndReason): string {
  const { verdict, without_talk } = END_REASON_FACTS[reason];
  return verdict === 'talk' ? `what was said, else \`${without_talk}\`` : `\`${verdict}\``;
}
