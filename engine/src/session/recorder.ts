// The recording of a session as it goes on: both sides on one time line, given out second by second.
import { BYTES_PER_MS } from '../lib/mu-law.ts';
import { createStereoTrack, type StereoTrack } from './stereo-track.ts';

// The person's sound reaches us late: what is written down cannot be filled in any more.
const LATE_FRAMES_MS = 2_000;

export interface Recorder extends Pick<StereoTrack, 'agent' | 'recipient'> {
  /** Drops what the agent would have said from this moment on. */
  cut(atMs: number): void;
  /** Gives out what is old enough that nothing can come in between. */
  give(nowMs: number): void;
  /** Gives out all that is left. */
  finish(nowMs: number): void;
}

/** Returns a recorder that gives interleaved bytes to `take`. */
export function createRecorder(take: (bytes: Uint8Array) => void): Recorder {
  const track = createStereoTrack();
  const giveUntil = (ms: number): void => {
    if (ms >= 0) take(track.take(Math.round(ms * BYTES_PER_MS)));
  };
  return {
    agent: track.agent,
    recipient: track.recipient,
    cut: (atMs) => track.cut(Math.round(atMs * BYTES_PER_MS)),
    give: (nowMs) => giveUntil(nowMs - LATE_FRAMES_MS),
    finish: giveUntil,
  };
}

const nothing = (): void => undefined;

/** Records nothing. */
export const NO_RECORDER: Recorder = {
  agent: nothing,
  recipient: nothing,
  cut: nothing,
  give: nothing,
  finish: nothing,
};
