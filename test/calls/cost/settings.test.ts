import { goLive, loadConfig } from '../../../engine/src/config.ts';

const spendingOf = (env: Record<string, string>) => {
  const config = loadConfig(env);
  return config.ok ? config.value.spending : config.failure;
};

it('limits and prices are read exactly, in millionths; nothing set is no limit', () => {
  expect(spendingOf({})).toEqual({
    ...{ currency: 'USD', callPrices: {}, modelPricePerMinute: null },
    limits: { call: null, key_day: null, day: null, month: null },
  });
  expect(
    spendingOf({
      SPEND_CURRENCY: 'eur',
      ...{ SPEND_LIMIT_CALL: '0.05', SPEND_LIMIT_KEY_DAY: '0', SPEND_LIMIT_DAY: '20' },
      ...{ SPEND_LIMIT_MONTH: '', MODEL_PRICE_PER_MINUTE: '0.1' },
      CALL_PRICES: ' pt = 0.03, ES=0.0215 ,*=1',
    }),
  ).toEqual({
    currency: 'EUR',
    limits: { call: 50_000, key_day: 0, day: 20_000_000, month: null },
    callPrices: { PT: 30_000, ES: 21_500, '*': 1_000_000 },
    modelPricePerMinute: 100_000,
  });
});

it.each([
  ['SPEND_LIMIT_DAY', '20 USD'],
  ['SPEND_LIMIT_DAY', '-1'],
  ['SPEND_LIMIT_DAY', '1e9'],
  ['SPEND_LIMIT_MONTH', '20,50'],
  ['MODEL_PRICE_PER_MINUTE', 'free'],
  ['SPEND_CURRENCY', 'dollars'],
  ['CALL_PRICES', 'PT'],
  ['CALL_PRICES', 'Portugal=0.03'],
  ['CALL_PRICES', 'PT=0.03=0.04x'],
  ['CALL_PRICES', 'PT=-0.03'],
  ['CALL_PRICES', 'PT=0.03;ES=0.02'],
])('%s=%s stops the start and is named', (name, text) => {
  expect(spendingOf({ [name]: text })).toEqual([{ name, detail: expect.any(String) }]);
});

it('prices of the models are not taken for another currency', () => {
  expect(spendingOf({ SPEND_CURRENCY: 'EUR' })).toEqual([
    { name: 'MODEL_PRICE_PER_MINUTE', detail: expect.stringContaining('USD') },
  ]);
});

it('live keys need a limit for the day', () => {
  const missing = (env: Record<string, string>) => {
    const config = loadConfig(env);
    return config.ok ? goLive(config.value).join('\n') : '';
  };
  expect(missing({})).toContain('SPEND_LIMIT_DAY');
  expect(missing({ SPEND_LIMIT_DAY: '20' })).not.toContain('SPEND_LIMIT_DAY');
});
