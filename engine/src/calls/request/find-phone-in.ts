// Finds a person's phone number in free text. In doubt nobody is called: a tax number or an order number can look
// like a phone of a stranger.
import { type CountryCode, findPhoneNumbersInText } from 'libphonenumber-js/max';
import type { ProblemFailure } from '../../contract/problem.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import { type Destination, readDestination } from '../destination.ts';

// Whole words: a hotel is no telephone, and the address of a link (href) is no reference.
const LABEL =
  /(?<![\p{L}\p{N}])(?:tel|telefone|telem[oó]vel|tel[eé]fono|phone|mobile|cell|whatsapp|contac?to|call)\b[^\d+]{0,20}$/iu;
const OTHER =
  /(?<![\p{L}\p{N}])(?:dial[- ]?(?:in|by)|meeting id|conference id|passcode|pin|nif|nipc|vat|iban|invoice|fatura|order|encomenda|pedido|ref(?:erence|er[eê]ncia)?)\b[^\d+]{0,30}$/iu;
const BEFORE = 45;
const NOT_A_PERSON = new Set([
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'UAN',
  'VOICEMAIL',
  'PAGER',
]);

interface Found {
  destination: Destination;
  sign: 'link' | 'label' | 'alone';
}

/** Returns the one number with the best sign: a `tel:` link, then a label such as “Phone:”, then the only one there is. */
export function findPhoneIn(
  text: string,
  country: string | null,
): Result<Destination[], ProblemFailure> {
  const found = numbersIn(text, country);
  for (const sign of ['link', 'label', 'alone'] as const) {
    const distinct = new Map(
      found
        .filter((one) => one.sign === sign)
        .map(({ destination }) => [destination.phone_number, destination]),
    );
    if (distinct.size === 1) return ok([...distinct.values()]);
    if (distinct.size > 1)
      return fail(unclear('There is more than one phone number in the text. Give `phone_number`.'));
  }
  return fail(unclear('No phone number was found in the text.'));
}

function numbersIn(text: string, country: string | null): Found[] {
  const options = {
    v2: true as const,
    ...(country === null ? {} : { defaultCountry: country as CountryCode }),
  };
  return findPhoneNumbersInText(text, options).flatMap(({ number, startsAt }) => {
    const read = readDestination(number.number, null);
    const before = text.slice(Math.max(0, startsAt - BEFORE), startsAt);
    if (!read.ok || OTHER.test(before) || NOT_A_PERSON.has(read.value.kind ?? '')) return [];
    const sign = /tel:\s*$/i.test(before) ? 'link' : LABEL.test(before) ? 'label' : 'alone';
    return [{ destination: read.value, sign }];
  });
}

const unclear = (detail: string): ProblemFailure => ({
  code: 'invalid_phone_number',
  refusal: true,
  detail,
  errors: [{ pointer: '/find_phone_in', code: 'invalid_phone_number', detail }],
});
