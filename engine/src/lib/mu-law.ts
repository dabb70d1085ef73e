// G.711 mu-law (ITU-T G.711), 8,000 samples a second, one byte a sample: what telephone lines carry.

/** Samples, and so bytes, of one millisecond of telephone audio. */
export const BYTES_PER_MS = 8;
/** Telephone audio comes in frames of 20 ms. */
export const FRAME_BYTES = 160;
export const SILENCE = 0xff;

const BIAS = 0x84;
const CLIP = 32_635;

const DECODED = Int16Array.from({ length: 256 }, (_, byte) => decodeByte(byte));
const ENCODED = Uint8Array.from({ length: 65_536 }, (_, index) => encodeSample(index - 32_768));

/** Returns 16-bit samples for mu-law bytes. */
export function decodeMuLaw(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) samples[i] = DECODED[bytes[i] as number] as number;
  return samples;
}

/** Returns mu-law bytes for 16-bit samples. Decoding and encoding again gives the same bytes, but for negative zero. */
export function encodeMuLaw(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++)
    bytes[i] = ENCODED[(samples[i] as number) + 32_768] as number;
  return bytes;
}

function decodeByte(byte: number): number {
  const inverted = ~byte & 0xff;
  const exponent = (inverted >> 4) & 0x07;
  const magnitude = (((inverted & 0x0f) << 3) + BIAS) << exponent;
  return inverted & 0x80 ? BIAS - magnitude : magnitude - BIAS;
}

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = Math.max(31 - Math.clz32(magnitude) - 7, 0);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}
