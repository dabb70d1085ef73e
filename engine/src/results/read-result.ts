// From what a model answered to what a call may claim: nothing without the recipient's words for it.
import { z } from 'zod';
import type { AnswerRecord, CallRecord, TurnRecord } from '../calls/call-record.ts';
import type { ResultStatus } from '../contract/vocabulary.ts';
import { findEvidence, isEvidence, type Quote } from './evidence.ts';
import { FOLLOW_UP_OUTCOMES, outcomesOf } from './extraction.ts';
import { fieldsOf, type ResultField, resultOf, valueAt } from './result-fields.ts';
import { answersText } from './texts.ts';
import { validateResult } from './validate-result.ts';

/** What a call learns from its conversation; the fields are those of the call. */
export interface Reading {
  /** The outcome that the conversation established; `inconclusive` when it established none. */
  learned: string;
  outcome_evidence: Quote | null;
  result: Record<string, unknown> | null;
  result_status: ResultStatus;
  result_evidence: { field: string; turn: number; quote: string }[];
  answers_text: string | null;
  summary: string | null;
  next_steps: string[];
  chosen_time: string | null;
  preferred_times: string[];
  callback_at: string | null;
}

/**
 * Returns what may be believed of a model's answer to `extractionRequest`.
 * A field without evidence is null, an outcome without evidence `inconclusive`. An answer that does not conform
 * gives no result at all, `result_status` `invalid` and `inconclusive`.
 */
export function readingOf(
  answer: unknown,
  call: CallRecord,
  turns: readonly TurnRecord[],
  answers: readonly AnswerRecord[],
): Reading {
  const parsed = Answer.safeParse(answer);
  const schema = call.order.result_schema;
  if (!parsed.success || !isKnownOutcome(parsed.data.outcome, call)) return nonConforming(schema);
  const said = parsed.data;
  const conforms = schema
    ? said.result === null || validateResult(schema, said.result)
    : said.result === null;
  if (!conforms)
    return { ...nonConforming(schema), summary: said.summary, next_steps: said.next_steps };
  const evidence = resultEvidence(said, call, turns);
  return {
    ...outcomeOf(said, call, turns, answers),
    ...resultFrom(call, evidence, (field) => valueAt(said.result, field.names)),
    summary: said.summary,
    next_steps: said.next_steps,
    chosen_time: said.chosen_time,
    preferred_times: said.preferred_times,
    callback_at: said.outcome === 'callback_requested' ? said.callback_at : null,
  };
}

/** Returns what the agent noted during the conversation and the transcript bears out, for when no model can be asked. */
export function readingWithoutModel(
  call: CallRecord,
  turns: readonly TurnRecord[],
  answers: readonly AnswerRecord[],
): Reading {
  const outcome = notedOutcome(call, turns, answers);
  const evidence = new Map<string, Quote>();
  const values = new Map<string, unknown>();
  for (const field of fieldsOf(call.order.result_schema)) {
    const noted = answers.findLast((one) => one.field === field.path);
    const quote = noted && fits(field, noted.value) ? findEvidence(noted.quote, turns) : undefined;
    if (!noted || !quote) continue;
    evidence.set(field.path, quote);
    values.set(field.path, noted.value);
  }
  const learned = resultFrom(call, evidence, (field) => values.get(field.path));
  const unknown = call.order.result_schema !== null && evidence.size === 0;
  return {
    ...NOTHING,
    ...outcome,
    ...(unknown ? { result_status: 'unavailable' } : learned),
  };
}

/** True when the agent noted a value of the field's type. */
const fits = (field: ResultField, value: unknown): boolean =>
  value !== null &&
  validateResult({ type: 'object', properties: { value: field.schema } }, { value });

const NOTHING: Reading = {
  learned: 'inconclusive',
  outcome_evidence: null,
  result: null,
  result_status: 'not_requested',
  result_evidence: [],
  answers_text: null,
  summary: null,
  next_steps: [],
  chosen_time: null,
  preferred_times: [],
  callback_at: null,
};

