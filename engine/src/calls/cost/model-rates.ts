// What the speech and text models take, as dated data. Tokens are priced by the vendor; how many a minute of talk uses
// is our own assumption, so every figure made from this file is an estimate.
import type { Micros } from '../../lib/money.ts';
import type { ModelRate } from './ports.ts';

/** USD for one million tokens. */
interface TokenPrices {
  audio_in: number;
  audio_in_cached: number;
  audio_out: number;
  text_in: number;
  text_in_cached: number;
  text_out: number;
}

interface Sourced {
  as_of: string;
  source: string;
  /** True when no page of the vendor tells it. */
  assumed?: true;
}

/** Models that talk. */
export const TALK_PRICES: Readonly<Record<string, TokenPrices & Sourced>> = {
  'gpt-realtime-2.1-mini': {
    ...{ audio_in: 10, audio_in_cached: 0.3, audio_out: 20 },
    ...{ text_in: 0.6, text_in_cached: 0.06, text_out: 2.4 },
    as_of: '2026-11-24',
    source: 'https://developers.openai.com/api/docs/models/gpt-realtime-2.1-mini',
  },
  'gpt-realtime-2.1': {
    ...{ audio_in: 32, audio_in_cached: 0.4, audio_out: 64 },
    ...{ text_in: 4, text_in_cached: 0.4, text_out: 24 },
    as_of: '2026-11-24',
    source: 'https://developers.openai.com/api/docs/models/gpt-realtime-2.1',
  },
};

/** Models that read the conversation afterwards: USD for one million tokens. */
export const READ_PRICES: Readonly<
  Record<string, Pick<TokenPrices, 'text_in' | 'text_out'> & Sourced>
> = {
  'gpt-5.6-luna': {
    ...{ text_in: 0.2, text_out: 1.2 },
    as_of: '2026-11-24',
    source: 'https://developers.openai.com/api/docs/models/gpt-5.6-luna',
  },
  'gpt-5.6-terra': {
    // Input is on the page of gpt-5.6-luna; output is taken as ten times that.
    ...{ text_in: 2, text_out: 20 },
    as_of: '2026-11-24',
    source: 'https://developers.openai.com/api/docs/models/gpt-5.6-luna',
    assumed: true,
  },
};

/** What the person says is also written down, by the minute: USD. */
export const TRANSCRIPTION_PRICE: { per_minute: number } & Sourced = {
  per_minute: 0.0045,
  as_of: '2026-11-24',
  source: 'https://developers.openai.com/api/docs/models/gpt-transcribe',
};

// One token is 100 ms of the person's speech and 50 ms of the agent's:
// https://developers.openai.com/api/docs/guides/realtime-costs. Silence is not sent to the model.
const PERSON_TOKENS_PER_MINUTE = 600;
const AGENT_TOKENS_PER_MINUTE = 1_200;

/** How a minute of conversation goes. Assumed: no page tells it. */
interface Talk {
  person_share: number;
  agent_share: number;
  /** Each answer reads everything that was said before once more. */
  answers_per_minute: number;
  context_audio_tokens: number;
  context_text_tokens: number;
  cached_share: number;
  read_tokens_in: number;
  read_tokens_out: number;
}

const TYPICAL: Talk = {
  ...{ person_share: 0.35, agent_share: 0.45, answers_per_minute: 6 },
  ...{ context_audio_tokens: 1_500, context_text_tokens: 2_500, cached_share: 0.9 },
  ...{ read_tokens_in: 4_000, read_tokens_out: 1_500 },
};
const WORST: Talk = {
  ...{ person_share: 0.5, agent_share: 0.7, answers_per_minute: 10 },
  ...{ context_audio_tokens: 4_500, context_text_tokens: 4_000, cached_share: 0.8 },
  ...{ read_tokens_in: 20_000, read_tokens_out: 8_192 },
};

export interface ModelNames {
  talks: string;
  reads: string;
}

/**
 * Returns the rate of two models, in USD. `per_minute_override` is the operator's own price of a minute, reading
 * included, in `currency`. A model without a row counts as the dearest that has one.
 */
export function modelRate(
  models: ModelNames,
  override: { per_minute: Micros | null; currency: string },
): ModelRate {
  if (override.per_minute !== null) {
    const { per_minute, currency } = override;
    return {
      currency,
      ...{ per_minute, per_call: 0, worst_per_minute: per_minute, worst_per_call: 0 },
    };
  }
  const talk = TALK_PRICES[models.talks] ?? dearest(TALK_PRICES, (row) => row.audio_out);
  const read = READ_PRICES[models.reads] ?? dearest(READ_PRICES, (row) => row.text_out);
  return {
    currency: 'USD',
    per_minute: perMinute(talk, TYPICAL),
    per_call: perReading(read, TYPICAL),
    worst_per_minute: perMinute(talk, WORST),
    worst_per_call: perReading(read, WORST),
  };
}

// USD for a million tokens is millionths of USD for one token.
function perMinute(prices: TokenPrices, talk: Talk): Micros {
  const spoken =
    PERSON_TOKENS_PER_MINUTE * talk.person_share * prices.audio_in +
    AGENT_TOKENS_PER_MINUTE * talk.agent_share * prices.audio_out;
  const mixed = (fresh: number, cached: number): number =>
    cached * talk.cached_share + fresh * (1 - talk.cached_share);
  const readAgain =
    talk.context_audio_tokens * mixed(prices.audio_in, prices.audio_in_cached) +
    talk.context_text_tokens * mixed(prices.text_in, prices.text_in_cached);
  const writtenDown = TRANSCRIPTION_PRICE.per_minute * 1_000_000 * talk.person_share;
  return Math.ceil(spoken + readAgain * talk.answers_per_minute + writtenDown);
}

const perReading = (prices: Pick<TokenPrices, 'text_in' | 'text_out'>, talk: Talk): Micros =>
  Math.ceil(talk.read_tokens_in * prices.text_in + talk.read_tokens_out * prices.text_out);

function dearest<T>(rows: Readonly<Record<string, T>>, price: (row: T) => number): T {
  const [first, ...rest] = Object.values(rows);
  if (first === undefined) throw new Error('a table of prices is empty');
  return rest.reduce((a, b) => (price(b) > price(a) ? b : a), first);
}
