// Events, and one delivery per webhook that wants them, in the transaction that made them true.
import type { CallRecord } from '../calls/call-record.ts';
import type { EventRecorder } from '../calls/ports.ts';
import type { Event, WebhookFilter } from '../contract/event.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import { type FilterSubject, passesFilter } from '../contract/webhook-filter.ts';
import type { FactRecorder } from '../events/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Queryable, Transaction } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import { type QueuedEvent, queueDelivery } from './delivery-queue.ts';

export interface StoredEvent {
  sequence: number;
  id: string;
  type: EventType;
  body: string;
}

export interface EventStore extends EventRecorder, FactRecorder {
  /** Events of one call after a cursor, oldest first. */
  ofCall(on: Queryable, callId: string, after: number, limit: number): Promise<StoredEvent[]>;
  /** Queues the end of a call for one more address; nothing when the call has not ended. */
  queueEnd(tx: Transaction, callId: string, webhookId: string): Promise<void>;
}

interface NewEvent {
  type: EventType;
  mode: Mode;
  simulated: boolean;
  call_id: string | null;
  batch_id: string | null;
  about: FilterSubject;
  data: Record<string, unknown>;
}

export function createEventStore(options: {
  clock: Clock;
  onRecorded(callId: string): void;
  onQueued(): void;
  /** The exact text of an event: made once, so that every try carries the same bytes. */
  bodyOf(event: Event): string;
}): EventStore {
  const { clock } = options;

  async function append(tx: Transaction, event: NewEvent): Promise<string> {
    const { type, mode, simulated, call_id, data } = event;
    const now = clock.now();
    const id = newId('evt');
    const created_at = new Date(now).toISOString();
    const body = options.bodyOf({ id, type, created_at, mode, simulated, data });
    // Invariant: of one call, a higher sequence is committed later, so whoever reads on from a cursor misses nothing.
    // Sent in this order, without waiting for each.
    const hold = call_id === null ? [] : [tx.query(HOLD_CALL, [call_id])];
    const [[row], told] = await Promise.all([
      tx.query<{ sequence: number }>(
        `INSERT INTO events (id, type, call_id, mode, simulated, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
         RETURNING sequence`,
        [id, type, call_id, mode, simulated ? 1 : 0, body, now],
      ),
      listeners(tx, event),
      ...hold,
    ]);
    const queued = {
      event_id: id,
      event_type: type,
      sequence: Number(row?.sequence),
      mode,
      call_id,
    };
    for (const webhook of told) await queueDelivery(tx, queued, webhook, now);
    if (told.length > 0) tx.afterCommit(options.onQueued);
    if (call_id !== null) tx.afterCommit(() => options.onRecorded(call_id));
    return id;
  }

  return {
    async record(tx, { type, call, data }) {
      await append(tx, {
        type,
        mode: call.mode,
        simulated: call.network === 'simulated',
        call_id: call.id,
        batch_id: call.batch_id,
        about: subjectOf(call),
        data,
      });
    },
    recordFact: (tx, { type, mode, about, call_id = null, batch_id = null, data }) =>
      append(tx, { type, mode, simulated: mode === 'test', call_id, batch_id, about, data }),
    async ofCall(on, callId, after, limit) {
      const rows = await on.query<{ sequence: number; id: string; type: string; body: string }>(
        'SELECT sequence, id, type, body FROM events WHERE call_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3',
        [callId, after, limit],
      );
      return rows.map((row) => ({
        ...row,
        sequence: Number(row.sequence),
        type: row.type as EventType,
      }));
    },
    async queueEnd(tx, callId, webhookId) {
      const [ended] = await tx.query<{ id: string; sequence: number; mode: Mode }>(
        "SELECT id, sequence, mode FROM events WHERE call_id = $1 AND type = 'call.ended'",
        [callId],
      );
      if (!ended) return;
      const queued: QueuedEvent = {
        ...{ event_id: ended.id, event_type: 'call.ended', sequence: Number(ended.sequence) },
        ...{ mode: ended.mode, call_id: callId },
      };
      await queueDelivery(tx, queued, { id: webhookId, status: 'active' }, clock.now());
      tx.afterCommit(options.onQueued);
    },
  };
}

const HOLD_CALL = 'SELECT id FROM calls WHERE id = $1 {{for_update}}';

const subjectOf = (call: CallRecord): FilterSubject => ({
  outcome: call.outcome,
  outcome_group: call.outcome_group,
  agent_id: call.agent_id,
  source: call.source,
  tag: call.tag,
  metadata: call.metadata,
});

interface Listener {
  id: string;
  kind: string;
  status: 'active' | 'paused';
  events: string;
  filter: string;
}

// The call's or the batch's own addresses, and the subscriptions of the mode whose filter the event passes. What is
// simulated reaches subscriptions of the test mode alone.
async function listeners(tx: Transaction, event: NewEvent): Promise<Listener[]> {
  const rows = await tx.query<Listener>(
    `SELECT id, kind, status, events, filter FROM webhooks WHERE status IN ('active', 'paused')
       AND ((kind = 'call' AND call_id = $1) OR (kind = 'batch' AND batch_id = $2) OR (kind = 'subscription' AND mode = $3))
     ORDER BY created_at, id`,
    [event.call_id, event.batch_id, event.simulated ? 'test' : event.mode],
  );
  return rows
    .filter((row) => (JSON.parse(row.events) as EventType[]).includes(event.type))
    .filter(
      (row) =>
        row.kind !== 'subscription' ||
        passesFilter(JSON.parse(row.filter) as WebhookFilter, event.about),
    );
}
