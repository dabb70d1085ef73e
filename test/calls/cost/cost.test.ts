import type { AttemptRecord } from '../../../engine/src/calls/call-record.ts';
import { actual, estimate, usageOf, worstCase } from '../../../engine/src/calls/cost/cost.ts';
import { matchPrice } from '../../../engine/src/calls/cost/match-price.ts';
import {
  modelRate,
  READ_PRICES,
  TALK_PRICES,
  TRANSCRIPTION_PRICE,
} from '../../../engine/src/calls/cost/model-rates.ts';
import type { CostTerms, PriceList } from '../../../engine/src/calls/cost/ports.ts';
import { priceOfSeconds, readMicros, unitsOf } from '../../../engine/src/lib/money.ts';
import { sampleAttempt } from '../../conformance/sample-records.ts';

const TERMS: CostTerms = {
  quote: {
    ...{ currency: 'USD', per_minute: 14_000, billing_increment_seconds: 60 },
    ...{ fees_per_minute: 4_000, fees_per_answer: 7_500 },
  },
  model_rate: {
    ...{ currency: 'USD', per_minute: 30_000, per_call: 2_000 },
    ...{ worst_per_minute: 120_000, worst_per_call: 10_000 },
  },
};

describe('money', () => {
  it.each([
    ['0.0140', 14_000],
    ['0.00855', 8_550],
    ['1', 1_000_000],
    ['0', 0],
    ['0.0000001', 1],
    ['0.0000000', 0],
    ['0.1234561', 123_457],
    ['999999999.999999', 999_999_999_999_999],
    ['-1', undefined],
    ['1e3', undefined],
    ['1,50', undefined],
    ['.5', undefined],
    ['', undefined],
    ['NaN', undefined],
  ])('%j is %p millionths', (text, micros) => {
    expect(readMicros(text)).toBe(micros);
  });

  it('is exact in sums, and rounded up for parts of a minute', () => {
    const tenth = readMicros('0.1') ?? 0;
    expect(unitsOf(tenth + tenth + tenth)).toBe(0.3);
    expect(priceOfSeconds(14_000, 60)).toBe(14_000);
    expect(priceOfSeconds(14_000, 1)).toBe(234);
  });
});

describe('the worst case of a call', () => {
  it('is talk to the very end and a minute more at the carrier, with everything that is charged', () => {
    // 11 minutes of carrier and stream, one detection, 10 minutes of model, one reading.
    const expected = 11 * 18_000 + 7_500 + 10 * 120_000 + 10_000;
    expect(worstCase({ terms: TERMS, max_duration_seconds: 600 })).toBe(expected);
  });

  it('starts a new minute with its first second', () => {
    const at = (seconds: number) => worstCase({ terms: TERMS, max_duration_seconds: seconds });
    expect(at(61) - at(60)).toBe(18_000 + 2_000);
  });

  it('holds the dearest transfer and what earlier attempts cost', () => {
    const plain = worstCase({ terms: TERMS, max_duration_seconds: 600 });
    const dear = { ...TERMS.quote, per_minute: 500_000 };
    const transfers = [TERMS.quote, dear];
    expect(worstCase({ terms: TERMS, max_duration_seconds: 600, transfers, spent: 99 })).toBe(
      plain + 11 * 504_000 + 7_500 + 99,
    );
  });

  it('is never below what a call of that length costs', () => {
    for (const seconds of [10, 59, 60, 61, 600, 3_600]) {
      const usage = { answered_seconds: [seconds], model_seconds: seconds };
      const plan = { terms: TERMS, max_duration_seconds: seconds };
      expect(actual(TERMS, usage).total).toBeLessThanOrEqual(worstCase(plan));
    }
  });
});

describe('what a call cost', () => {
  it('is nothing when nobody answered', () => {
    expect(actual(TERMS, { answered_seconds: [], model_seconds: 0 }).cost).toEqual({
      ...{ currency: 'USD', carrier: 0, model: 0, total: 0, estimated: true },
    });
  });

  it('counts started minutes per attempt, and the model by the second', () => {
    const usage = { answered_seconds: [1, 61], model_seconds: 30 };
    expect(actual(TERMS, usage)).toEqual({
      total: 3 * 18_000 + 2 * 7_500 + 15_000 + 2_000,
      cost: { currency: 'USD', carrier: 0.069, model: 0.017, total: 0.086, estimated: true },
    });
  });

  it('is the carrier’s word once there is one; what is in no bill is added', () => {
    const usage = { answered_seconds: [61], model_seconds: 60 };
    expect(actual(TERMS, usage, 28_000).cost).toEqual({
      ...{ currency: 'USD', carrier: 0.0435, model: 0.032, total: 0.0755, estimated: false },
    });
  });

  it('of a planned call is that of a minute and a half', () => {
    expect(estimate(TERMS).total).toBe(2 * 18_000 + 7_500 + 45_000 + 2_000);
    expect(estimate(TERMS).cost.estimated).toBe(true);
  });

  it('is read off the attempts; one that has no end yet lasts until now', () => {
    const attempt = (change: Partial<AttemptRecord>) => sampleAttempt('call_1', change);
    const usage = usageOf(
      [
        attempt({ ended_at: 5_000 }),
        attempt({ answered_at: 10_000, media_started_at: 11_000, ended_at: 40_000 }),
        attempt({ answered_at: 50_000, media_started_at: 51_000 }),
      ],
      60_000,
    );
    expect(usage).toEqual({ answered_seconds: [30, 10], model_seconds: 38 });
  });
});

