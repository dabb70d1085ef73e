// Nobody says anything: first the agent asks whether the person is still there, then the call is over. Pure.

const SILENCE_MS = 12_000;

export interface SilenceWatch {
  /** Sound is heard until this moment. */
  sound(untilMs: number): void;
  /** Somebody speaks and has not stopped. */
  personSpeaks(): void;
  personSpoke(nowMs: number): void;
  /** What is to be done now. */
  judge(nowMs: number): 'nothing' | 'ask' | 'give_up';
}

export function createSilenceWatch(): SilenceWatch {
  let lastSoundMs = 0;
  let asked = false;
  return {
    sound(untilMs) {
      lastSoundMs = untilMs;
    },
    personSpeaks() {
      lastSoundMs = Number.POSITIVE_INFINITY;
    },
    personSpoke(nowMs) {
      lastSoundMs = nowMs;
      asked = false;
    },
    judge(nowMs) {
      if (nowMs - lastSoundMs < SILENCE_MS) return 'nothing';
      if (asked) return 'give_up';
      asked = true;
      lastSoundMs = nowMs;
      return 'ask';
    },
  };
}
