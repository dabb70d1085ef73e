// The time of one session: milliseconds since the person answered, and timers that end with it.
import type { Clock, Timer } from '../lib/clock.ts';

export class SessionTime {
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();
  #startedAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The person answered. */
  start(): void {
    this.#startedAt = this.#clock.monotonic();
  }

  get hasStarted(): boolean {
    return this.#startedAt !== undefined;
  }

  /** Milliseconds since the person answered; 0 before that. */
  nowMs(): number {
    return this.#startedAt === undefined ? 0 : this.#clock.monotonic() - this.#startedAt;
  }

  later(ms: number, fn: () => void): Timer {
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer);
      fn();
    });
    this.#timers.add(timer);
    return timer;
  }

  everySecond(fn: () => void): void {
    this.#timers.add(this.#clock.every(1_000, fn));
  }

  /** Nothing is run any more; the time goes on. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
