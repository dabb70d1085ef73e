// Finds where a person speaks, by the energy of 20 ms blocks. Counts samples only, so a fast clock
// changes nothing. https://platform.openai.com/docs/guides/realtime-vad#server-vad
import { BYTES_PER_MS, decodeMuLaw } from '../../lib/mu-law.ts';

export interface DetectionNumbers {
  threshold: number;
  prefix_padding_ms: number;
  silence_duration_ms: number;
}

export type SpeechEdge = { kind: 'started'; atMs: number } | { kind: 'stopped'; atMs: number };

export interface VoiceDetection {
  /** Takes audio in pieces of any size and returns where speech began and ended, in ms since the first byte. */
  push(muLaw: Uint8Array, numbers: DetectionNumbers): SpeechEdge[];
  readonly speaking: boolean;
  /** How much audio was pushed. */
  readonly heardMs: number;
}

const BLOCK_MS = 20;
const BLOCK_BYTES = BLOCK_MS * BYTES_PER_MS;
const MIN_SPEECH_MS = 60;
/** Root mean square of a 16-bit block that counts as speech at threshold 1; at 0.5 that is -40 dBFS. */
const LOUD_RMS = 655;

export function createVoiceDetection(): VoiceDetection {
  const rest = new Uint8Array(BLOCK_BYTES);
  let restBytes = 0;
  let heardBytes = 0;
  let endMs = 0; // End of the last whole block.
  let loudMs = 0; // Length of the present run of loud blocks.
  let quietMs = 0;
  let stoppedAtMs = 0;
  let speaking = false;

  function block(numbers: DetectionNumbers): SpeechEdge | undefined {
    endMs += BLOCK_MS;
    const loud = rms(rest) > LOUD_RMS * numbers.threshold;
    loudMs = loud ? loudMs + BLOCK_MS : 0;
    quietMs = loud ? 0 : quietMs + BLOCK_MS;
    if (!speaking && loudMs >= MIN_SPEECH_MS) {
      speaking = true;
      return {
        kind: 'started',
        atMs: Math.max(endMs - loudMs - numbers.prefix_padding_ms, stoppedAtMs),
      };
    }
    if (!speaking || quietMs < numbers.silence_duration_ms) return undefined;
    speaking = false;
    stoppedAtMs = endMs;
    return { kind: 'stopped', atMs: endMs };
  }

  return {
    push(muLaw, numbers) {
      const edges: SpeechEdge[] = [];
      heardBytes += muLaw.length;
      for (let at = 0; at < muLaw.length; ) {
        const part = muLaw.subarray(at, at + BLOCK_BYTES - restBytes);
        rest.set(part, restBytes);
        restBytes += part.length;
        at += part.length;
        if (restBytes < BLOCK_BYTES) break;
        restBytes = 0;
        const edge = block(numbers);
        if (edge) edges.push(edge);
      }
      return edges;
    },
    get speaking() {
      return speaking;
    },
    get heardMs() {
      return heardBytes / BYTES_PER_MS;
    },
  };
}

function rms(muLaw: Uint8Array): number {
  let sum = 0;
  for (const sample of decodeMuLaw(muLaw)) sum += sample * sample;
  return Math.sqrt(sum / muLaw.length);
}
