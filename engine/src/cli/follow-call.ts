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
  const place: Place = { after: undefined, breaks: 0, status: undefined };
  for (;;) {
    const ended = await followOnce(client, callId, place, listener).catch((error: unknown) => {
      if (isFinal(error) || place.breaks + 1 >= BREAKS_MAX) throw error;
      return undefined;
    });
    if (ended) return ended;
    place.breaks += 1;
    if (place.breaks >= BREAKS_MAX)
      throw new Error('the live stream of the call ends again and again');
    await clock.sleep(Math.min(250 * 2 ** place.breaks, 5_000) * clock.rate);
  }
}

/** How far the stream was read, over all its breaks. */
interface Place {
  after: number | undefined;
  breaks: number;
  status: Call['status'] | undefined;
}

async function followOnce(
  client: Client,
  id: string,
  place: Place,
  listener: FollowListener,
): Promise<Call | undefined> {
  const query = place.after === undefined ? {} : { after: place.after };
  for await (const { cursor, event } of await client.streamCall({ params: { id }, query })) {
    place.breaks = 0;
    place.after = Number(cursor);
    tell(event, place, listener);
    if (event.type === 'call.ended') return event.data as Call;
  }
  return undefined;
}

function tell(event: StreamedEvent['event'], place: Place, listener: FollowListener): void {
  if (event.type === 'call.turn_added') return listener.turn((event.data as { turn: Turn }).turn);
  const status = (event.data as Partial<Call>).status ?? STATUS_AFTER[event.type];
  if (status === undefined || status === place.status) return;
  place.status = status;
  listener.status(status);
}

/** Where a call stands after events that carry its attempt and not the whole call. */
const STATUS_AFTER: Partial<Record<StreamedEvent['event']['type'], Call['status']>> = {
  'call.started': 'dialing',
  'call.answered': 'in_progress',
};

const BREAKS_MAX = 10;

const isFinal = (error: unknown): boolean =>
  error instanceof RecadoProblem && error.status < 500 && error.status !== 429;
