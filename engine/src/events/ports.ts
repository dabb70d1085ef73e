// What recording and delivering events need from outside, and what they offer to the other verbs.
import type { AttentionKind, SubscribeWebhook, Webhook } from '../contract/event.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { Transaction } from '../lib/database.ts';
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

/** What filters of webhooks ask of an event. A part that is absent is not asked: it never hides the event. */
export interface FilterSubject {
  outcome?: string | null;
  outcome_group?: string | null;
  agent_id?: string | null;
  source?: string | null;
  tag?: string | null;
  metadata?: Readonly<Record<string, unknown>>;
}

/** An event that is not a step in the life of one call: batch.ended, recipient.opted_out, attention.needed. */
export interface Fact {
  type: EventType;
  mode: Mode;
  about: FilterSubject;
  /** A call whose followers and own addresses are told too. */
  call_id?: string | null;
  /** A batch whose own addresses are told too. */
  batch_id?: string | null;
  data: Record<string, unknown>;
}

/** Appends such an event and, in the same transaction, one delivery per webhook that wants it. */
export interface FactRecorder {
  /** Returns the event's id. */
  recordFact(tx: Transaction, fact: Fact): Promise<string>;
}

/** One text for one address, sent with the guard, the tries and the signature of an event. */
export interface Messages {
  /**
   * Queues it; the address is kept sealed. `id` is sent as `webhook-id`, so a receiver may drop what it has seen.
   * Signed with the secret of the key.
   */
  send(
    tx: Transaction,
    message: {
      id: string;
      key_id: string;
      mode: Mode;
      url: string;
      token: string | null;
      call_id: string | null;
      body: string;
    },
  ): Promise<void>;
}

/** Something that a person should look at. */
export interface AttentionNeed {
  kind: AttentionKind;
  /** What it is about, such as a webhook's id or a carrier's name: the same kind and object is told at most once an hour. */
  object: string;
  mode: Mode;
  /** What happened, in a sentence. No phone number, no name, no URL with a secret. */
  text: string;
  /** What to do about it. */
  fix: string;
  /** Where to do it. */
  link?: string | null;
  call_id?: string | null;
}

/** Tells the people who run this engine: an event, and the chat and e-mail that the operator set. */
export interface Attention {
  /** False when the same was told within the last hour. Nothing is told when the transaction rolls back. */
  needAttention(tx: Transaction, need: AttentionNeed): Promise<boolean>;
}
