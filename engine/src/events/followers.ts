// Wakes those who wait for news of a call in this process. A hint only: the stored events are the truth.
import type { Clock } from '../lib/clock.ts';

export interface Followers {
  /** Something was recorded for this call. */
  wake(callId: string): void;
  /** Resolves when something was recorded, when `ms` have passed or when `signal` aborts. */
  wait(callId: string, ms: number, signal: AbortSignal): Promise<void>;
}

export function createFollowers(clock: Clock): Followers {
  const waiting = new Map<string, Set<() => void>>();
  return {
    wake(callId) {
      for (const resume of waiting.get(callId) ?? []) resume();
    },
    wait(callId, ms, signal) {
      return new Promise((resolve) => {
        const set = waiting.get(callId) ?? new Set();
        waiting.set(callId, set);
        const timer = clock.after(ms, done);
        signal.addEventListener('abort', done, { once: true });
        set.add(done);
        if (signal.aborted) done();
        function done(): void {
          timer.cancel();
          signal.removeEventListener('abort', done);
          set.delete(done);
          if (set.size === 0 && waiting.get(callId) === set) waiting.delete(callId);
          resolve();
        }
      });
    },
  };
}