describe('a price list', () => {
  const list = (prices: [to: string[], from: string[], per_minute: number][]): PriceList => ({
    ...{ currency: 'USD', billing_increment_seconds: 6, fees_per_minute: 1, fees_per_answer: 2 },
    prices: prices.map(([destination_prefixes, origination_prefixes, per_minute]) => ({
      ...{ destination_prefixes, origination_prefixes, per_minute },
    })),
  });
  const price = (prices: Parameters<typeof list>[0], to = '+37240123456', from = '+4912345') =>
    matchPrice(list(prices), { phone_number: to, from_number: from })?.per_minute;

  it.each([
    ['nothing fits', [[['1'], ['ALL'], 5]], undefined],
    ['the list is empty', [], undefined],
    ['an empty prefix fits nobody', [[[''], ['ALL'], 5]], undefined],
    ['only another origin fits', [[['372'], ['44'], 5]], undefined],
    [
      'the longest prefix counts, in any order',
      [
        [['372'], ['ALL'], 33],
        [['37240', '37270'], ['ALL'], 465],
      ],
      465,
    ],
    [
      'a longer prefix beats a fitting origin',
      [
        [['37240'], ['ALL'], 465],
        [['372'], ['49'], 1],
      ],
      465,
    ],
    [
      'the longest origin counts',
      [
        [['372'], ['ALL'], 9],
        [['372'], ['49', '44'], 3],
        [['372'], ['4'], 5],
      ],
      3,
    ],
    [
      'of equals the dearest counts',
      [
        [['372'], ['ALL'], 3],
        [['372'], ['ALL'], 9],
      ],
      9,
    ],
  ] as [string, Parameters<typeof list>[0], number | undefined][])(
    '%s',
    (_name, prices, expected) => {
      expect(price(prices)).toBe(expected);
    },
  );
});

describe('rates of the models', () => {
  const names = { talks: 'gpt-realtime-2.1-mini', reads: 'gpt-5.6-luna' };
  const none = { per_minute: null, currency: 'USD' };

  it('are dated, sourced and above nothing', () => {
    const rows = [
      ...Object.values(TALK_PRICES),
      ...Object.values(READ_PRICES),
      TRANSCRIPTION_PRICE,
    ];
    for (const { as_of, source, assumed: _assumed, ...prices } of rows) {
      expect(as_of).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(source).toMatch(/^https:\/\/developers\.openai\.com\//);
      for (const price of Object.values(prices)) expect(price).toBeGreaterThan(0);
    }
  });

  it('make a minute of the default models a few cents, and its worst case a multiple', () => {
    const rate = modelRate(names, none);
    expect(unitsOf(rate.per_minute)).toBeGreaterThan(0.015);
    expect(unitsOf(rate.per_minute)).toBeLessThan(0.05);
    expect(rate.worst_per_minute).toBeGreaterThan(2 * rate.per_minute);
    expect(rate.worst_per_call).toBeGreaterThan(rate.per_call);
  });

  it('count an unknown model as the dearest that is known', () => {
    const unknown = modelRate({ talks: 'new', reads: 'newer' }, none);
    for (const talks of Object.keys(TALK_PRICES))
      for (const reads of Object.keys(READ_PRICES)) {
        const rate = modelRate({ talks, reads }, none);
        expect(unknown.worst_per_minute).toBeGreaterThanOrEqual(rate.worst_per_minute);
        expect(unknown.worst_per_call).toBeGreaterThanOrEqual(rate.worst_per_call);
      }
  });

  it('are the operator’s own where there is one, with everything in it', () => {
    expect(modelRate(names, { per_minute: 40_000, currency: 'EUR' })).toEqual({
      ...{ currency: 'EUR', per_minute: 40_000, per_call: 0 },
      ...{ worst_per_minute: 40_000, worst_per_call: 0 },
    });
  });
});
