// What goes to the person's ear: sent to the line, timed by the playout clock, and kept for the recording.
import type { Line } from './line.ts';
import { createPlayback, type Heard } from './playback.ts';
import type { Recorder } from './recorder.ts';
import type { SessionTime } from './session-time.ts';

export class Speaking {
  readonly #time: SessionTime;
  readonly #recorder: Recorder;
  readonly #playback = createPlayback();
  #line: Line | undefined;

  constructor(time: SessionTime, recorder: Recorder) {
    this.#time = time;
    this.#recorder = recorder;
  }

  connect(line: Line): void {
    this.#line = line;
  }

  get isConnected(): boolean {
    return this.#line !== undefined;
  }

  play(itemId: string, audio: Uint8Array): void {
    const start = this.#playback.add(itemId, audio.length, this.#time.nowMs());
    this.#recorder.agent(start, audio);
    this.#line?.send(audio);
  }

  /** Asks the line to tell when everything so far has been played. */
  mark(name: string): void {
    this.#line?.mark(name);
  }

  /** When the last sound sent so far has been played. */
  endsAtMs(): number {
    return this.#playback.endsAtMs();
  }

  isPlaying(): boolean {
    return this.#playback.isPlaying(this.#time.nowMs());
  }

  heard(itemId: string, atMs: number): Heard {
    return this.#playback.heard(itemId, atMs);
  }

  /** Stops at once: returns what was not heard to its end. */
  cut(): Heard[] {
    const at = this.#time.nowMs();
    this.#line?.clear();
    this.#recorder.cut(at);
    return this.#playback.cut(at);
  }

  /** Ends the media stream. */
  close(): void {
    this.#line?.close();
  }
}
