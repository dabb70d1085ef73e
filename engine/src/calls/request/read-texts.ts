// What is said and written: task, first message and names.

import type { PlaceCall } from '../../contract/place-call.ts';
import type { ProblemFailure } from '../../contract/problem.ts';
import type { Mode } from '../../contract/vocabulary.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import { fillText, hasControls, isBlank, withoutLinesOf } from '../texts.ts';
import { problemAt } from './problem-at.ts';
import type { ReadVariables } from './read-variables.ts';

export interface Texts {
  task: string;
  first_message: string | null;
  recipient_name: string | null;
  on_behalf_of: string | null;
}

const SPOKEN = ['task', 'first_message', 'recipient_name', 'caller_name', 'on_behalf_of'] as const;

/** Returns the texts with their variables filled in, or the place that was not. */
export function readTexts(
  request: PlaceCall,
  { spoken, absent }: ReadVariables,
): Result<Texts, ProblemFailure> {
  const texts: SpokenTexts = {};
  for (const field of SPOKEN) {
    const text = request[field];
    // Platforms send an empty text for a field that nobody filled.
    if (text === undefined || text === '') continue;
    const takesVariables = field === 'task' || field === 'first_message';
    const filled = takesVariables
      ? fillText(withoutLinesOf(text, absent), spoken)
      : fillText(text, {});
    if (!filled.ok)
      return fail(
        problemAt('unresolved_variable', [field], `“${filled.failure}” was not filled in.`),
      );
    texts[field] = filled.value;
  }
  return ok(namedTexts(texts));
}

type SpokenTexts = Partial<Record<(typeof SPOKEN)[number], string>>;

const namedTexts = (texts: SpokenTexts): Texts => ({
  task: texts.task ?? '',
  // Nothing is left of it when all of its lines were left out.
  first_message: texts.first_message || null,
  recipient_name: texts.recipient_name ?? texts.caller_name ?? null,
  on_behalf_of: texts.on_behalf_of ?? null,
});

const LINES = [
  'recipient_name',
  'caller_name',
  'on_behalf_of',
  'reference',
  'tag',
  'voice',
] as const;

/** Returns the first text that cannot be read, if any. */
export function unreadable(request: PlaceCall, mode: Mode): ProblemFailure | undefined {
  const { task, first_message, simulate } = request;
  const faults: Record<string, string | undefined> = {
    task: task === undefined || isBlank(task) ? 'Say what the call is for.' : nulFault(task),
    first_message: nulFault(first_message ?? ''),
    ...Object.fromEntries(LINES.map((field) => [field, lineFault(request[field] ?? '')])),
    simulate: mode === 'live' && simulate ? 'Only test keys simulate calls.' : undefined,
  };
  const fault = Object.entries(faults).find(([, detail]) => detail !== undefined);
  return fault && problemAt('invalid_request', [fault[0]], fault[1] ?? '');
}

// Not every store can keep this character.
const nulFault = (text: string): string | undefined =>
  text.includes('\0') ? 'It holds a NUL character.' : undefined;

function lineFault(text: string): string | undefined {
  if (hasControls(text)) return 'Use one line without control characters.';
  return text !== '' && isBlank(text) ? 'There is nothing to read in it.' : undefined;
}
