import type { DeliveryStore, DeliveryTry } from '../events/ports.ts';
import type { Meter } from '../lib/meter.ts';
import type { Tracer } from '../lib/tracer.ts';

/** Returns a store of deliveries that counts tries, and puts each into the trace of the call that it tells of. */
export function observeDeliveries<S extends DeliveryStore>(
  deliveries: S,
  { meter, tracer }: { meter: Meter; tracer: Tracer },
): S {
  return {
    ...deliveries,
    async loadPending(deliveryId, now) {
      const delivery = await deliveries.loadPending(deliveryId, now);
      if (delivery?.call_id) tracer.joinCall(delivery.call_id);
      return delivery;
    },
    async saveTry(tx, deliveryId, made) {
      await deliveries.saveTry(tx, deliveryId, made);
      const settlement = made.settlement.state;
      tx.afterCommit(() =>
        meter.count('recado_delivery_tries_total', { result: resultOf(made), settlement }),
      );
    },
  };
}

const resultOf = ({ last_failure, last_status }: DeliveryTry): string =>
  last_failure ?? (last_status === null ? 'none' : `${Math.floor(last_status / 100)}xx`);