const nonConforming = (schema: CallRecord['order']['result_schema']): Reading => ({
  ...NOTHING,
  result_status: schema ? 'invalid' : 'not_requested',
});

const shortText = z.string().max(500);
const QuoteAnswer = z.strictObject({ turn: z.int(), quote: z.string().max(4_000) });
const Answer = z.strictObject({
  outcome: z.string().max(100),
  outcome_evidence: QuoteAnswer.nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  result_evidence: z.array(QuoteAnswer.extend({ field: z.string().max(1_000) })).max(500),
  summary: z.string().max(8_000),
  next_steps: z.array(z.string().max(2_000)).max(50),
  chosen_time: shortText.nullable(),
  preferred_times: z.array(shortText).max(50),
  callback_at: shortText.nullable(),
});
type Answer = z.output<typeof Answer>;

const isKnownOutcome = (outcome: string, call: CallRecord): boolean =>
  isOwnOutcome(outcome, call) || FOLLOW_UP_OUTCOMES.some((word) => word === outcome);

const isOwnOutcome = (outcome: string, call: CallRecord): boolean =>
  outcomesOf(call).some(({ value }) => value === outcome);

type OutcomeReading = Pick<Reading, 'learned' | 'outcome_evidence'>;

function outcomeOf(
  { outcome, outcome_evidence }: Answer,
  call: CallRecord,
  turns: readonly TurnRecord[],
  answers: readonly AnswerRecord[],
): OutcomeReading {
  if (outcome === 'inconclusive') return { learned: outcome, outcome_evidence: null };
  if (outcome_evidence && isEvidence(outcome_evidence, turns))
    return { learned: outcome, outcome_evidence };
  const noted = notedOutcome(call, turns, answers);
  return noted.learned === outcome ? noted : { learned: 'inconclusive', outcome_evidence: null };
}

function notedOutcome(
  call: CallRecord,
  turns: readonly TurnRecord[],
  answers: readonly AnswerRecord[],
): OutcomeReading {
  const asksOutcome = fieldsOf(call.order.result_schema).some(({ path }) => path === 'outcome');
  const noted = asksOutcome ? undefined : answers.findLast((one) => one.field === 'outcome');
  const evidence = noted && findEvidence(noted.quote, turns);
  if (!evidence || typeof noted?.value !== 'string' || !isKnownOutcome(noted.value, call)) {
    return { learned: 'inconclusive', outcome_evidence: null };
  }
  return { learned: noted.value, outcome_evidence: evidence };
}

function resultEvidence(
  said: Answer,
  call: CallRecord,
  turns: readonly TurnRecord[],
): Map<string, Quote> {
  const evidence = new Map<string, Quote>();
  for (const { path, names } of fieldsOf(call.order.result_schema)) {
    if (valueAt(said.result, names) === null) continue;
    const proof = said.result_evidence.find((one) => one.field === path && isEvidence(one, turns));
    if (proof) evidence.set(path, { turn: proof.turn, quote: proof.quote });
  }
  return evidence;
}

type ResultReading = Pick<Reading, 'result' | 'result_status' | 'result_evidence' | 'answers_text'>;

function resultFrom(
  { order }: CallRecord,
  evidence: ReadonlyMap<string, Quote>,
  learnedValue: (field: ResultField) => unknown,
): ResultReading {
  if (order.result_schema === null) {
    return {
      result: null,
      result_status: 'not_requested',
      result_evidence: [],
      answers_text: null,
    };
  }
  const result = resultOf(order.result_schema, (field) =>
    evidence.has(field.path) ? learnedValue(field) : null,
  );
  return {
    result,
    result_status: 'ok',
    result_evidence: [...evidence].map(([field, quote]) => ({ field, ...quote })),
    answers_text: answersText(order, result),
  };
}
