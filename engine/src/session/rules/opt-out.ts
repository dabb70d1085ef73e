// Whether a person wants no more calls, by what they said or pressed. Deterministic: no model is asked, and none can say otherwise.
import type { AnsweredBy } from '../../contract/vocabulary.ts';
import { OPT_OUT_PHRASES } from './opt-out-phrases.ts';
import { plainWords } from './spoken-words.ts';

/** True when the words ask for no more calls, in whichever of the languages: people fall back into their own. */
export function isOptOut(said: string): boolean {
  const words = plainWords(said).slice(0, LONGEST_TURN);
  return PATTERNS.some((pattern) => pattern.test(words));
}

// Nobody asks for it after so many words without saying it again.
const LONGEST_TURN = 10_000;
const PATTERNS = Object.values(OPT_OUT_PHRASES)
  .flat()
  .map((phrase) => new RegExp(phrase, 'u'));

const OPT_OUT_KEY = '9';
const MAY_PRESS: readonly AnsweredBy[] = ['human', 'unknown'];

/** True when the key opts out. Machines play tones too: only a person's key counts, or nobody's that was named a machine. */
export const isOptOutKey = (key: string, answeredBy: AnsweredBy | undefined): boolean =>
  key === OPT_OUT_KEY && (answeredBy === undefined || MAY_PRESS.includes(answeredBy));
