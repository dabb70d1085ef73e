// Tones on a telephone line: made as mu-law, and recognised in 20 ms of it. Pure.
import { BYTES_PER_MS, decodeMuLaw, encodeMuLaw } from './mu-law.ts';

const SAMPLE_RATE = 8_000;

/** Returns `ms` of the given frequencies sounding together, each at `level` (of 32,767). */
export function toneAudio(frequencies: readonly number[], ms: number, level = 8_000): Uint8Array {
  const samples = new Int16Array(Math.round(ms * BYTES_PER_MS));
  for (let i = 0; i < samples.length; i++) {
    let sum = 0;
    for (const hz of frequencies) sum += Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE);
    samples[i] = Math.round(level * sum);
  }
  return encodeMuLaw(samples);
}

/** One frame as an ear takes it in. */
export interface FrameSound {
  /** Root mean square of the 16-bit samples. */
  rms: number;
  /** Frequency when the frame is one steady tone and nothing else. */
  toneHz: number | undefined;
}

/** Because speech is loud at -40 dB of full scale, and the noise of a line is not. */
const LOUD_RMS = 330;
const IMPURITY_MAX = 0.01;

export const isLoud = ({ rms }: Pick<FrameSound, 'rms'>): boolean => rms > LOUD_RMS;

/**
 * Returns the loudness of a frame of mu-law, and its frequency when it is a pure tone. A sine follows
 * x[n-1] + x[n+1] = 2·cos(w)·x[n]; how badly the samples do tells how much else there is.
 */
export function soundOf(muLaw: Uint8Array): FrameSound {
  const samples = decodeMuLaw(muLaw);
  let energy = 0;
  let cross = 0;
  let inner = 0;
  let sides = 0;
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i] as number;
    energy += x * x;
    if (i === 0 || i === samples.length - 1) continue;
    const side = (samples[i - 1] as number) + (samples[i + 1] as number);
    cross += x * side;
    inner += x * x;
    sides += side * side;
  }
  const rms = Math.sqrt(energy / Math.max(samples.length, 1));
  if (!isLoud({ rms }) || inner === 0) return { rms, toneHz: undefined };
  const double = cross / inner;
  const rest = Math.max(sides - double * cross, 0);
  const impurity = rest / ((2 + double * double) * inner);
  const toneHz = (Math.acos(Math.min(Math.max(double / 2, -1), 1)) * SAMPLE_RATE) / (2 * Math.PI);
  return { rms, toneHz: impurity < IMPURITY_MAX ? toneHz : undefined };
}

/** Returns the share of the energy of `samples` that lies at `hz`, about 0 to 1 (Goertzel). */
export function shareAt(samples: Int16Array, hz: number): number {
  const double = 2 * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE);
  let before = 0;
  let last = 0;
  let energy = 0;
  for (const x of samples) {
    const next = x + double * last - before;
    before = last;
    last = next;
    energy += x * x;
  }
  if (energy === 0) return 0;
  const power = last * last + before * before - double * last * before;
  return (2 * power) / (energy * samples.length);
}
