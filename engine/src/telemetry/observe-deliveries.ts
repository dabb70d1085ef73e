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
    async loadPending(deliveryId) {
      const delivery = await deliveries.loadPending(deliveryId);
      const callId = CALL_ID.exec(delivery?.body ?? '')?.[1];
      if (callId !== undefined) tracer.joinCall(callId);
      return delivery;
    },
    async recordTry(deliveryId, made) {
      await deliveries.recordTry(deliveryId, made);
      const { state } = made.settlement;
      meter.count('recado_delivery_tries_total', { result: resultOf(made), settlement: state });
    },
  };
}

// The first id of a call in an event is that of the call it is about.
const CALL_ID = /"(call_[0-9a-z]{26})"/;

const resultOf = ({ last_failure, last_status }: DeliveryTry): string =>
  last_failure ?? (last_status === null ? 'none' : `${Math.floor(last_status / 100)}xx`);
