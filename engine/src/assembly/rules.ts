// What the rules of calling ask: who must not be called, what is spent, which limits are taken.

import { modelRate } from '../calls/cost/model-rates.ts';
import { PriceBook } from '../calls/cost/price-book.ts';
import type { OwnPhoneList, Suppressions } from '../calls/ports.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';
import { dedupeKeyStore } from '../store/dedupe-keys.ts';
import { laneStore } from '../store/lanes.ts';
import { createPriceLists } from '../store/prices.ts';
import { createSpend } from '../store/spend.ts';

/** Returns the parts that judge calls. The carriers' prices are joined once the carriers are. */
export function openRules({
  config,
  database,
  clock,
  log,
  suppressions,
  ownPhones,
}: {
  config: Config;
  database: Database;
  clock: Clock;
  log: Log;
  suppressions: Suppressions;
  ownPhones: OwnPhoneList;
}) {
  const carriers: ConstructorParameters<typeof PriceBook>[0]['carriers'] = {};
  const { currency, limits, callPrices, modelPricePerMinute } = config.spending;
  const { openai } = config;
  const own = { per_minute: modelPricePerMinute, currency };
  return {
    carrierPrices: carriers,
    prices: new PriceBook({
      ...{ carriers, currency, clock, log },
      lists: createPriceLists(database),
      overrides: callPrices,
    }),
    spend: createSpend(limits),
    modelRates: {
      simulated: modelRate(SIMULATED_MODELS, own),
      live: modelRate(
        openai ? { talks: openai.realtimeModel, reads: openai.textModel } : SIMULATED_MODELS,
        own,
      ),
    },
    lanes: laneStore,
    dedupeKeys: dedupeKeyStore,
    suppressions,
    ownPhones,
  };
}

// The models that the simulated network stands for.
const SIMULATED_MODELS = { talks: 'gpt-realtime-2.1-mini', reads: 'gpt-5.6-luna' };
