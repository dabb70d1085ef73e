// What counts as evidence: words that the recipient said, in a turn that exists.
import type { TurnRecord } from '../calls/call-record.ts';

export interface Quote {
  turn: number;
  quote: string;
}

/**
 * True when the quote stands in that turn of the recipient, word for word but for case, punctuation and spacing,
 * and the agent had spoken before. Dictated markup is no evidence: people do not speak in braces.
 */
export function isEvidence({ turn, quote }: Quote, turns: readonly TurnRecord[]): boolean {
  const place = turns.findIndex((one) => one.index === turn);
  const said = turns[place];
  if (said?.speaker !== 'recipient' || MARKUP.test(quote)) return false;
  if (!turns.slice(0, place).some((one) => one.speaker === 'agent')) return false;
  const words = wordsOf(quote);
  return words !== '' && ` ${wordsOf(said.text)} `.includes(` ${words} `);
}

/** Returns the last turn of the recipient in which the words stand, undefined when they were never said. */
export function findEvidence(quote: string, turns: readonly TurnRecord[]): Quote | undefined {
  const turn = turns.findLast((one) => isEvidence({ turn: one.index, quote }, turns));
  return turn ? { turn: turn.index, quote } : undefined;
}

const MARKUP = /[{}[\]<>]|"\s*:/u;

const wordsOf = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’‘]/gu, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
