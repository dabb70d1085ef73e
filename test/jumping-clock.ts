// A clock for stories of days: where nothing is under way, it jumps. For worlds of one process.
// Invariant: after a jump every timer that has come due fires, in the order of their times.
import { type Clock, createClock, type Timer } from '../engine/src/lib/clock.ts';

export interface JumpingClock extends Clock {
  /** Moves the time ahead by `ms` of this clock. */
  jump(ms: number): void;
}

interface Armed {
  /** On the monotonic time of this clock. */
  due: number;
  fn(): void;
  every: number | undefined;
  timer: Timer;
}

/** Returns a clock like any other, `shift` milliseconds away from today, at `rate` times real time, that can also jump. */
export function createJumpingClock(options: { rate?: number; shift?: number } = {}): JumpingClock {
  const base = createClock({ rate: options.rate ?? 1 });
  const armed = new Set<Armed>();
  const shift = options.shift ?? 0;
  let jumped = 0;
  const monotonic = (): number => base.monotonic() + jumped;

  const arm = (entry: Armed): void => {
    entry.timer = base.after(Math.max(entry.due - monotonic(), 0), () => fire(entry));
  };
  const fire = (entry: Armed): void => {
    if (!armed.has(entry)) return;
    if (entry.every === undefined) armed.delete(entry);
    else {
      entry.due = monotonic() + entry.every;
      arm(entry);
    }
    entry.fn();
  };
  const start = (ms: number, fn: () => void, every?: number): Timer => {
    const due = monotonic() + Math.max(ms, 0);
    const entry: Armed = { due, fn, every, timer: { cancel: () => undefined } };
    armed.add(entry);
    arm(entry);
    return {
      cancel() {
        armed.delete(entry);
        entry.timer.cancel();
      },
    };
  };
  return {
    rate: base.rate,
    now: () => base.now() + shift + jumped,
    monotonic,
    after: (ms, fn) => start(ms, fn),
    every: (ms, fn) => start(ms, fn, ms),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const timer = start(ms, done);
        signal?.addEventListener('abort', done, { once: true });
        function done(): void {
          timer.cancel();
          signal?.removeEventListener('abort', done);
          resolve();
        }
      }),
    jump(ms) {
      jumped += ms;
      const now = monotonic();
      const late = [...armed].filter(({ due }) => due <= now).sort((a, b) => a.due - b.due);
      for (const entry of armed) entry.timer.cancel();
      for (const entry of late) fire(entry);
      for (const entry of armed) {
        entry.timer.cancel();
        arm(entry);
      }
    },
  };
}
