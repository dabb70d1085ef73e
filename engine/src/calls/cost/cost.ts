// What a call may cost, is likely to cost and did cost. Pure; whole millionths, each part rounded up.
import { type Micros, priceOfSeconds, unitsOf } from '../../lib/money.ts';
import type { AttemptRecord, CallRecord } from '../call-record.ts';
import type { CostTerms, Quote } from './ports.ts';

// The carrier is given this much longer than the conversation, so that it never cuts it first.
const CARRIER_SLACK_SECONDS = 60;

/**
 * Returns the most that one attempt can cost: the person listens to the very end, and so does whoever it is handed
 * to. `spent` is what earlier attempts of the call cost.
 */
export function worstCase(plan: {
  terms: CostTerms;
  max_duration_seconds: number;
  /** Quotes of the numbers that the call may be handed to; it is handed over once at most, to the dearest. */
  transfers?: readonly Quote[];
  spent?: Micros;
}): Micros {
  const { quote, model_rate } = plan.terms;
  const carrierSeconds = plan.max_duration_seconds + CARRIER_SLACK_SECONDS;
  const transfers = (plan.transfers ?? []).map((leg) => carrierCost(leg, [carrierSeconds]));
  return (
    carrierCost(quote, [carrierSeconds]) +
    Math.max(0, ...transfers) +
    priceOfSeconds(model_rate.worst_per_minute, plan.max_duration_seconds) +
    model_rate.worst_per_call +
    (plan.spent ?? 0)
  );
}

export interface Bill {
  cost: NonNullable<CallRecord['cost']>;
  total: Micros;
}

// Between a short confirmation and a talk about details. Assumed.
const TYPICAL_SECONDS = 90;

/** Returns what a call that reaches somebody is likely to cost. */
export const estimate = (terms: CostTerms, talkSeconds = TYPICAL_SECONDS): Bill =>
  billOf(terms, { answered_seconds: [talkSeconds], model_seconds: talkSeconds }, null);

export interface Usage {
  /** One per attempt that was answered, person or machine. */
  answered_seconds: readonly number[];
  /** How long the model was joined to the line, over all attempts. */
  model_seconds: number;
}

/** Returns what a call cost by our own clock: `estimated` until `billed`, the carrier's word on connectivity, is given. */
export const actual = (terms: CostTerms, usage: Usage, billed: Micros | null = null): Bill =>
  billOf(terms, usage, billed);

/** Returns how long phone and model were used. `now` stands for the end of an attempt that has none. */
export function usageOf(attempts: readonly AttemptRecord[], now: number): Usage {
  const seconds = (from: number | null, attempt: AttemptRecord): number =>
    from === null ? 0 : Math.max(0, ((attempt.ended_at ?? now) - from) / 1_000);
  return {
    answered_seconds: attempts
      .filter((attempt) => attempt.answered_at !== null)
      .map((attempt) => seconds(attempt.answered_at, attempt)),
    model_seconds: attempts.reduce((sum, one) => sum + seconds(one.media_started_at, one), 0),
  };
}

function billOf({ quote, model_rate }: CostTerms, usage: Usage, billed: Micros | null): Bill {
  const carrier =
    billed === null
      ? carrierCost(quote, usage.answered_seconds)
      : billed + feesOf(quote, usage.answered_seconds);
  const model =
    usage.model_seconds > 0
      ? priceOfSeconds(model_rate.per_minute, usage.model_seconds) + model_rate.per_call
      : 0;
  return {
    cost: {
      currency: quote.currency,
      carrier: unitsOf(carrier),
      model: unitsOf(model),
      total: unitsOf(carrier + model),
      estimated: billed === null,
    },
    total: carrier + model,
  };
}

const carrierCost = (quote: Quote, answeredSeconds: readonly number[]): Micros =>
  sum(answeredSeconds.map((seconds) => perStarted(quote, quote.per_minute, seconds))) +
  feesOf(quote, answeredSeconds);

const feesOf = (quote: Quote, answeredSeconds: readonly number[]): Micros =>
  sum(answeredSeconds.map((seconds) => perStarted(quote, quote.fees_per_minute, seconds))) +
  answeredSeconds.length * quote.fees_per_answer;

/** A call that was answered is billed one increment at least. */
function perStarted(quote: Quote, perMinute: Micros, seconds: number): Micros {
  const increment = quote.billing_increment_seconds;
  return priceOfSeconds(perMinute, Math.max(1, Math.ceil(seconds / increment)) * increment);
}

const sum = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);
