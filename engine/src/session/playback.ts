// The playout clock: what the person has heard of what we sent. Pure; one unit, the sample (8 a millisecond).
// Start and clear travel the same way to the carrier, so the network's delay cancels out.
import { BYTES_PER_MS } from '../lib/mu-law.ts';

interface Segment {
  itemId: string;
  start: number;
  length: number;
}

/** How much of one item was sent and how much of that was heard, in milliseconds. */
export interface Heard {
  itemId: string;
  heardMs: number;
  sentMs: number;
}

export interface Playback {
  /** Notes audio handed to the line at `nowMs`; returns the sample at which it starts to play. */
  add(itemId: string, bytes: number, nowMs: number): number;
  /** True while something is still being played. */
  isPlaying(nowMs: number): boolean;
  /** When the last sample sent so far has been played, in milliseconds. */
  endsAtMs(): number;
  heard(itemId: string, nowMs: number): Heard;
  /** Stops playing at `nowMs`: returns the items that were not heard to their end, oldest first, and forgets the rest of them. */
  cut(nowMs: number): Heard[];
}

export function createPlayback(): Playback {
  let segments: Segment[] = [];
  let end = 0;
  const sampleAt = (ms: number): number => Math.max(Math.round(ms * BYTES_PER_MS), 0);
  const toMs = (samples: number): number => Math.floor(samples / BYTES_PER_MS);

  const heard = (itemId: string, nowMs: number): Heard => {
    const now = sampleAt(nowMs);
    let sent = 0;
    let played = 0;
    for (const segment of segments) {
      if (segment.itemId !== itemId) continue;
      sent += segment.length;
      played += Math.min(Math.max(now - segment.start, 0), segment.length);
    }
    return { itemId, heardMs: toMs(played), sentMs: toMs(sent) };
  };

  return {
    add(itemId, bytes, nowMs) {
      const start = Math.max(sampleAt(nowMs), end);
      end = start + bytes;
      const last = segments.at(-1);
      // Audio that joins what is playing is one segment, so a long answer stays one entry.
      if (last && last.itemId === itemId && last.start + last.length === start)
        last.length += bytes;
      else segments.push({ itemId, start, length: bytes });
      return start;
    },
    isPlaying: (nowMs) => end > sampleAt(nowMs),
    endsAtMs: () => end / BYTES_PER_MS,
    heard,
    cut(nowMs) {
      const now = sampleAt(nowMs);
      const open = [
        ...new Set(segments.filter((s) => s.start + s.length > now).map((s) => s.itemId)),
      ];
      const cuts = open.map((itemId) => heard(itemId, nowMs));
      segments = segments
        .map((s) => ({ ...s, length: Math.min(Math.max(now - s.start, 0), s.length) }))
        .filter((s) => s.length > 0);
      end = Math.min(end, now);
      return cuts;
    },
  };
}
