/** Milliseconds to wait before a failed job is run again: 1 s, doubling, at most a minute. */
export const backoffMs = (tries: number): number =>
  Math.min(1_000 * 2 ** Math.max(tries - 1, 0), 60_000);
