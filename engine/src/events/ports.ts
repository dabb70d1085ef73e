// What delivering needs from outside.
import type { SubscribeWebhook, Webhook } from '../contract/event.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { AddressRefusal, EgressFailure } from '../lib/egress.ts';
import type { Settlement, WebhookHealth } from './retry-table.ts';

/** One event on its way to one webhook, with all that a try needs. */
export interface PendingDelivery {
  id: string;
  /** How often it was sent until now. */
  tries: number;
  /** Not to be sent before; milliseconds since 1970. */
  next_try_at: number;
  event_id: string;
  event_type: EventType;
  /** The exact text recorded with the event. */
  body: string;
  webhook_id: string;
  url: string;
  /** Signing secrets in the clear, newest first; more than one only while a secret is being replaced. */
  secrets: readonly string[];
  /** Sent as `authorization: Bearer …`. */
  bearer: string | null;
}

/** What came of one try. */
export interface DeliveryTry {
  /** 1 for the first. */
  number: number;
  at: number;
  settlement: Settlement;
  webhook_health: WebhookHealth;
  /** HTTP status of the reply; null when there was none. */
  last_status: number | null;
  last_failure: EgressFailure | null;
}

export interface DeliveryStore {
  /** The delivery, if its event is committed and it still waits to be sent; undefined when settled or its webhook ended. */
  loadPending(deliveryId: string): Promise<PendingDelivery | undefined>;
  /**
   * Saves a try and what follows from it, in one transaction: the delivery's state; the webhook ended when `gone`, marked
   * failing or working; `attention.needed` when `dead`. No effect when a try of this number is saved already.
   */
  recordTry(deliveryId: string, made: DeliveryTry): Promise<void>;
}

/** The subscriptions of keys. */
export interface Webhooks {
  /** Why an address may not be used; undefined when it may. */
  judge(url: string): Promise<AddressRefusal | undefined>;
  /** Adds a subscription, or returns the one that the key already has for this address and these events. */
  subscribe(
    key: { id: string; mode: Mode },
    wanted: SubscribeWebhook,
  ): Promise<{ webhook: Webhook; secret: string | undefined } | 'too_many'>;
  list(mode: Mode): Promise<Webhook[]>;
  /** False when there never was such a webhook for this mode. */
  unsubscribe(mode: Mode, webhookId: string): Promise<boolean>;
}
