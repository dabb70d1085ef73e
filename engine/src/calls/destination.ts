// Which numbers may be called at all. Pure; the same function guards accepting and dialing.
// Number data: libphonenumber's full set, since the small one does not tell mobile from premium.
import {
  type CountryCode,
  ParseError,
  type PhoneNumber,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max';
import type { ProblemFailure } from '../contract/problem.ts';
import { fail, ok, type Result } from '../lib/result.ts';

export interface Destination {
  /** E.164. */
  phone_number: string;
  /** ISO 3166 region that the number belongs to; undefined for numbers of no country. */
  country: string | undefined;
  kind: string | undefined;
}

const CALLED_KINDS = new Set(['FIXED_LINE', 'MOBILE', 'FIXED_LINE_OR_MOBILE', 'VOIP']);
// Emergency and service codes are short everywhere, also behind a prefix such as 9 for an outside line.
const SHORTEST_NUMBER = 7;
const E164 = /^\+[1-9]\d{6,14}$/;

/** Returns the number in E.164 and where it belongs, or why it cannot be one. Never takes a number out of other text. */
export function readDestination(
  text: string,
  country: string | null,
): Result<Destination, ProblemFailure> {
  const digits = text.replace(/[\s().\-/]/g, '');
  if (/^\d+$/.test(digits) && digits.length < SHORTEST_NUMBER) {
    return fail({
      code: 'emergency_number_blocked',
      refusal: true,
      detail: 'Short numbers, emergency numbers among them, are never called.',
    });
  }
  // Only plain ASCII digits: a letter O or a full-width digit is a slip that must not ring somebody else.
  if (!/^\+?\d+$/.test(digits))
    return fail(invalid('Write only digits, with + and the country code first.'));
  if (!digits.startsWith('+') && country === null) {
    return fail(invalid('Start with + and the country code, or give `country`, such as PT.'));
  }
  return parse(digits, country);
}

/** Returns the ISO 3166 region of an E.164 number; undefined for numbers of none. */
export function countryOf(phoneNumber: string): string | undefined {
  const read = readDestination(phoneNumber, null);
  return read.ok ? read.value.country : undefined;
}

function parse(digits: string, country: string | null): Result<Destination, ProblemFailure> {
  let number: PhoneNumber;
  try {
    number = parsePhoneNumberWithError(digits, {
      extract: false,
      ...(country === null ? {} : { defaultCountry: country.toUpperCase() as CountryCode }),
    });
  } catch (error) {
    if (error instanceof ParseError)
      return fail(invalid('This is not a phone number of any country.'));
    throw error;
  }
  if (!number.isValid() || number.ext || !E164.test(number.number)) {
    return fail(invalid('No phone of this country has such a number.'));
  }
  return ok({ phone_number: number.number, country: number.country, kind: number.getType() });
}

const invalid = (detail: string): ProblemFailure => ({
  code: 'invalid_phone_number',
  refusal: true,
  detail,
  errors: [{ pointer: '/phone_number', code: 'invalid_phone_number', detail }],
});

export interface DestinationRules {
  /** Regions that may be called; for test calls an empty list means all, since no phone rings. */
  allowed_countries: readonly string[];
  mode: 'test' | 'live';
  own_numbers: readonly string[];
}

/** Returns why this number may not be called, or undefined when it may. */
export function destinationRefusal(
  to: Destination,
  rules: DestinationRules,
): ProblemFailure | undefined {
  if (rules.own_numbers.includes(to.phone_number)) {
    return {
      code: 'loop_blocked',
      refusal: true,
      detail: 'The number to call is one that Recado calls from.',
    };
  }
  if (rules.mode === 'live' && isTestNumber(to.phone_number)) {
    return {
      code: 'test_number_only',
      refusal: true,
      detail: 'Numbers with 555-01xx belong to nobody. Use a test key for them.',
    };
  }
  // Of no country only shared cost (+808) is a class to name; the rest (satellites, +979) is refused as no country.
  const isClassed = to.country !== undefined || to.kind === 'SHARED_COST';
  if (isClassed && (to.kind === undefined || !CALLED_KINDS.has(to.kind))) {
    const kind = to.kind?.toLowerCase() ?? 'unknown';
    return {
      code: 'number_class_blocked',
      refusal: true,
      detail: `Numbers of the class ${kind} are not called.`,
    };
  }
  if (to.country === undefined || !isCountryAllowed(to.country, rules)) {
    return {
      code: 'country_not_allowed',
      refusal: true,
      detail: `Calls to ${to.country ?? 'numbers of no country'} are not allowed. The operator sets ALLOWED_COUNTRIES.`,
    };
  }
  return undefined;
}

/** True for the numbers that are set aside for fiction: +1, any area, 555-01xx. */
export const isTestNumber = (phoneNumber: string): boolean =>
  /^\+1\d{3}55501\d{2}$/.test(phoneNumber);

function isCountryAllowed(country: string, { allowed_countries, mode }: DestinationRules): boolean {
  if (mode === 'test' && (allowed_countries.length === 0 || country === 'US')) return true;
  return allowed_countries.includes(country);
}
