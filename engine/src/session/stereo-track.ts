// Both sides of a conversation on one time line: left the agent as it was heard, right the person. Mu-law, 8,000 samples a second.
import { SILENCE } from '../lib/mu-law.ts';

const HELD_SAMPLES_MAX = 8 * 120_000; // Two minutes of agent audio ahead of the clock; a model never sends that much.

export interface StereoTrack {
  /** Places agent audio at a sample; it may lie in the future. */
  agent(start: number, audio: Uint8Array): void;
  /** Places the person's audio at a sample. */
  recipient(start: number, audio: Uint8Array): void;
  /** Drops agent audio from this sample on: it was cleared before it was heard. */
  cut(at: number): void;
  /** Takes everything before `until` as interleaved bytes (left, right); never the same sample twice. */
  take(until: number): Uint8Array;
}

export function createStereoTrack(): StereoTrack {
  let taken = 0;
  const left: Piece[] = [];
  const right: Piece[] = [];
  return {
    agent(start, audio) {
      if (start - taken < HELD_SAMPLES_MAX) left.push({ start, audio });
    },
    recipient(start, audio) {
      right.push({ start, audio });
    },
    cut(at) {
      for (const piece of left)
        piece.audio = piece.audio.subarray(0, Math.max(at - piece.start, 0));
    },
    take(until) {
      const samples = Math.max(until - taken, 0);
      const bytes = new Uint8Array(samples * 2).fill(SILENCE);
      lay(left, bytes, 0, taken, until);
      lay(right, bytes, 1, taken, until);
      taken += samples;
      return bytes;
    },
  };
}

interface Piece {
  start: number;
  audio: Uint8Array;
}

// Copies what lies before `until` and keeps the rest for later.
function lay(
  pieces: Piece[],
  bytes: Uint8Array,
  channel: 0 | 1,
  from: number,
  until: number,
): void {
  const kept: Piece[] = [];
  for (const { start, audio } of pieces) {
    const first = Math.max(from - start, 0);
    const last = Math.min(until - start, audio.length);
    for (let i = first; i < last; i++) bytes[(start + i - from) * 2 + channel] = audio[i] as number;
    if (start + audio.length > until) {
      const rest = Math.max(until - start, 0);
      kept.push({ start: start + rest, audio: audio.subarray(rest) });
    }
  }
  pieces.splice(0, pieces.length, ...kept);
}
