// The only source of time, timers and randomness of time in Recado.
// A clock may run faster than the wall (rate > 1): engine, simulator, voice detection and leases then
// all read the same fast time, so a call of half a minute is told in a second or two.

export interface Clock {
  /** How many milliseconds of this clock pass in one real millisecond. */
  readonly rate: number;
  /** Milliseconds since 1970, on this clock. */
  now(): number;
  /** Milliseconds that never run backwards, for measuring spans. */
  monotonic(): number;
  /** Runs `fn` once after `ms` of this clock. The timer does not keep the process alive. */
  after(ms: number, fn: () => void): Timer;
  /** Runs `fn` every `ms` of this clock until canceled. */
  every(ms: number, fn: () => void): Timer;
  /** Resolves after `ms` of this clock, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Timer {
  cancel(): void;
}

/** Returns the same clock, showing a time that is `offsetMs` later. */
export const withOffset = (clock: Clock, offsetMs: number): Clock =>
  offsetMs === 0 ? clock : { ...clock, now: () => clock.now() + offsetMs };

// Node fires a timer longer than this at once (2^31 - 1 ms), so longer waits are cut into steps.
const LONGEST_TIMEOUT_MS = 2_000_000_000;

/**
 * Returns a clock that runs at `rate` times real time. At `anchor` (milliseconds since 1970, default: now) it shows
 * the real time; clocks of several processes with the same rate and anchor agree.
 */
export function createClock(options: { rate?: number; anchor?: number } = {}): Clock {
  const rate = options.rate ?? 1;
  const started = performance.now();
  const wallNow = performance.timeOrigin + started;
  const startAt = wallNow + (wallNow - (options.anchor ?? wallNow)) * (rate - 1);
  const plain = rate === 1;

  const clock: Clock = {
    rate,
    // A plain clock follows the system clock, also when that is corrected.
    now: () => (plain ? Date.now() : Math.round(startAt + (performance.now() - started) * rate)),
    monotonic: () => (performance.now() - started) * rate,
    after(ms, fn) {
      let handle: NodeJS.Timeout;
      const arm = (leftMs: number): void => {
        const step = Math.min(Math.max(leftMs, 0) / rate, LONGEST_TIMEOUT_MS);
        const restMs = leftMs - step * rate;
        handle = setTimeout(() => (restMs > 0.5 ? arm(restMs) : fn()), step);
        handle.unref();
      };
      arm(ms);
      return { cancel: () => clearTimeout(handle) };
    },
    every(ms, fn) {
      const handle = setInterval(fn, Math.max(ms / rate, 1));
      handle.unref();
      return { cancel: () => clearInterval(handle) };
    },
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const handle = setTimeout(done, Math.min(Math.max(ms, 0) / rate, LONGEST_TIMEOUT_MS));
        signal?.addEventListener('abort', done, { once: true });
        function done(): void {
          clearTimeout(handle);
          signal?.removeEventListener('abort', done);
          resolve();
        }
      });
    },
  };
  return clock;
}
