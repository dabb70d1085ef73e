// What recording and delivering events need from outside, and what they offer to the other verbs.
import type { Delivery } from '../contract/delivery.ts';
import type {
  AttentionKind,
  AttentionNotice,
  RotatedSecret,
  SubscribeWebhook,
  UpdateWebhook,
  Webhook,
} from '../contract/event.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { FilterSubject } from '../contract/webhook-filter.ts';
import type { Queryable, Transaction } from '../lib/database.ts';
import type { AddressRefusal, EgressFailure } from '../lib/egress.ts';
import type { Result } from '../lib/result.ts';
import type { Settlement } from './retry-table.ts';
import type { PauseReason, Standing } from './webhook-standing.ts';

export type { PauseReason };

/** One event on its way to one webhook, with all that a try needs. */
export interface PendingDelivery {
  id: string;
  /** How often it was sent until now. */
  tries: number;
  /** Those of an earlier round, before a replay or a pause. */
  tries_before: number;
  /** Not to be sent before; milliseconds since 1970. */
  next_try_at: number;
  /** Sent as `webhook-id`. */
  event_id: string;
  /** Null for a single message. */
  event_type: EventType | null;
  call_id: string | null;
  mode: Mode;
  /** The exact text recorded with the event. */
  body: string;
  webhook_id: string;
  url_host: string;
  url: string;
  /** Signing secrets in the clear, newest first; more than one only while a secret is being replaced. */
  secrets: readonly string[];
  /** Sent as `authorization: Bearer …`. */
  bearer: string | null;
  standing: Standing;
}

/** What came of one try. */
export interface DeliveryTry {
  /** 1 for the first. */
  number: number;
  at: number;
  settlement: Settlement;
  /** HTTP status of the reply; null when there was none. */
  last_status: number | null;
  last_failure: EgressFailure | null;
}

export interface DeliveryStore {
  /** The delivery, if it may be sent now or later; undefined when settled, held, or its webhook is paused or ended. */
  loadPending(deliveryId: string, now: number): Promise<PendingDelivery | undefined>;
  /** Counts a try; false when one of this number is counted already, or the delivery is settled. */
  countTry(tx: Transaction, deliveryId: string, number: number): Promise<boolean>;
  /** True when the end of its call waits behind this delivery. */
  isOvertaken(tx: Transaction, deliveryId: string): Promise<boolean>;
  /** Saves what came of a counted try and, once it is settled, lets the next event of the call go. */
  saveTry(tx: Transaction, deliveryId: string, made: DeliveryTry): Promise<void>;
  /** Locks a subscription and returns how it has done; undefined for a call's own address, and when it is not active. */
  lockStanding(tx: Transaction, webhookId: string): Promise<Standing | undefined>;
  saveStanding(tx: Transaction, webhookId: string, standing: Standing): Promise<void>;
  /** Pauses a webhook; what waits for it is kept until it goes on. */
  pause(
    tx: Transaction,
    webhookId: string,
    pause: { reason: PauseReason; at: number },
  ): Promise<void>;
  /** Ends a webhook: nothing is sent to it any more, and what waits for it is a dead letter. */
  end(tx: Transaction, webhookId: string, at: number): Promise<void>;
}

/** The subscriptions of keys. A key sees those of its mode; undefined stands for one that is not there. */
export interface Webhooks {
  /** Why an address may not be used; undefined when it may. */
  judge(url: string): Promise<AddressRefusal | undefined>;
  /** Adds a subscription, or returns the one that the key already has for this address and these events. */
  subscribe(
    key: { id: string; mode: Mode },
    wanted: SubscribeWebhook,
  ): Promise<{ webhook: Webhook; secret: string | undefined } | 'too_many'>;
  list(mode: Mode): Promise<Webhook[]>;
  find(mode: Mode, webhookId: string): Promise<Webhook | undefined>;
  /** Changes what is given. A webhook that goes on again is sent all that waited. */
  update(mode: Mode, webhookId: string, change: UpdateWebhook): Promise<Webhook | undefined>;
  /** False when there never was such a webhook for this mode. */
  unsubscribe(mode: Mode, webhookId: string): Promise<boolean>;
  /** Gives it a new secret; the one before it signs beside it for a day. */
  rotateSecret(mode: Mode, webhookId: string): Promise<RotatedSecret | undefined>;
  /** What a request to it needs, its address and secrets in the clear. */
  open(mode: Mode, webhookId: string): Promise<OpenWebhook | undefined>;
}

export interface OpenWebhook {
  url: string;
  url_host: string;
  secrets: readonly string[];
}

/** What was sent, and sending it again. */
export interface Deliveries {
  /** Newest first. */
  list(on: Queryable, page: DeliveryPage): Promise<Delivery[]>;
  /** Sends it again with the same id; what keeps it from that, else. */
  replay(
    mode: Mode,
    deliveryId: string,
  ): Promise<Result<Delivery, 'not_found' | 'delivery_not_replayable'>>;
  /** Sends again what the webhook was to be sent since then and stands at one of these, oldest first; undefined when it is not there. */
  replayAll(
    mode: Mode,
    webhookId: string,
    which: { since: number; statuses: readonly ('delivered' | 'dead')[] },
  ): Promise<{ replayed: number; more: boolean } | undefined>;
}

/** One page of a list of deliveries. Whatever is not given is not asked for. */
export interface DeliveryPage {
  mode: Mode;
  webhook_id?: string | undefined;
  event_type?: string | undefined;
  call_id?: string | undefined;
  status?: string | undefined;
  limit: number;
  /** Only deliveries older than this one. */
  before?: { created_at: number; id: string } | undefined;
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
      /** The event that it tells of in other words, if there is one. */
      event_type: EventType | null;
      /** Null: signed with a secret that nobody knows. */
      key_id: string | null;
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

/** What was told, and when the same may be told again. */
export interface AttentionStore {
  /** Notes that this is told now; false when it was told after `since`. */
  claim(
    tx: Transaction,
    need: Pick<AttentionNeed, 'kind' | 'object' | 'mode'>,
    at: { now: number; since: number },
  ): Promise<boolean>;
  find(on: Queryable, eventId: string): Promise<AttentionNotice | undefined>;
  /** Newest first, each with its place in the list. */
  list(
    on: Queryable,
    page: { mode: Mode; before: number | null; limit: number },
  ): Promise<{ sequence: number; notice: AttentionNotice }[]>;
}

/** Sends e-mail to the people who run this engine. */
export interface Mailer {
  /** `id` is the same when the mail is sent again. Never throws. */
  send(mail: { id: string; subject: string; text: string }): Promise<Result<null, string>>;
}
