// The last words of a call are heard to their end before the phone is hung up: their mark comes back when they were played.
import type { SessionTime } from './session-time.ts';
import type { Speaking } from './speaking.ts';

const GOODBYE = 'goodbye';
const MARK_GRACE_MS = 5_000;
/** How long the last words may take, and how long before its end a call is brought to one. */
export const GOODBYE_MS = 10_000;

export class Goodbye {
  readonly #time: SessionTime;
  readonly #speaking: Speaking;
  readonly #over: () => void;
  #stage: 'not_said' | 'marked' | 'heard' = 'not_said';

  /** `over` is called when the goodbye was heard, or was waited for long enough. */
  constructor(time: SessionTime, speaking: Speaking, over: () => void) {
    this.#time = time;
    this.#speaking = speaking;
    this.#over = over;
  }

  get wasHeard(): boolean {
    return this.#stage === 'heard';
  }

  /** Nothing more is said: what was said so far is the goodbye. */
  said(): void {
    if (this.#stage !== 'not_said') return;
    this.#stage = 'marked';
    this.#speaking.mark(GOODBYE);
    const leftMs = Math.max(this.#speaking.endsAtMs() - this.#time.nowMs(), 0);
    this.#time.later(leftMs + MARK_GRACE_MS, this.#over);
  }

  /** A mark came back. */
  marked(name: string): void {
    if (name !== GOODBYE) return;
    this.#stage = 'heard';
    this.#over();
  }
}
