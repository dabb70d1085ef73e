// What comes out of a simulated phone: words and beeps, one after the other, with silence between.
import { BYTES_PER_MS, encodeMuLaw } from '../../lib/mu-law.ts';
import type { Speaker } from '../speech/speaker.ts';
import { createPlayout } from './playout.ts';

export interface Said {
  text: string;
  startMs: number;
  endMs: number;
}

export interface Mouth {
  /** Says `text` after what was said before; resolves when it is out. */
  say(text: string): Promise<void>;
  /** Plays the beep of an answering machine, and calls `over` at its end. */
  beep(over: () => void): void;
  /** Returns the next 20 ms. */
  take(): Uint8Array;
  said(): readonly Said[];
}

const BEEP_MS = 300;
const BEEP_HZ = 1000;

/** `atMs` tells how much audio was taken so far, in milliseconds. */
export function createMouth(speaker: Speaker, language: string, atMs: () => number): Mouth {
  const playout = createPlayout();
  const said: Said[] = [];
  let speakingUntil = 0;

  return {
    async say(text) {
      const audio = await speaker.say(text, { voice: 'rms', language });
      const startMs = Math.max(atMs(), speakingUntil);
      speakingUntil = startMs + audio.length / BYTES_PER_MS;
      said.push({ text, startMs, endMs: speakingUntil });
      playout.add(audio);
      await new Promise<void>((resolve) => playout.mark(() => resolve()));
    },
    beep(over) {
      playout.add(BEEP);
      playout.mark(over);
    },
    take: () => playout.take(),
    said: () => said,
  };
}

const BEEP = encodeMuLaw(
  Int16Array.from({ length: BEEP_MS * BYTES_PER_MS }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * BEEP_HZ * i) / 8000)),
  ),
);
