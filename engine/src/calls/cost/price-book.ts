// Prices of calling a number: the operator's own, else the carrier's list, asked for once a day.
// Invariant: a price that nobody told is undefined, never a guess.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Network } from '../../contract/vocabulary.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Micros } from '../../lib/money.ts';
import { matchPrice } from './match-price.ts';
import type {
  CarrierPrices,
  KeptList,
  NumberPair,
  PriceList,
  PriceListName,
  PriceLists,
  Prices,
  Quote,
} from './ports.ts';

export interface PriceBookOptions {
  /** May be filled in later, before the first call. */
  carriers: Partial<Record<Network, CarrierPrices>>;
  lists: PriceLists;
  /** ISO country, or `*` for all others, to the price of a minute with everything in it; wins over the carrier. */
  overrides: Readonly<Record<string, Micros>>;
  /** Amounts in another currency cannot be counted against limits, so they are no price. */
  currency: string;
  clock: Clock;
  log: Log;
}

const HOUR_MS = 3_600_000;
const FRESH_MS = 24 * HOUR_MS;
// That a carrier has no price may be put right by the operator within the day.
const NONE_FRESH_MS = HOUR_MS;
const STALE_MS = 7 * 24 * HOUR_MS;
const ASK_AGAIN_MS = 30_000;
const REMEMBERED_MAX = 500;
const MINUTE_SECONDS = 60;
// Numbers that differ in their last digits only cost the same, and a shorter text is nobody's number.
const BLOCK_DIGITS = 4;

interface Remembered {
  kept: KeptList | undefined;
  /** Until then the carrier is not asked again. */
  good_until: number;
}

export class PriceBook implements Prices {
  readonly #options: PriceBookOptions;
  readonly #remembered = new Map<string, Remembered>();
  readonly #asked = new Map<string, Promise<KeptList | undefined>>();

  constructor(options: PriceBookOptions) {
    this.#options = options;
  }

  async quote(network: Network, numbers: NumberPair): Promise<Quote | undefined> {
    const country = parsePhoneNumberFromString(numbers.phone_number)?.country;
    const own = this.#own(country);
    if (own) return own;
    const names: PriceListName[] = [
      ...(country === undefined ? [] : [{ country }]),
      { phone_number: numbers.phone_number },
    ];
    for (const name of names) {
      const kept = await this.#list(network, name);
      // A carrier that cannot be asked for one list is not asked for the next.
      if (kept === undefined) return undefined;
      const quote = kept.list ? matchPrice(kept.list, numbers) : undefined;
      if (quote) return this.#inOurCurrency(quote, network);
    }
    return undefined;
  }

  #own(country: string | undefined): Quote | undefined {
    const { overrides, currency } = this.#options;
    const per_minute = overrides[country ?? '*'] ?? overrides['*'];
    if (per_minute === undefined) return undefined;
    const fees = { fees_per_minute: 0, fees_per_answer: 0 };
    return { currency, per_minute, billing_increment_seconds: MINUTE_SECONDS, ...fees };
  }

  #inOurCurrency(quote: Quote, network: Network): Quote | undefined {
    const { currency, log } = this.#options;
    if (quote.currency === currency) return quote;
    log.warn(
      { network, carrier_currency: quote.currency, currency },
      'the carrier bills in another currency than SPEND_CURRENCY: set CALL_PRICES',
    );
    return undefined;
  }

  /** The list as known; undefined when the carrier cannot be asked and nothing younger than a week is kept. */
  async #list(network: Network, name: PriceListName): Promise<KeptList | undefined> {
    const key = `${network} ${nameOf(name)}`;
    const known = this.#remembered.get(key);
    if (known && this.#options.clock.now() < known.good_until) return known.kept;
    const running = this.#asked.get(key);
    if (running !== undefined) return running;
    const asking = this.#find(network, name, key).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asking);
    return asking;
  }

  async #find(network: Network, name: PriceListName, key: string): Promise<KeptList | undefined> {
    const { lists, clock } = this.#options;
    const stored = await lists.find(network, nameOf(name));
    if (stored && clock.now() < freshUntil(stored))
      return this.#remember(key, stored, freshUntil(stored));

    const answer = (await this.#options.carriers[network]?.list(name)) ?? 'unavailable';
    const now = clock.now();
    if (answer === 'unavailable') {
      const usable = stored && now < stored.fetched_at + STALE_MS ? stored : undefined;
      return this.#remember(key, usable, now + ASK_AGAIN_MS);
    }
    const kept = { list: answer === 'none' ? null : narrowed(answer, name), fetched_at: now };
    await lists.keep(network, nameOf(name), kept);
    return this.#remember(key, kept, freshUntil(kept));
  }

  #remember(key: string, kept: KeptList | undefined, good_until: number): KeptList | undefined {
    this.#remembered.delete(key);
    this.#remembered.set(key, { kept, good_until });
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= REMEMBERED_MAX) break;
      this.#remembered.delete(oldest);
    }
    return kept;
  }
}

const freshUntil = (kept: KeptList): number =>
  kept.fetched_at + (kept.list === null ? NONE_FRESH_MS : FRESH_MS);

const blockOf = (phoneNumber: string): string =>
  phoneNumber.replace(/^\+/, '').slice(0, -BLOCK_DIGITS);

const nameOf = (name: PriceListName): string =>
  'country' in name ? `country ${name.country}` : `block ${blockOf(name.phone_number)}`;

// What was told of one number is kept for its neighbours.
const narrowed = (list: PriceList, name: PriceListName): PriceList =>
  'country' in name
    ? list
    : {
        ...list,
        prices: list.prices.map((price) => ({
          ...price,
          destination_prefixes: [blockOf(name.phone_number)],
        })),
      };
