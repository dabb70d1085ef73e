// What the rules of calling ask: who must not be called, what is spent, which limits are taken.

import { modelRate } from './calls/cost/model-rates.ts';
import { PriceBook } from './calls/cost/price-book.ts';
import type { Batches, OwnPhones, Suppressions } from './calls/ports.ts';
import type { Config } from './config.ts';
import type { Clock } from './lib/clock.ts';
import type { Database } from './lib/database.ts';
import type { Log } from './lib/log.ts';
import { dedupeKeyStore } from './store/dedupe-keys.ts';
import { laneStore } from './store/lanes.ts';
import { createPriceLists } from './store/prices.ts';
import { createSpend } from './store/spend.ts';

/** Returns the parts that judge calls. The carriers' prices are joined once the carriers are. */
export function openRules({
  database,
  clock,
  log,
}: {
  config: Config;
  database: Database;
  clock: Clock;
  log: Log;
}) {
  const carriers: ConstructorParameters<typeof PriceBook>[0]['carriers'] = {};
  const currency = 'USD';
  const rate = modelRate(
    { talks: 'gpt-realtime-2.1-mini', reads: 'gpt-5.6-luna' },
    { per_minute: null, currency },
  );
  return {
    carrierPrices: carriers,
    prices: new PriceBook({
      ...{ carriers, currency, clock, log },
      lists: createPriceLists(database),
      overrides: {},
    }),
    spend: createSpend({ call: null, key_day: null, day: null, month: null }),
    modelRates: { simulated: rate, live: rate },
    lanes: laneStore,
    dedupeKeys: dedupeKeyStore,
    suppressions: noSuppressions,
    ownPhones: noOwnPhones,
    batchCalls: noBatches,
  };
}

const noSuppressions: Suppressions = {
  isSuppressed: async () => false,
  add: async () => ({ added: false }),
};
const noOwnPhones: OwnPhones = { has: async () => false };
const noBatches: Batches = { isHeld: async () => false, noteEnded: async () => undefined };
