// Speech as a telephone carries it: 8,000 samples a second, mu-law, no silence at its ends.
import { encodeMuLaw } from '../../lib/mu-law.ts';

export const TELEPHONE_RATE = 8_000;
const CUTOFF_HZ = 3_500;
const HALF_TAPS = 16;
const QUIET = 200;
const EDGE_SAMPLES = 320;

/** Returns mu-law audio for 16-bit samples of any rate, trimmed to 40 ms of silence at both ends. */
export function toTelephone(samples: Int16Array, rate: number): Uint8Array {
  return encodeMuLaw(trim(resample(samples, rate, TELEPHONE_RATE)));
}

/** Returns the samples at another rate, low-passed by a windowed sinc so that nothing folds back. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples;
  const cutoff = Math.min(CUTOFF_HZ, from / 2, to / 2) / from;
  const reach = HALF_TAPS * Math.max(1, Math.round(from / to));
  const output = new Int16Array(Math.floor((samples.length * to) / from));
  for (let i = 0; i < output.length; i++) {
    output[i] = Math.round(valueAt(samples, (i * from) / to, reach, cutoff));
  }
  return output;
}

function valueAt(samples: Int16Array, at: number, reach: number, cutoff: number): number {
  const first = Math.max(Math.ceil(at) - reach, 0);
  const last = Math.min(Math.floor(at) + reach, samples.length - 1);
  let sum = 0;
  for (let i = first; i <= last; i++) {
    const distance = i - at;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 1));
    const x = 2 * cutoff * distance;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    sum += (samples[i] as number) * 2 * cutoff * sinc * window;
  }
  return Math.max(-32_768, Math.min(32_767, sum));
}

function trim(samples: Int16Array): Int16Array {
  const first = samples.findIndex((sample) => Math.abs(sample) > QUIET);
  const last = samples.findLastIndex((sample) => Math.abs(sample) > QUIET);
  if (first < 0) return samples;
  return samples.slice(Math.max(first - EDGE_SAMPLES, 0), last + EDGE_SAMPLES);
}
