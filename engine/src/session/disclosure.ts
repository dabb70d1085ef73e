// What the engine says before the model may speak: that this is an AI, and for whom it calls.
import { BYTES_PER_MS } from '../lib/mu-law.ts';
import type { SessionTime } from './session-time.ts';
import type { Speaking } from './speaking.ts';
import type { SpokenTurns } from './spoken-turns.ts';

/** A sentence that the engine speaks itself. */
export interface SpokenText {
  text: string;
  /** Mu-law. */
  audio: Uint8Array;
}

const DISCLOSURE = 'disclosure';
const GRACE_MS = 10_000;

export class Disclosure {
  readonly #spoken: SpokenText;
  readonly #time: SessionTime;
  readonly #speaking: Speaking;
  readonly #turns: SpokenTurns;

  constructor(
    spoken: SpokenText,
    parts: { time: SessionTime; speaking: Speaking; turns: SpokenTurns },
  ) {
    this.#spoken = spoken;
    this.#time = parts.time;
    this.#speaking = parts.speaking;
    this.#turns = parts.turns;
  }

  /** Plays it. `late` is called when its mark should long have come back: the person must not be left in silence. */
  play(late: () => void): void {
    const { text, audio } = this.#spoken;
    this.#turns.add(DISCLOSURE, undefined, 'agent', 0);
    this.#turns.setText(DISCLOSURE, text);
    this.#speaking.play(DISCLOSURE, audio);
    this.#speaking.mark(DISCLOSURE);
    this.#time.later(audio.length / BYTES_PER_MS + GRACE_MS, late);
  }

  /** True for the mark that says that it was heard to its end. */
  isMark(name: string): boolean {
    return name === DISCLOSURE;
  }

  heard(): void {
    this.#turns.setTimes(DISCLOSURE, { ended_ms: Math.round(this.#time.nowMs()) });
    this.#turns.settle(DISCLOSURE);
  }
}
