// Speech engines give WAV files at 16 or 22.05 kHz; the telephone carries 8 kHz mu-law at an even level.
import { encodeMuLaw } from '../../lib/mu-law.ts';

const TELEPHONE_RATE = 8000;
const CUT_OFF_HZ = 3600;
const HALF_TAPS = 24;
const PHASES = 320;
const LEVEL = 3000; // Root mean square of speech, about -21 dB of full scale.
const HIGHEST = 28_000;
const QUIET = 200;
const EDGE_MS = 40;

/** Returns the mu-law telephone audio of a mono 16-bit WAV file, without the silence around the words. */
export function telephoneAudio(wav: Uint8Array): Uint8Array {
  const { samples, rate } = readWav(wav);
  return encodeMuLaw(level(trim(resample(samples, rate))));
}

function readWav(wav: Uint8Array): { samples: Int16Array; rate: number } {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  const rate = view.getUint32(24, true);
  let at = 12;
  while (at + 8 <= wav.length && view.getUint32(at, false) !== 0x64617461 /* "data" */) {
    at += 8 + view.getUint32(at + 4, true);
  }
  // A program that writes to a pipe does not know the length beforehand and claims too much.
  const bytes = Math.min(view.getUint32(at + 4, true), wav.length - at - 8) & ~1;
  const samples = new Int16Array(bytes / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(at + 8 + i * 2, true);
  return { samples, rate };
}

function resample(samples: Int16Array, rate: number): Float64Array {
  const step = rate / TELEPHONE_RATE;
  const out = new Float64Array(Math.floor(samples.length / step));
  const filters = new Map<number, Float64Array>(); // By the distance to the nearest sample; one at 16 kHz.
  for (let i = 0; i < out.length; i++) {
    const nearest = Math.round(i * step);
    const distance = Math.round((nearest - i * step) * PHASES) / PHASES;
    const filter = filters.get(distance) ?? filterAt(distance, rate);
    filters.set(distance, filter);
    let sum = 0;
    for (let tap = 0; tap < filter.length; tap++) {
      sum += (samples[nearest - HALF_TAPS + tap] ?? 0) * (filter[tap] as number);
    }
    out[i] = sum;
  }
  return out;
}

const filterAt = (distance: number, rate: number): Float64Array =>
  Float64Array.from({ length: 2 * HALF_TAPS + 1 }, (_, tap) =>
    lowPass(tap - HALF_TAPS + distance, rate),
  );

// Windowed sinc (Hamming).
function lowPass(offset: number, rate: number): number {
  const width = (2 * CUT_OFF_HZ) / rate;
  const angle = Math.PI * width * offset;
  const sinc = Math.abs(angle) < 1e-9 ? 1 : Math.sin(angle) / angle;
  return width * sinc * (0.54 + 0.46 * Math.cos((Math.PI * offset) / (HALF_TAPS + 1)));
}

function trim(samples: Float64Array): Float64Array {
  const loud = (sample: number): boolean => Math.abs(sample) > QUIET;
  const edge = (EDGE_MS * TELEPHONE_RATE) / 1000;
  const first = samples.findIndex(loud);
  if (first < 0) return samples.subarray(0, edge);
  return samples.subarray(Math.max(first - edge, 0), samples.findLastIndex(loud) + edge);
}

function level(samples: Float64Array): Int16Array {
  let energy = 0;
  let peak = 1;
  for (const sample of samples) {
    energy += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  const gain = Math.min(LEVEL / Math.sqrt(energy / samples.length + 1), HIGHEST / peak);
  return Int16Array.from(samples, (sample) => Math.round(sample * gain));
}
