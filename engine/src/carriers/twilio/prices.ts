// What Twilio says about money: its price lists (https://www.twilio.com/docs/voice/pricing) and the price of one call
// (https://www.twilio.com/docs/voice/api/call-resource).
import { z } from 'zod';
import type { Billed, CarrierPrices, PriceList } from '../../calls/cost/ports.ts';
import { type Micros, readMicros } from '../../lib/money.ts';
import { type ApiAccess, apiOf, restError, whyOf } from './api-client.ts';
import { CALL_STATUSES, STATES } from './failures.ts';

/** Returns what one Twilio account pays. Its prices are those of the account, discounts included. */
export function createTwilioPrices(account: ApiAccess): CarrierPrices {
  const log = account.log.child({ part: 'twilio' });
  const api = apiOf(account);
  const lists = apiOf({ timeoutMs: LIST_TIMEOUT_MS, ...account, ...pricingHost(account) });

  return {
    async list(name) {
      try {
        const { voice } = lists.pricing.v2;
        return 'country' in name
          ? fromCountry(await voice.countries(name.country).fetch())
          : fromNumber(await voice.numbers(name.phone_number).fetch());
      } catch (error) {
        // Twilio does not know the country, or takes the number for none.
        if ([400, 404].includes(restError(error)?.status ?? 0)) return 'none';
        log.warn({ why: whyOf(error) }, 'prices not read');
        return 'unavailable';
      }
    },

    async billed(carrierCallId) {
      try {
        return readBill(await api.calls(carrierCallId).fetch());
      } catch (error) {
        log.warn({ why: whyOf(error) }, 'price of a call not read');
        return 'unknown';
      }
    },
  };
}

// A person or program waits for the answer to its request meanwhile.
const LIST_TIMEOUT_MS = 5_000;

// A region of Twilio has an API of its own and no price list: https://www.twilio.com/docs/global-infrastructure
const pricingHost = ({ baseUrl }: ApiAccess): { baseUrl?: string } =>
  baseUrl !== undefined && new URL(baseUrl).hostname.endsWith('.twilio.com')
    ? { baseUrl: 'https://pricing.twilio.com' }
    : {};

/** Twilio rounds up to whole minutes: https://help.twilio.com/articles/223132307 */
const BILLING_INCREMENT_SECONDS = 60;

/**
 * In no price list and no bill of a single call, in the account's currency. As of 2026-11-24. Detection of machines:
 * https://www.twilio.com/docs/voice/answering-machine-detection. Media streams: assumed, see
 * https://www.twilio.com/en-us/voice/pricing.
 */
const FEES = { fees_per_minute: 4_000, fees_per_answer: 7_500 };

const price = z
  .union([z.string(), z.number()])
  .transform((value) => readMicros(String(value)))
  .pipe(z.number());
const prefixes = z.array(z.string());

const Country = z.object({
  priceUnit: z.string(),
  outboundPrefixPrices: z.array(
    z.object({
      currentPrice: price,
      originationPrefixes: prefixes,
      destinationPrefixes: prefixes,
    }),
  ),
});

const PhoneNumber = z.object({
  priceUnit: z.string(),
  destinationNumber: z.string(),
  outboundCallPrices: z.array(z.object({ currentPrice: price, originationPrefixes: prefixes })),
});

type Listed = PriceList | 'unavailable';

function fromCountry(answer: unknown): Listed {
  const read = Country.safeParse(answer);
  if (!read.success) return 'unavailable';
  return listOf(
    read.data.priceUnit,
    read.data.outboundPrefixPrices.map((one) => ({
      destination_prefixes: one.destinationPrefixes,
      origination_prefixes: one.originationPrefixes,
      per_minute: one.currentPrice,
    })),
  );
}

function fromNumber(answer: unknown): Listed {
  const read = PhoneNumber.safeParse(answer);
  if (!read.success) return 'unavailable';
  return listOf(
    read.data.priceUnit,
    read.data.outboundCallPrices.map((one) => ({
      destination_prefixes: [read.data.destinationNumber.replace(/^\+/, '')],
      origination_prefixes: one.originationPrefixes,
      per_minute: one.currentPrice,
    })),
  );
}

const listOf = (currency: string, prices: PriceList['prices']): PriceList => ({
  currency: currency.toUpperCase(),
  billing_increment_seconds: BILLING_INCREMENT_SECONDS,
  ...FEES,
  prices,
});

const Call = z.object({
  status: z.string(),
  price: z.string().nullable(),
  priceUnit: z.string().nullable(),
});

function readBill(answer: unknown): Billed | 'not_yet' | 'unknown' {
  const read = Call.safeParse(answer);
  if (!read.success) return 'unknown';
  const status = CALL_STATUSES.find((known) => known === read.data.status);
  if (status === undefined || STATES[status] !== 'ended') return 'not_yet';
  const currency = (read.data.priceUnit ?? 'USD').toUpperCase();
  const amount = amountOf(read.data.price);
  if (amount !== undefined) return { amount, currency };
  // Nobody answered, so there is nothing to pay, and Twilio may never write a price down.
  return status === 'completed' ? 'not_yet' : { amount: 0, currency };
}

/** Twilio writes what it takes as a negative number. */
const amountOf = (text: string | null): Micros | undefined =>
  text === null ? undefined : readMicros(text.trim().replace(/^-/, ''));
