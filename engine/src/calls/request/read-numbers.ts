// Which numbers are tried, in which order, and from which number of ours.
import type { PlaceCall } from '../../contract/place-call.ts';
import type { ProblemFailure } from '../../contract/problem.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import { type Destination, readDestination } from '../destination.ts';
import { findPhoneIn } from './find-phone-in.ts';
import { problemAt } from './problem-at.ts';

/** Returns at least one number that can be a phone's, each once; else why the first one cannot. */
export function readNumbers(
  request: PlaceCall,
  defaultCountry: string | null,
): Result<Destination[], ProblemFailure> {
  const country = request.country?.toUpperCase() ?? defaultCountry;
  const written = [request.phone_number ?? '', ...(request.phone_numbers ?? [])].filter(
    (text) => text.trim() !== '',
  );
  if (written.length === 0 && request.find_phone_in !== undefined)
    return findPhoneIn(request.find_phone_in, country);
  const read = (written.length === 0 ? [''] : written).map((text) =>
    readDestination(text, country),
  );
  const numbers = new Map<string, Destination>();
  for (const one of read) if (one.ok) numbers.set(one.value.phone_number, one.value);
  if (numbers.size > 0) return ok([...numbers.values()]);
  const [first] = read;
  return first && !first.ok ? first : fail({ code: 'invalid_phone_number', refusal: true });
}

/** Returns the number of ours that the builder chose, or null when Recado chooses. */
export function readFromNumber(
  request: PlaceCall,
  own: readonly string[],
): Result<string | null, ProblemFailure> {
  if (request.from_number === undefined || request.from_number === '') return ok(null);
  const number = request.from_number.replace(/[\s().-]/g, '');
  if (own.includes(number)) return ok(number);
  return fail(
    problemAt(
      'from_number_not_owned',
      ['from_number'],
      'Use one of your own numbers, with + and country code.',
    ),
  );
}
