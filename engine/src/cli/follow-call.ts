import { type Client, RecadoProblem, type StreamedEvent } from '../client/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Call, Turn } from './show-call.ts';

export interface FollowListener {
  /** The call stands somewhere else now. */
  status(status: Call['status']): void;
  /** A turn was spoken. Each comes once, in order. */
  turn(turn: Turn): void;
}

/**
 * Follows a call live and returns it once it has ended. A stream that breaks off is taken up where it stopped; after
 * ten breaks in a row without one event the last error is thrown. So is an answer that asking again cannot change.
 */
export async function followCall(
  client: Client,
  callId: string,
  clock: Clock,
  listener: FollowListener,
): Promise<Call> {
  let after: number | undefined;
  let breaks = 0;
  let told = '';
  const take = ({ cursor, event }: StreamedEvent): Call | undefined => {
    breaks = 0;
    after = Number(cursor);
    if (event.type === 'call.turn_added') listener.turn((event.data as { turn: Turn }).turn);
    const call = event.data as Partial<Call>;
    if (call.status && call.status !== told) listener.status(call.status);
    told = call.status ?? told;
    return event.type === 'call.ended' ? (event.data as Call) : undefined;
  };
  for (;;) {
    try {
      const query = after === undefined ? {} : { after };
      for await (const event of await client.streamCall({ params: { id: callId }, query })) {
        const ended = take(event);
        if (ended) return ended;
      }
      breaks += 1;
    } catch (error) {
      breaks += 1;
      if (breaks >= BREAKS_MAX || isFinal(error)) throw error;
    }
    if (breaks >= BREAKS_MAX) throw new Error('the live stream of the call ends again and again');
    await clock.sleep(Math.min(250 * 2 ** breaks, 5_000) * clock.rate);
  }
}

const BREAKS_MAX = 10;

const isFinal = (error: unknown): boolean =>
  error instanceof RecadoProblem && error.status < 500 && error.status !== 429;
