// Finds the price of a call in a carrier's list. Pure.
import type { NumberPair, PriceList, Quote } from './ports.ts';

/**
 * Returns the price of the longest prefix of the called number; among those, of the longest prefix of the calling
 * number. Of equals the dearest counts. Undefined when the list says nothing of this number.
 */
export function matchPrice(list: PriceList, numbers: NumberPair): Quote | undefined {
  const to = numbers.phone_number.replace(/^\+/, '');
  const from = numbers.from_number.replace(/^\+/, '');
  const fitting = list.prices
    .map((price) => ({
      per_minute: price.per_minute,
      to: longestFit(price.destination_prefixes, to),
      from: longestFit(price.origination_prefixes, from),
    }))
    .filter((price) => price.to >= 0 && price.from >= 0)
    .sort((a, b) => b.to - a.to || b.from - a.from || b.per_minute - a.per_minute);
  const [best] = fitting;
  if (best === undefined) return undefined;
  const { currency, billing_increment_seconds, fees_per_minute, fees_per_answer } = list;
  return {
    currency,
    per_minute: best.per_minute,
    billing_increment_seconds,
    fees_per_minute,
    fees_per_answer,
  };
}

/** Returns how many digits of `number` the best of the prefixes tells; 0 for any number, -1 when none fits. */
const longestFit = (prefixes: readonly string[], number: string): number =>
  Math.max(-1, ...prefixes.map((prefix) => fitOf(prefix, number)));

function fitOf(prefix: string, number: string): number {
  if (prefix.toUpperCase() === 'ALL') return 0;
  return prefix !== '' && number.startsWith(prefix) ? prefix.length : -1;
}
