// Questions as a person writes them, checked and given a name for their answer.

import type { z } from 'zod';
import type { AcceptedQuestion } from '../calls/call-record.ts';
import type { Question } from '../contract/place-call.ts';
import { fail, ok, type Result } from '../lib/result.ts';

/**
 * Returns the questions with a key each: the given one, else one made from the words of the question.
 * Fails, with a pointer into `questions`, when a key is given twice or a choice has no choices.
 */
export function acceptQuestions(
  questions: readonly z.output<typeof Question>[],
  taken: readonly string[] = [],
): Result<AcceptedQuestion[], { pointer: string; detail: string }> {
  const keys = new Set([...taken]);
  for (const [index, { key, type, choices }] of questions.entries()) {
    if (type === 'choice' && !choices)
      return fail({ pointer: `/${index}/choices`, detail: 'A choice needs choices.' });
    if (key === undefined) continue;
    if (keys.has(key))
      return fail({ pointer: `/${index}/key`, detail: 'Another field has this key.' });
    keys.add(key);
  }
  return ok(
    questions.map(({ ask, key, type, choices }) => ({
      key: key ?? newKey(ask, keys),
      ask,
      type,
      ...(choices ? { choices } : {}),
    })),
  );
}

const LONGEST_KEY = 40;

function newKey(ask: string, keys: Set<string>): string {
  const base = wordsOf(ask);
  let key = base;
  for (let n = 2; keys.has(key); n++) key = `${base}_${n}`;
  keys.add(key);
  return key;
}

function wordsOf(ask: string): string {
  const words = ask
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  let key = words.shift()?.slice(0, LONGEST_KEY) ?? 'question';
  for (const word of words) {
    if (key.length + word.length + 1 > LONGEST_KEY) break;
    key += `_${word}`;
  }
  return /^[0-9]/.test(key) || key === 'constructor' || key === 'prototype' ? `q_${key}` : key;
}
