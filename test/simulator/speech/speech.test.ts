import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../../engine/src/lib/log.ts';
import { decodeMuLaw, encodeMuLaw, FRAME_BYTES } from '../../../engine/src/lib/mu-law.ts';
import { createSpeaker } from '../../../engine/src/simulator/speech/speaker.ts';
import {
  createWatermarkReader,
  readWatermark,
  watermark,
} from '../../../engine/src/simulator/speech/watermark.ts';

const TEXT = 'Good morning, João. Is Tuesday at nine fine for you?';
const noise = (frames: number): Uint8Array =>
  Uint8Array.from({ length: frames * FRAME_BYTES }, (_, i) => (i * 7919 + (i >> 3)) & 0xff);

describe('the words in the low bit', () => {
  it('come back whole, with the time they took', () => {
    const { utterances } = readWatermark(watermark(noise(100), TEXT, 7));
    expect(utterances).toEqual([
      { id: 7, text: TEXT, complete: true, startMs: 0, endMs: 2000, frames: 100, missingFrames: 0 },
    ]);
  });

  it('are found at any byte offset and in pieces of any size', () => {
    const audio = watermark(noise(60), TEXT, 65_535);
    for (const offset of [1, 79, 159, 161]) {
      const reader = createWatermarkReader();
      const line = new Uint8Array(offset + audio.length).fill(0xff);
      line.set(audio, offset);
      for (let at = 0; at < line.length; at += 37) reader.push(line.subarray(at, at + 37));
      expect(reader.utterances()).toMatchObject([
        { text: TEXT, complete: true, startMs: offset / 8 },
      ]);
    }
  });

  it('stop at the last whole word when the audio was cut off', () => {
    const audio = watermark(noise(100), TEXT, 1).subarray(0, 50 * FRAME_BYTES);
    const [heard] = readWatermark(audio).utterances;
    expect(heard?.complete).toBe(false);
    expect(heard?.endMs).toBe(1000);
    expect(heard?.text).toBe('Good morning, João. Is');
  });

  it('show dropped frames', () => {
    const audio = watermark(noise(100), TEXT, 1);
    const dropped = Buffer.concat([
      audio.subarray(0, 20 * FRAME_BYTES),
      audio.subarray(23 * FRAME_BYTES),
    ]);
    expect(readWatermark(dropped).utterances).toMatchObject([
      { missingFrames: 3, complete: false, frames: 97 },
    ]);
  });

  it('survive mu-law decoded and encoded again, and are lost when the level changes', () => {
    const audio = watermark(noise(100), TEXT, 1);
    expect(readWatermark(encodeMuLaw(decodeMuLaw(audio))).utterances).toMatchObject([
      { text: TEXT, complete: true },
    ]);
    const louder = encodeMuLaw(decodeMuLaw(audio).map((sample) => sample * 0.9));
    expect(readWatermark(louder).utterances).toEqual([]);
  });

  it('make a clip longer that is too short for them', () => {
    const audio = watermark(noise(1), TEXT, 1);
    expect(audio.length).toBeGreaterThan(4 * FRAME_BYTES);
    expect(readWatermark(audio).utterances).toMatchObject([{ text: TEXT, complete: true }]);
  });
});

describe('the speaker', () => {
  it('says real audio that carries its words, and keeps clips on disk', async () => {
    const cacheDir = mkdtempSync(join(tmpdir(), 'speech-'));
    const speaker = createSpeaker({ cacheDir, log: silentLog });
    try {
      const [first, again] = await Promise.all([
        speaker.say('Hello, this is a call from Example Clinic.', { voice: 'slt', language: 'en' }),
        speaker.say('Hello, this is a call from Example Clinic.', {
          voice: 'slt',
          language: 'en-US',
        }),
      ]);
      expect(first.length % FRAME_BYTES).toBe(0);
      expect(first.length / 8).toBeGreaterThan(1500);
      expect(first.length / 8).toBeLessThan(5000);
      const loudest = decodeMuLaw(first).reduce(
        (most, sample) => Math.max(most, Math.abs(sample)),
        0,
      );
      expect(loudest).toBeGreaterThan(8000);
      const ids = [first, again].map((audio) => readWatermark(audio).utterances[0]);
      expect(ids[0]).toMatchObject({
        text: 'Hello, this is a call from Example Clinic.',
        complete: true,
      });
      expect(ids[0]?.id).not.toBe(ids[1]?.id);
      expect(readdirSync(cacheDir)).toHaveLength(1);
    } finally {
      await speaker.close();
      rmSync(cacheDir, { recursive: true });
    }
  });

  it('speaks Portuguese with whatever voice the machine has', async () => {
    const cacheDir = mkdtempSync(join(tmpdir(), 'speech-'));
    const speaker = createSpeaker({ cacheDir, log: silentLog });
    try {
      const audio = await speaker.say('Sim, está bem.', { voice: 'rms', language: 'pt' });
      expect(readWatermark(audio).utterances).toMatchObject([
        { text: 'Sim, está bem.', complete: true },
      ]);
    } finally {
      await speaker.close();
      rmSync(cacheDir, { recursive: true });
    }
  });
});
