// How long the person waited for a reply, turn by turn.

export interface TurnTimes {
  personSpoke(nowMs: number): void;
  agentSpoke(nowMs: number): void;
  /** How often the person spoke. */
  readonly spokenTurns: number;
  /** From the answer to the first sound of the conversation model. */
  readonly firstAudioMs: number | null;
  /** The reply time that this share of turns stayed within; null without turns. */
  percentile(share: number): number | null;
}

export function createTurnTimes(): TurnTimes {
  const waits: number[] = [];
  let stoppedAt: number | undefined;
  let firstAudioMs: number | null = null;
  let spokenTurns = 0;
  return {
    personSpoke(nowMs) {
      spokenTurns++;
      stoppedAt = nowMs;
    },
    agentSpoke(nowMs) {
      firstAudioMs ??= Math.round(nowMs);
      if (stoppedAt !== undefined) waits.push(Math.round(nowMs - stoppedAt));
      stoppedAt = undefined;
    },
    get spokenTurns() {
      return spokenTurns;
    },
    get firstAudioMs() {
      return firstAudioMs;
    },
    percentile(share) {
      const sorted = [...waits].sort((a, b) => a - b);
      return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? null;
    },
  };
}
