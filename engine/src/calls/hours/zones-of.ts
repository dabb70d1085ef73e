// Where a number can be: the time zones and, in the US, the states that it may ring in. Pure.
// Nobody tells where a mobile is: outside the countries that number mobiles by area, every zone of its country counts.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { AREA_STATES, COUNTRY_ZONES, PREFIX_ZONES } from './tables/number-zones.gen.ts';

/** Returns the IANA zones of one clock each that an E.164 number can be in; none when they are not known. */
export function zonesOf(phoneNumber: string): readonly string[] {
  const number = parsePhoneNumberFromString(phoneNumber);
  const zones = zonesOfCountry(number?.country);
  if (zones.length < 2 || !isPlaced(number?.getType(), number?.country)) return zones;
  return longestMatch(phoneNumber.slice(1)) ?? zones;
}

/** Returns one IANA zone for each clock of the country (ISO 3166); none for a country that is not known. */
export const zonesOfCountry = (country: string | undefined): readonly string[] =>
  (country && COUNTRY_ZONES[country]) || [];

/** Returns the US states (postal codes) that an E.164 number can be of: by area code, else all; none outside the US. */
export function statesOf(phoneNumber: string): readonly string[] {
  const number = parsePhoneNumberFromString(phoneNumber);
  if (number?.country !== 'US') return [];
  return AREA_STATES[phoneNumber.slice(2, 5)] ?? ALL_STATES;
}

const ALL_STATES: readonly string[] = [...new Set(Object.values(AREA_STATES).flat())].sort();

// Mobiles of these countries carry an area code too: https://github.com/google/libphonenumber/blob/master/FAQ.md
const AREA_MOBILES: ReadonlySet<string> = new Set(['BR', 'MX']);

const isPlaced = (kind: string | undefined, country: string | undefined): boolean =>
  kind === 'FIXED_LINE' ||
  kind === 'FIXED_LINE_OR_MOBILE' ||
  (kind === 'MOBILE' && AREA_MOBILES.has(country ?? ''));

function longestMatch(digits: string): readonly string[] | undefined {
  for (let length = LONGEST_PREFIX; length > 0; length--) {
    const zones = PREFIX_ZONES[digits.slice(0, length)];
    if (zones) return zones;
  }
  return undefined;
}

const LONGEST_PREFIX = Math.max(...Object.keys(PREFIX_ZONES).map((prefix) => prefix.length));
