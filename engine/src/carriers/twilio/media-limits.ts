import type { Clock } from '../../lib/clock.ts';

/** What a media socket may cost before it is closed. Times are real milliseconds: they guard this machine. */
export const MEDIA_LIMITS = {
  message_bytes: 65_536,
  pending_total: 32,
  pending_per_address: 8,
  start_within_ms: 5_000,
  idle_ms: 20_000,
  /** How long a peer may take to answer a close before its socket is destroyed. */
  close_within_ms: 2_000,
  bad_messages: 20,
  /** Per second of the clock, because audio is paced by it. Twilio sends about 50. */
  messages_per_second: 200,
  /** A network that stalls delivers late frames at once. */
  messages_burst: 1_000,
  /** Frames kept while the session of a stream is looked up: a second. */
  waiting_messages: 50,
  /** Bytes written and not taken by the carrier before the stream counts as broken. */
  unsent_bytes: 4_194_304,
  /** How far a timestamp may run ahead of the time since the start. */
  timestamp_ahead_ms: 10_000,
} as const;

/** Returns a bucket: true while messages come within the rate. */
export function createMessageAllowance(clock: Pick<Clock, 'monotonic'>): () => boolean {
  let left: number = MEDIA_LIMITS.messages_burst;
  let filledAt = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    const gained = ((now - filledAt) / 1_000) * MEDIA_LIMITS.messages_per_second;
    left = Math.min(left + gained, MEDIA_LIMITS.messages_burst) - 1;
    filledAt = now;
    return left >= 0;
  };
}
