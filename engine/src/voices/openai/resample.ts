// Speech at any rate to the 8 kHz of telephone lines, by a windowed-sinc low-pass (Hann, 16 zero crossings a side).
import type { Pcm } from './wav.ts';

const PHONE_RATE = 8_000;
const CROSSINGS = 16;
// Leaves a little room below 4 kHz, so that what lies above does not fold back.
const CUTOFF = 0.9;

/** Returns the samples at 8 kHz. Sound that is at 8 kHz already comes back as it is, bit by bit. */
export function toPhoneRate({ rate, samples }: Pcm): Int16Array {
  if (rate === PHONE_RATE) return samples;
  const divisor = gcd(rate, PHONE_RATE);
  const step = rate / divisor;
  const phases = PHONE_RATE / divisor;
  const kernels = Array.from({ length: phases }, (_, phase) => kernel(phase / phases, rate));
  const out = new Int16Array(Math.floor((samples.length * phases) / step));
  for (let n = 0; n < out.length; n++) {
    const position = n * step;
    out[n] = weighted(
      samples,
      Math.floor(position / phases),
      kernels[position % phases] as Float64Array,
    );
  }
  return out;
}

function weighted(samples: Int16Array, center: number, weights: Float64Array): number {
  const first = center - (weights.length - 1) / 2;
  let sum = 0;
  for (let i = 0; i < weights.length; i++)
    sum += (samples[first + i] ?? 0) * (weights[i] as number);
  return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
}

function kernel(offset: number, rate: number): Float64Array {
  const bandwidth = (CUTOFF * PHONE_RATE) / rate;
  const half = Math.ceil(CROSSINGS / bandwidth);
  const weights = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const x = i - half - offset;
    const window = Math.abs(x) < half ? 0.5 + 0.5 * Math.cos((Math.PI * x) / half) : 0;
    return sinc(x * bandwidth) * window;
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
