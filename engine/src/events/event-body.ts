import type { Event } from '../contract/event.ts';

/**
 * Returns the exact text that is stored, signed and sent for an event: compact JSON with its fields in this order.
 * It is made once, when the event is recorded, so that every try carries the same bytes.
 */
export function eventBody(event: Event): string {
  const { id, type, created_at, mode, simulated, test, data } = event;
  return JSON.stringify({ id, type, created_at, mode, simulated, test, data });
}
