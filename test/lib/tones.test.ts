import { createDtmfReader, dtmfAudio } from '../../engine/src/lib/dtmf.ts';
import { BYTES_PER_MS, encodeMuLaw, FRAME_BYTES } from '../../engine/src/lib/mu-law.ts';
import { soundOf, toneAudio } from '../../engine/src/lib/tones.ts';
import { createSynthesis } from '../../engine/src/simulator/speech/synthesis.ts';

const framesOf = (audio: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(audio.length / FRAME_BYTES) }, (_, i) =>
    audio.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
  );

function keysIn(audio: Uint8Array): string {
  const reader = createDtmfReader();
  return framesOf(audio)
    .map((frame) => reader.hear(frame).key ?? '')
    .join('');
}

const speech = async (): Promise<Uint8Array> => {
  const synthesis = createSynthesis();
  try {
    return await synthesis.speak(
      'Good morning, this is a rather long sentence with many vowels: you, see, who, far, more.',
      'slt',
    );
  } finally {
    await synthesis.close();
  }
};

describe('keys of a telephone', () => {
  it('are read as they were pressed, each once, also the same one twice', () => {
    expect(keysIn(dtmfAudio('0123456789*#ABCD'))).toBe('0123456789*#ABCD');
    expect(keysIn(dtmfAudio('11w22'))).toBe('1122');
  });

  it('are read wherever in a frame they begin, and with noise on the line', () => {
    for (const offset of [1, 40, 80, 120, 159]) {
      const late = new Uint8Array(offset + dtmfAudio('15#').length).fill(0xff);
      late.set(dtmfAudio('15#'), offset);
      expect(keysIn(late)).toBe('15#');
    }
  });

  it('make whole frames, and nothing of what is no key', () => {
    expect(dtmfAudio('1').length % FRAME_BYTES).toBe(0);
    expect(dtmfAudio('x y!')).toHaveLength(0);
  });

  it('are not heard in speech', async () => {
    expect(keysIn(await speech())).toBe('');
  });
});

describe('a pure tone', () => {
  it.each([500, 850, 1000, 1400, 2100])('of %d Hz is told by its frequency', (hz) => {
    const { toneHz } = soundOf(toneAudio([hz], 20));
    expect(toneHz).toBeGreaterThan(hz - 15);
    expect(toneHz).toBeLessThan(hz + 15);
  });

  it('is not two tones, noise or silence', () => {
    expect(soundOf(toneAudio([697, 1209], 20)).toneHz).toBeUndefined();
    expect(soundOf(new Uint8Array(FRAME_BYTES).fill(0xff)).toneHz).toBeUndefined();
    let seed = 1;
    const noise = Int16Array.from({ length: 20 * BYTES_PER_MS }, () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return (seed % 8_000) - 4_000;
    });
    expect(soundOf(encodeMuLaw(noise)).toneHz).toBeUndefined();
  });
});
