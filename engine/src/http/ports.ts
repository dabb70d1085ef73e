// What the handlers need besides the verbs.
import type { TryPorts } from '../agents/try-agent.ts';
import type { PlaceBatchPorts } from '../batches/place-batch.ts';
import type { SteerPorts } from '../batches/steer-batch.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { CancelPorts } from '../calls/cancel-call.ts';
import type { OwnPhonePorts } from '../calls/own-phones.ts';
import type { PlacePorts } from '../calls/place-call.ts';
import type { CallPage, CallStore, Settings } from '../calls/ports.ts';
import type { SetNumberPorts } from '../calls/returned/set-number.ts';
import type { EventType } from '../contract/vocabulary.ts';
import type { Followers } from '../events/followers.ts';
import type { AttentionStore, Deliveries, Webhooks } from '../events/ports.ts';
import type { SamplePorts } from '../events/send-sample.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Queryable } from '../lib/database.ts';
import type { ErasePorts } from '../privacy/erase-person.ts';
import type { ExportPorts } from '../privacy/export-person.ts';
import type { ImportPorts } from '../privacy/import-suppressions.ts';
import type { AuditLog } from '../privacy/ports.ts';
import type { LinkPorts } from '../privacy/recording-link.ts';
import type { CloseWaitPorts } from '../waits/close-wait.ts';
import type { CreateWaitPorts } from '../waits/create-wait.ts';
import type { Readiness } from './readiness.ts';

export interface PrivacyPorts extends ErasePorts, ExportPorts, ImportPorts, LinkPorts {
  audit: AuditLog;
}

export interface HandlerPorts {
  database: Database;
  calls: CallStore;
  place: PlacePorts & OwnPhonePorts;
  cancel: CancelPorts;
  batch: PlaceBatchPorts & SteerPorts;
  wait: CreateWaitPorts & CloseWaitPorts;
  agent: TryPorts;
  returned: SetNumberPorts;
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
  webhooks: Webhooks;
  deliveries: Deliveries;
  told: AttentionStore;
  sample: SamplePorts;
  privacy: PrivacyPorts;
  webhookSecret(keyId: string): Promise<string>;
  readiness: Readiness;
}
