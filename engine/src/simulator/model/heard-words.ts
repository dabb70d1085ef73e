// Which words belong to which stretch of the person's audio, by the watermark in it.
import { createWatermarkReader } from '../speech/watermark.ts';

export interface HeardWords {
  push(muLaw: Uint8Array): void;
  /** Returns the words since the last call that are in the audio so far, empty when it carries none. */
  take(): string;
}

export function createHeardWords(): HeardWords {
  const reader = createWatermarkReader();
  const taken = new Map<string, number>(); // Letters that were given out, by utterance.

  return {
    push: (muLaw) => reader.push(muLaw),
    take() {
      const words = reader.utterances().map(({ id, startMs, text }) => {
        const key = `${id}@${startMs}`;
        const fresh = text.slice(taken.get(key) ?? 0);
        taken.set(key, text.length);
        return fresh.trim();
      });
      return words.filter((part) => part !== '').join(' ');
    },
  };
}
