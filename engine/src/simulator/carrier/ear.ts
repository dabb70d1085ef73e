// The ear of a simulated person: hears the agent's audio as it was played, notices when a turn is over.
import { BYTES_PER_MS, decodeMuLaw, FRAME_BYTES } from '../../lib/mu-law.ts';
import type { AgentSpeech } from '../recipients/recipient.ts';
import { createWatermarkReader, type HeardUtterance } from '../speech/watermark.ts';

export type Heard =
  | { kind: 'silence' }
  | { kind: 'began'; speech: AgentSpeech }
  | { kind: 'speaking'; speech: AgentSpeech }
  /** `text` is null when the speech carries no words that can be read. */
  | { kind: 'turn_over'; text: string | null };

export interface Ear {
  hear(frame: Uint8Array): Heard;
  /** Everything heard, in milliseconds since the phone was answered. */
  utterances(): HeardUtterance[];
}

const FRAME_MS = FRAME_BYTES / BYTES_PER_MS;
const TURN_OVER_MS = 600;
const LOUD = 100;

export function createEar(): Ear {
  const reader = createWatermarkReader();
  let totalMs = 0;
  let turnMs = 0;
  let silentMs = 0;
  let toldCharacters = 0;
  let toldFrames = 0;

  const newWords = (): string | null => {
    const utterances = reader.utterances();
    const frames = utterances.reduce((sum, utterance) => sum + utterance.frames, 0);
    const text = utterances.map((utterance) => utterance.text).join(' ');
    const words = frames === toldFrames ? null : text.slice(toldCharacters).trim();
    toldCharacters = text.length;
    toldFrames = frames;
    return words;
  };
  const speech = (): AgentSpeech => {
    const utterances = reader.utterances();
    const last = utterances.at(-1);
    const utteranceMs = last ? last.endMs - last.startMs : 0;
    return { utterance: utterances.length, utteranceMs, totalMs, turnMs };
  };

  return {
    hear(frame) {
      reader.push(frame);
      if (decodeMuLaw(frame).some((sample) => Math.abs(sample) > LOUD)) {
        const began = turnMs === 0;
        totalMs += FRAME_MS;
        turnMs += FRAME_MS;
        silentMs = 0;
        return { kind: began ? 'began' : 'speaking', speech: speech() };
      }
      silentMs += FRAME_MS;
      if (turnMs === 0 || silentMs < TURN_OVER_MS) return { kind: 'silence' };
      turnMs = 0;
      return { kind: 'turn_over', text: newWords() };
    },
    utterances: () => reader.utterances(),
  };
}
