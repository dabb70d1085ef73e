// What the carrier has been sent and not yet played to the phone. Marks come back when everything
// before them has been played, or at once when the buffer is cleared
// (https://www.twilio.com/docs/voice/media-streams/websocket-messages).
import { FRAME_BYTES, SILENCE } from '../../lib/mu-law.ts';

export interface Playout {
  /** False when more than ten minutes of audio wait; then nothing is taken. */
  add(audio: Uint8Array): boolean;
  /** Calls `onPlayed` when the audio added so far has been played or cleared; at once when nothing waits. */
  mark(onPlayed: (how: 'played' | 'cleared') => void): void;
  /** Returns how many bytes were dropped. */
  clear(): number;
  /** Returns the next 20 ms: audio, or silence where there is none. */
  take(): Uint8Array;
}

const LONGEST_BYTES = 10 * 60 * 8000;

export function createPlayout(): Playout {
  let chunks: Uint8Array[] = [];
  let marks: { at: number; onPlayed: (how: 'played' | 'cleared') => void }[] = [];
  let added = 0;
  let played = 0;

  const fire = (how: 'played' | 'cleared'): void => {
    const due = marks.filter((mark) => mark.at <= played);
    marks = marks.filter((mark) => mark.at > played);
    for (const mark of due) mark.onPlayed(how);
  };

  return {
    add(audio) {
      if (added - played + audio.length > LONGEST_BYTES) return false;
      chunks.push(audio);
      added += audio.length;
      return true;
    },
    mark(onPlayed) {
      marks.push({ at: added, onPlayed });
      fire('played');
    },
    clear() {
      const dropped = added - played;
      chunks = [];
      played = added;
      fire('cleared');
      return dropped;
    },
    take() {
      const frame = new Uint8Array(FRAME_BYTES).fill(SILENCE);
      let filled = 0;
      for (let chunk = chunks[0]; chunk && filled < FRAME_BYTES; chunk = chunks[0]) {
        const part = chunk.subarray(0, FRAME_BYTES - filled);
        frame.set(part, filled);
        filled += part.length;
        if (part.length === chunk.length) chunks.shift();
        else chunks[0] = chunk.subarray(part.length);
      }
      played += filled;
      fire('played');
      return frame;
    },
  };
}
