import { readDestination } from '../calls/destination.ts';
import type { Person } from './ports.ts';

/** Returns whose data is meant; `is_number` tells whether the text is a phone number, in whatever form it was typed. */
export function readPerson(text: string, country: string | null): Person & { is_number: boolean } {
  const typed = text.trim();
  const read = readDestination(typed, country);
  return read.ok
    ? { phone_number: read.value.phone_number, typed, is_number: true }
    : { phone_number: typed, typed, is_number: false };
}
