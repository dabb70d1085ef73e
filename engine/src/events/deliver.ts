// One try of one delivery. At least once: a kill after the send and before the record sends again, with the same id.
// Only what is stored is sent, so an event is never heard of before it is committed.
import type { Clock } from '../lib/clock.ts';
import type { Egress } from '../lib/egress.ts';
import type { Log } from '../lib/log.ts';
import type { InFlight } from './in-flight.ts';
import type { DeliveryTry, PendingDelivery } from './ports.ts';
import { type RecordTryPorts, recordTry } from './record-try.ts';
import { signedHeaders } from './sign.ts';

export interface DeliverPorts extends RecordTryPorts {
  egress: Egress;
  inFlight: InFlight;
  clock: Clock;
  log: Log;
  /** In [0, 1). */
  random(): number;
}

/** Sends a delivery once and records what came of it. Returns when to come back, or nothing when it is settled. */
export async function deliver(
  deliveryId: string,
  ports: DeliverPorts,
): Promise<{ again_at: number } | undefined> {
  const { clock, egress } = ports;
  const delivery = await ports.deliveries.loadPending(deliveryId, clock.now());
  if (!delivery) return undefined;
  // A node may have died after recording a try and before putting the job off.
  if (delivery.next_try_at > clock.now()) return { again_at: delivery.next_try_at };
  const room = ports.inFlight.enter(delivery.url_host);
  if (!room.ok) return { again_at: room.again_at };

  try {
    const started = clock.monotonic();
    const reply = await egress.send(requestFor(delivery, clock.now()));
    const tookMs = clock.monotonic() - started;
    const sent = { reply, at: clock.now(), random: ports.random() };
    const made = await recordTry(delivery, sent, ports);
    if (made) tell(ports.log, delivery, made, tookMs);
    if (made?.settlement.state === 'delivered') return undefined;
    // Asked again, because its webhook may have been paused, or its next try brought forward, meanwhile.
    const waiting = await ports.deliveries.loadPending(deliveryId, clock.now());
    return waiting && { again_at: waiting.next_try_at };
  } finally {
    room.leave();
  }
}

export function requestFor(
  delivery: Pick<PendingDelivery, 'url' | 'body' | 'event_id' | 'secrets' | 'bearer'>,
  now: number,
) {
  const { url, body, event_id: id, secrets, bearer } = delivery;
  const timestamp_seconds = Math.floor(now / 1000);
  return {
    url,
    method: 'POST' as const,
    headers: {
      'content-type': 'application/json',
      ...signedHeaders({ id, timestamp_seconds, body, secrets }),
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
    },
    body,
  };
}

// The whole story of a try in one line, without the path of the address and without what was sent.
function tell(log: Log, delivery: PendingDelivery, made: DeliveryTry, tookMs: number): void {
  const { id, event_id, event_type, call_id, webhook_id, url_host } = delivery;
  const fields = {
    ...{ delivery_id: id, event_id, event_type, call_id, webhook_id, url_host },
    number: made.number,
    ...made.settlement,
    last_status: made.last_status,
    last_failure: made.last_failure,
    took_ms: Math.round(tookMs),
  };
  if (made.settlement.state === 'delivered') log.info(fields, 'delivery tried');
  else log.warn(fields, 'delivery tried');
}
