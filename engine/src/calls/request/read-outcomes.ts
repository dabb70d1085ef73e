import type { PlaceCall } from '../../contract/place-call.ts';
import type { ProblemFailure } from '../../contract/problem.ts';
import { DEFAULT_OUTCOMES, RESERVED_OUTCOMES } from '../../contract/vocabulary.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import type { CallOrder, Outcome } from '../call-record.ts';
import { hasControls } from '../texts.ts';
import { problemAt } from './problem-at.ts';

/** Returns the words that the workflow branches on. */
export function readOutcomes(
  request: PlaceCall,
): Result<Pick<CallOrder, 'outcomes' | 'own_outcomes' | 'success_outcomes'>, ProblemFailure> {
  const own = request.outcomes !== undefined;
  const options = request.outcomes ?? DEFAULT_OUTCOMES;
  const outcomes: Outcome[] = options.map((option) =>
    typeof option === 'string'
      ? { value: option }
      : { value: option.value, ...(option.when === undefined ? {} : { when: option.when }) },
  );
  const fault = own ? outcomeFault(outcomes) : undefined;
  if (fault) return fail(fault);
  const words = outcomes.map(({ value }) => value);
  const unknown = (request.success_outcomes ?? []).findIndex((word) => !words.includes(word));
  if (unknown >= 0) {
    return fail(
      problemAt(
        'invalid_request',
        [`success_outcomes/${unknown}`],
        'It is not one of the outcomes.',
      ),
    );
  }
  return ok({ outcomes, own_outcomes: own, success_outcomes: request.success_outcomes ?? null });
}

function outcomeFault(outcomes: readonly Outcome[]): ProblemFailure | undefined {
  const seen = new Set<string>();
  for (const [at, { value }] of outcomes.entries()) {
    const plain = plainWord(value);
    const fault =
      hasControls(value) || plain === ''
        ? 'Use a word.'
        : seen.has(plain)
          ? 'This outcome is there twice.'
          : reservedFault(value);
    if (fault !== undefined) return problemAt('invalid_request', [`outcomes/${at}`], fault);
    seen.add(plain);
  }
  return undefined;
}

// A word that only looks like one of ours would send the workflow down the wrong branch.
function reservedFault(value: string): string | undefined {
  if ((DEFAULT_OUTCOMES as readonly string[]).includes(value)) return undefined;
  const reserved = RESERVED_OUTCOMES.find((word) => plainWord(word) === plainWord(value));
  return reserved && `“${reserved}” is a word of Recado itself. Choose another.`;
}

const plainWord = (word: string): string =>
  word
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '');
