import type { Queryable } from '../lib/database.ts';
import type { CallRecord } from './call-record.ts';
import { countryOf } from './destination.ts';
import type { CallStore, Settings } from './ports.ts';

/**
 * Returns the number of ours that a call comes from: the one asked for, else the one that the person was called from
 * before, else one of the person's country, else the first. undefined when there is none.
 */
export async function chooseFromNumber(
  on: Queryable,
  call: Pick<CallRecord, 'network' | 'phone_number' | 'order'>,
  { calls, settings }: { calls: CallStore; settings: Settings },
): Promise<string | undefined> {
  const own = settings.from_numbers[call.network];
  const { from_number } = call.order;
  if (from_number !== null && own.includes(from_number)) return from_number;
  const to = call.phone_number ?? '';
  const kept = own.length > 1 ? await calls.lastFromNumber(on, call.network, to) : undefined;
  if (kept !== undefined && own.includes(kept)) return kept;
  const country = countryOf(to);
  return own.find((number) => country !== undefined && countryOf(number) === country) ?? own[0];
}
