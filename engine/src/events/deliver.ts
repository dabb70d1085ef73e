// One try of one delivery. At least once: a kill after the send and before the record sends again, with the same id.
// Only what is stored is sent, so an event is never heard of before it is committed.
import type { Clock } from '../lib/clock.ts';
import type { Egress, EgressReply } from '../lib/egress.ts';
import type { Log } from '../lib/log.ts';
import type { DeliveryStore, DeliveryTry, PendingDelivery } from './ports.ts';
import { afterTry, webhookHealth } from './retry-table.ts';
import { signedHeaders } from './sign.ts';

export interface DeliverPorts {
  deliveries: DeliveryStore;
  egress: Egress;
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
  const { deliveries, egress, clock } = ports;
  const delivery = await deliveries.loadPending(deliveryId);
  if (!delivery) return undefined;
  // A node may have died after recording a try and before putting the job off.
  if (delivery.next_try_at > clock.now()) return { again_at: delivery.next_try_at };

  const started = clock.monotonic();
  const reply = await egress.send(requestFor(delivery, clock.now()));
  const made = tryOf(delivery, reply, clock.now(), ports.random());
  await deliveries.recordTry(deliveryId, made);
  tell(ports.log, delivery, made, clock.monotonic() - started);
  return made.settlement.state === 'pending'
    ? { again_at: made.settlement.next_try_at }
    : undefined;
}

function requestFor({ url, body, event_id, secrets, bearer }: PendingDelivery, now: number) {
  return {
    url,
    method: 'POST' as const,
    headers: {
      'content-type': 'application/json',
      ...signedHeaders({ id: event_id, timestamp_seconds: Math.floor(now / 1000), body, secrets }),
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
    },
    body,
  };
}

function tryOf(
  delivery: PendingDelivery,
  reply: EgressReply,
  now: number,
  random: number,
): DeliveryTry {
  const number = delivery.tries + 1;
  return {
    number,
    at: now,
    settlement: afterTry({ tries: number }, reply, now, random),
    webhook_health: webhookHealth(reply),
    last_status: reply.ok ? reply.status : null,
    last_failure: reply.ok ? null : reply.failure,
  };
}

function tell(log: Log, delivery: PendingDelivery, made: DeliveryTry, tookMs: number): void {
  const { event_id, event_type, webhook_id } = delivery;
  const fields = {
    delivery_id: delivery.id,
    event_id,
    event_type,
    webhook_id,
    number: made.number,
    ...made.settlement,
    last_status: made.last_status,
    last_failure: made.last_failure,
    took_ms: Math.round(tookMs),
  };
  if (made.settlement.state === 'delivered') log.info(fields, 'delivery tried');
  else log.warn(fields, 'delivery tried');
}
