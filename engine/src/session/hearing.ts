// What the person says: given to the model without gaps, and to the recording where it belongs.
import { BYTES_PER_MS, SILENCE } from '../lib/mu-law.ts';
import type { Recorder } from './recorder.ts';
import type { VoiceSession } from './voice.ts';

const FRAME_MS = 20;
const GAP_FILLED_MAX_MS = 10_000;

export class Hearing {
  readonly #voice: Pick<VoiceSession, 'hear'>;
  readonly #recorder: Pick<Recorder, 'recipient'>;
  /** End of the person's audio that the model was given. */
  #untilMs = 0;

  constructor(voice: Pick<VoiceSession, 'hear'>, recorder: Pick<Recorder, 'recipient'>) {
    this.#voice = voice;
    this.#recorder = recorder;
  }

  /** A piece of audio that began at `timestampMs` of the line's time. */
  hear(frame: Uint8Array, timestampMs: number): void {
    const missingMs = Math.min(timestampMs - this.#untilMs, GAP_FILLED_MAX_MS);
    // Without the missing silence the model never hears that the person stopped speaking.
    if (missingMs >= FRAME_MS) this.#voice.hear(silence(missingMs));
    this.#voice.hear(frame);
    this.#recorder.recipient(timestampMs * BYTES_PER_MS, frame);
    this.#untilMs = Math.max(timestampMs, this.#untilMs) + frame.length / BYTES_PER_MS;
  }
}

const silence = (ms: number): Uint8Array => new Uint8Array(ms * BYTES_PER_MS).fill(SILENCE);
