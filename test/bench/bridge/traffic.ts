// What all calls of a run share: the pace they send at, and the delays of what arrived.
import { createPace, type Pace } from './pace.ts';

export interface Traffic {
  readonly pace: Pace;
  /** Milliseconds of the audio that is sent to the person in one message. */
  deltaMs: number;
  /** A stamped message came to the model, and to the phone; `first` is true for the first of a call. */
  arrived(way: 'up' | 'down', delayMs: number, first: boolean): void;
  /** How many calls have had audio, each way. */
  readonly live: { up: number; down: number };
  /** Begins to count. */
  begin(): void;
  /** Returns what came since. */
  end(): { up: number[]; down: number[]; lateness: readonly number[] };
}

export function createTraffic(): Traffic {
  const pace = createPace();
  const live = { up: 0, down: 0 };
  let delays: { up: number[]; down: number[] } | undefined;
  return {
    pace,
    deltaMs: 20,
    live,
    arrived(way, delayMs, first) {
      if (first) live[way] += 1;
      delays?.[way].push(delayMs);
    },
    begin() {
      pace.forget();
      delays = { up: [], down: [] };
    },
    end() {
      const came = delays ?? { up: [], down: [] };
      delays = undefined;
      return { ...came, lateness: pace.lateness() };
    },
  };
}
