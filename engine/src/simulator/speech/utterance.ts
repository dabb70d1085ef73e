// Watermark frames put together again to what was said.
import { BYTES_PER_MS, FRAME_BYTES } from '../../lib/mu-law.ts';
import { WatermarkReader, type WatermarkFrame } from './watermark.ts';

/** One stretch of simulated speech as it arrived; `text` holds the words that arrived, no more. */
export interface Utterance {
  id: number;
  text: string;
  startMs: number;
  endMs: number;
  frames: number;
  /** Frames that should lie between the first and the last heard one and do not. */
  missingFrames: number;
  /** True when the last frame of the utterance arrived. */
  complete: boolean;
}

const FRAME_MS = FRAME_BYTES / BYTES_PER_MS;
const UTTERANCES_MAX = 2_000;

/** Returns the utterances in mu-law audio, in order; times count from the first byte. */
export function decodeWatermark(muLaw: Uint8Array): Utterance[] {
  const collector = new UtteranceCollector();
  for (const frame of new WatermarkReader().push(muLaw)) collector.add(frame);
  return collector.utterances();
}

/** Collects frames as they arrive. A frame number that goes back begins a new utterance. Keeps the latest 2,000. */
export class UtteranceCollector {
  readonly #heard: Heard[] = [];

  /** Takes a frame; `atMs` is when it began to sound, by default its place in the stream. */
  add(frame: WatermarkFrame, atMs = frame.position / BYTES_PER_MS): void {
    let current = this.#heard.at(-1);
    if (!current || current.id !== frame.id || frame.number <= current.number) {
      current = { id: frame.id, number: frame.number - 1, bytes: [], startMs: atMs, endMs: atMs, frames: 0, missing: 0, complete: false };
      this.#heard.push(current);
      if (this.#heard.length > UTTERANCES_MAX) this.#heard.shift();
    }
    current.missing += frame.number - current.number - 1;
    current.number = frame.number;
    current.frames += 1;
    current.endMs = atMs + FRAME_MS;
    current.complete = frame.last;
    current.bytes.push(...frame.text);
  }

  utterances(): Utterance[] {
    return this.#heard.map(toUtterance);
  }

  /** The utterance that is being heard or was heard last. */
  latest(): Utterance | undefined {
    const last = this.#heard.at(-1);
    return last && toUtterance(last);
  }
}

/** Returns the words of frames that belong together, for a stretch cut out of a stream. */
export const textOf = (frames: readonly WatermarkFrame[]): string =>
  decode(frames.flatMap((frame) => [...frame.text]));

interface Heard {
  id: number;
  number: number;
  bytes: number[];
  startMs: number;
  endMs: number;
  frames: number;
  missing: number;
  complete: boolean;
}

const toUtterance = (heard: Heard): Utterance => ({
  id: heard.id,
  text: decode(heard.bytes),
  startMs: heard.startMs,
  endMs: heard.endMs,
  frames: heard.frames,
  missingFrames: heard.missing,
  complete: heard.complete,
});

// A letter of several bytes may have been cut in the middle: its half is dropped, not shown as a mark.
const decode = (bytes: number[]): string => Buffer.from(bytes).toString('utf8').replaceAll('\ufffd', '').trim();
