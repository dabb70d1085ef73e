// How a call is recorded: off, told, or only after a yes. Some places allow it only with everybody's consent. Pure.
import { readDestination } from '../../calls/destination.ts';
import { statesOf } from '../../calls/hours/zones-of.ts';

export type RecordingMode = 'off' | 'notify' | 'ask';

/**
 * Where everybody on the phone has to agree: DE by StGB § 201, PT by Lei 41/2004 art. 4, and the US states whose law asks for
 * all parties (https://www.rcfp.org/reporters-recording-guide/, read 2026-07). Those where it depends are counted in.
 */
export const ALL_PARTY_PLACES: readonly string[] = [
  ...['DE', 'PT'],
  ...['CA', 'CT', 'DE', 'FL', 'IL', 'MA', 'MD', 'MI', 'MT', 'NV', 'NH', 'OR', 'PA', 'WA'].map(
    (state) => `US-${state}`,
  ),
];

/** Returns how a phone call to this number is recorded; a number that may be in one of `places` is asked, not only told. */
export function recordingMode(
  wanted: RecordingMode,
  phoneNumber: string,
  places: readonly string[],
): RecordingMode {
  if (wanted !== 'notify') return wanted;
  return placesOf(phoneNumber).some((place) => places.includes(place)) ? 'ask' : 'notify';
}

function placesOf(phoneNumber: string): readonly string[] {
  const read = readDestination(phoneNumber, null);
  const country = read.ok ? read.value.country : undefined;
  if (country !== 'US') return country === undefined ? [] : [country];
  return statesOf(phoneNumber).map((state) => `US-${state}`);
}
