// What the handlers need besides the verbs.
import type { CallRecord } from '../calls/call-record.ts';
import type { CancelPorts } from '../calls/cancel-call.ts';
import type { PlacePorts } from '../calls/place-call.ts';
import type { CallStore, Settings } from '../calls/ports.ts';
import type { SubscribeWebhook, Webhook } from '../contract/event.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { Followers } from '../events/followers.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Queryable } from '../lib/database.ts';
import type { AddressRefusal } from '../lib/egress.ts';

export interface CallPage {
  mode: Mode;
  status?: string | undefined;
  outcome?: string | undefined;
  outcome_group?: string | undefined;
  reached?: boolean | undefined;
  source?: string | undefined;
  phone_number?: string | undefined;
  reference?: string | undefined;
  tag?: string | undefined;
  created_after?: number | undefined;
  created_before?: number | undefined;
  limit: number;
  before?: { created_at: number; id: string } | undefined;
}

export interface HandlerPorts {
  database: Database;
  calls: CallStore;
  place: PlacePorts;
  cancel: CancelPorts;
  clock: Clock;
  settings: Settings;
  followers: Followers;
  version: string;
  listCalls(on: Queryable, page: CallPage): Promise<CallRecord[]>;
  eventsOfCall(
    on: Queryable,
    callId: string,
    after: number,
    limit: number,
  ): Promise<{ sequence: number; type: EventType; body: string }[]>;
  readRecording(name: string): Promise<Buffer | undefined>;
  webhooks: {
    judge(url: string): Promise<AddressRefusal | undefined>;
    subscribe(
      key: { id: string; mode: Mode },
      wanted: SubscribeWebhook,
    ): Promise<{ webhook: Webhook; secret: string | undefined } | 'too_many'>;
    list(mode: Mode): Promise<Webhook[]>;
    unsubscribe(mode: Mode, webhookId: string): Promise<boolean>;
  };
  webhookSecret(keyId: string): Promise<string>;
  /** False while the store cannot be reached. */
  isReady(): Promise<boolean>;
}
