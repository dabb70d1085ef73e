// Prices of the simulated carrier, made up, in the forms of Twilio's price lists and bills
// (https://www.twilio.com/docs/voice/pricing, https://www.twilio.com/docs/voice/api/call-resource).
import type { FastifyInstance } from 'fastify';
import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import type { Faults } from '../faults.ts';
import { takeFault } from '../faults.ts';
import { durationSeconds, type SimulatedCall, TERMINAL } from './call.ts';
import { errorBody, type RestError } from './refuse-call.ts';

/** One row of a country's price list: USD per started minute. */
interface Row {
  name: string;
  to: readonly string[];
  from: readonly string[];
  price: string;
}

const ANY = ['ALL'];
const LISTS: Readonly<Record<string, readonly Row[]>> = {
  US: [
    { name: 'United States', to: ['1'], from: ANY, price: '0.0140' },
    { name: 'United States - Alaska', to: ['1907'], from: ANY, price: '0.0900' },
  ],
  PT: [
    { name: 'Portugal', to: ['351'], from: ANY, price: '0.0240' },
    { name: 'Portugal', to: ['351'], from: ['34', '351', '44'], price: '0.0120' },
    { name: 'Portugal - Mobile', to: ['3519'], from: ANY, price: '0.3500' },
    { name: 'Portugal - Mobile', to: ['3519'], from: ['34', '351', '44'], price: '0.0405' },
  ],
};
const OTHER_PRICE = '0.0500';
const BILLED_AFTER_MS = 5_000;

const NOT_FOUND: RestError = {
  status: 404,
  code: 20_404,
  message: 'The requested resource was not found',
};

/** Adds the price lists, which answer on the same address as everything else. */
export function addPricingRoutes(app: FastifyInstance, { faults }: { faults: Faults }): void {
  const failure = (): RestError | undefined => {
    const fault = takeFault(faults.carrier.failPricing);
    return fault && { status: fault.status, code: 20_503, message: 'A failure made on purpose' };
  };
  app.get<{ Params: { country: string } }>('/v2/Voice/Countries/:country', (request, reply) => {
    const { country } = request.params;
    const rows = rowsOf(country, faults);
    const error = failure() ?? (rows ? undefined : NOT_FOUND);
    if (error) return reply.code(error.status).send(errorBody(error));
    return reply.send({
      country,
      iso_country: country,
      outbound_prefix_prices: rows?.map(({ name, to, from, price }) => ({
        ...{ friendly_name: name, destination_prefixes: to, origination_prefixes: from },
        ...{ base_price: price, current_price: price },
      })),
      inbound_call_prices: [],
      price_unit: 'USD',
      url: `https://pricing.twilio.com/v2/Voice/Countries/${country}`,
    });
  });
  app.get<{ Params: { number: string } }>('/v2/Voice/Numbers/:number', (request, reply) => {
    const { number } = request.params;
    const country = parsePhoneNumberFromString(number)?.country;
    const rows = country && rowsFor(number, rowsOf(country, faults) ?? []);
    const error = failure() ?? (rows && rows.length > 0 ? undefined : NOT_FOUND);
    if (error) return reply.code(error.status).send(errorBody(error));
    return reply.send({
      destination_number: number,
      origination_number: null,
      country,
      iso_country: country,
      outbound_call_prices: rows?.map(({ from, price }) => ({
        ...{ base_price: price, current_price: price, origination_prefixes: from },
      })),
      inbound_call_price: { base_price: null, current_price: null, number_type: null },
      price_unit: 'USD',
      url: `https://pricing.twilio.com/v2/Voice/Numbers/${number}`,
    });
  });
}

/** Returns what a call cost as its resource tells it, negative; null until it is billed, and for ever when nobody answered. */
export function priceOf(call: SimulatedCall, now: number, faults: Faults): string | null {
  const after = faults.carrier.billAfterMs ?? BILLED_AFTER_MS;
  if (!TERMINAL.has(call.status) || call.endedAt === null || call.answeredAt === null) return null;
  if (now < call.endedAt + after) return null;
  const country = parsePhoneNumberFromString(call.to)?.country ?? 'US';
  const fitting = rowsFor(call.to, rowsOf(country, faults) ?? []).filter(
    ({ from }) => fits(from, call.from) >= 0,
  );
  const row = fitting.toSorted((a, b) => fits(b.from, call.from) - fits(a.from, call.from))[0];
  const minutes = Math.max(1, Math.ceil(durationSeconds(call) / 60));
  return (-minutes * Number(row?.price ?? OTHER_PRICE)).toFixed(5);
}

function rowsOf(country: string, faults: Faults): readonly Row[] | undefined {
  if (!isSupportedCountry(country) || faults.carrier.unpricedCountries?.includes(country))
    return undefined;
  const code = getCountryCallingCode(country as CountryCode);
  return LISTS[country] ?? [{ name: country, to: [code], from: ANY, price: OTHER_PRICE }];
}

/** Returns the rows of the longest prefix of this number. */
function rowsFor(number: string, rows: readonly Row[]): Row[] {
  const longest = Math.max(...rows.map(({ to }) => fits(to, number)));
  return longest < 0 ? [] : rows.filter(({ to }) => fits(to, number) === longest);
}

const fits = (prefixes: readonly string[], number: string): number =>
  Math.max(
    ...prefixes.map((prefix) => {
      if (prefix === 'ALL') return 0;
      return number.replace(/^\+/, '').startsWith(prefix) ? prefix.length : -1;
    }),
  );
