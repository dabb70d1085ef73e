// Sends what is due, and knows how late it was: the generator's own lateness decides whether a run counts.

export interface Pace {
  /** Calls `send` every `everyMs`, first `phaseMs` from now; the n-th call is due at its time whatever became of the others. */
  add(sender: { everyMs: number; phaseMs: number; send(): void }): { stop(): void };
  /** How late each sending since `forget` was, in milliseconds. */
  lateness(): readonly number[];
  forget(): void;
  stop(): void;
}

interface Due {
  at: number;
  everyMs: number;
  send(): void;
}

const LOOK_EVERY_MS = 1;

export function createPace(): Pace {
  const all = new Set<Due>();
  let late: number[] = [];
  const timer = setInterval(() => {
    for (const due of all) {
      for (let now = performance.now(); due.at <= now; now = performance.now()) {
        late.push(now - due.at);
        due.at += due.everyMs;
        due.send();
      }
    }
  }, LOOK_EVERY_MS);
  return {
    add({ everyMs, phaseMs, send }) {
      const due = { at: performance.now() + phaseMs, everyMs, send };
      all.add(due);
      return { stop: () => void all.delete(due) };
    },
    lateness: () => late,
    forget() {
      late = [];
    },
    stop: () => clearInterval(timer),
  };
}
