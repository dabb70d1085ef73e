import { decodeMuLaw, encodeMuLaw } from '../../engine/src/lib/mu-law.ts';
import { toPhoneRate } from '../../engine/src/voices/openai/resample.ts';
import { readWav } from '../../engine/src/voices/openai/wav.ts';

function wav(rate: number, samples: Int16Array, claimed = samples.length * 2): Uint8Array {
  const head = Buffer.alloc(44);
  head.write('RIFF\xff\xff\xff\xffWAVEfmt ', 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(claimed, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}
const tone = (rate: number, hertz: number): Int16Array =>
  Int16Array.from({ length: rate }, (_, i) => 10_000 * Math.sin((2 * Math.PI * hertz * i) / rate));
const rms = (samples: Int16Array): number =>
  Math.sqrt(
    samples.slice(200, -200).reduce((sum, one) => sum + one * one, 0) / (samples.length - 400),
  );

describe('speech audio', () => {
  it('comes through at 8 kHz bit by bit, so that a watermark survives', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i).filter((byte) => byte !== 0x7f);
    const pcm = readWav(wav(8_000, decodeMuLaw(bytes)));
    if (!pcm.ok) throw new Error(pcm.failure);
    expect(encodeMuLaw(toPhoneRate(pcm.value))).toEqual(bytes);
  });

  it('is read to its end when the size in the file is that of a stream', () => {
    const pcm = readWav(wav(24_000, tone(24_000, 440), 0xffff_ffff));
    expect(pcm.ok && pcm.value.samples.length).toBe(24_000);
  });

  it.each([24_000, 22_050, 16_000, 48_000])(
    'keeps speech and drops what a telephone line cannot carry, from %i Hz',
    (rate) => {
      const kept = toPhoneRate({ rate, samples: tone(rate, 1_000) });
      expect(kept.length).toBe(8_000);
      expect(rms(kept)).toBeGreaterThan(6_900);
      expect(rms(kept)).toBeLessThan(7_200);
      expect(rms(toPhoneRate({ rate, samples: tone(rate, 6_000) }))).toBeLessThan(30);
    },
  );

  it('is refused when it is no mono 16-bit PCM', () => {
    const stereo = wav(8_000, tone(8_000, 440));
    stereo[22] = 2;
    expect(readWav(stereo).ok).toBe(false);
    expect(readWav(new Uint8Array(60)).ok).toBe(false);
    expect(readWav(wav(8_000, new Int16Array(0)).subarray(0, 30)).ok).toBe(false);
  });
});
