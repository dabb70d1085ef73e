// Events, and one delivery per webhook that wants them, in the transaction that made them true.
import type { CallRecord } from '../calls/call-record.ts';
import type { EventRecorder } from '../calls/ports.ts';
import type { Event, WebhookFilter } from '../contract/event.ts';
import type { EventType } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Queryable, Transaction } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import { jobStore } from './jobs.ts';

export interface StoredEvent {
  sequence: number;
  id: string;
  type: EventType;
  body: string;
}

export interface EventStore extends EventRecorder {
  /** Events of one call after a cursor, oldest first. */
  ofCall(on: Queryable, callId: string, after: number, limit: number): Promise<StoredEvent[]>;
  /** Queues one event for one webhook. */
  queueDelivery(tx: Transaction, eventId: string, webhookId: string): Promise<void>;
}

export function createEventStore(options: {
  clock: Clock;
  onRecorded(callId: string): void;
  onQueued(): void;
  /** The exact text of an event: made once, so that every try carries the same bytes. */
  bodyOf(event: Event): string;
}): EventStore {
  const { clock, bodyOf } = options;
  const store: EventStore = {
    async record(tx, { type, call, data }) {
      const now = clock.now();
      const id = newId('evt');
      const simulated = call.network === 'simulated';
      const body = bodyOf({
        id,
        type,
        created_at: new Date(now).toISOString(),
        mode: call.mode,
        simulated,
        data,
      });
      await tx.query(
        'INSERT INTO events (id, type, call_id, mode, simulated, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        [id, type, call.id, call.mode, simulated ? 1 : 0, body, now],
      );
      for (const webhookId of await listeners(tx, type, call))
        await store.queueDelivery(tx, id, webhookId);
      tx.afterCommit(() => options.onRecorded(call.id));
    },
    async queueDelivery(tx, eventId, webhookId) {
      const now = clock.now();
      const id = newId('dlv');
      await tx.query(
        `INSERT INTO deliveries (id, event_id, webhook_id, status, tries, next_try_at, created_at)
         VALUES ($1, $2, $3, 'pending', 0, $4, $4)`,
        [id, eventId, webhookId, now],
      );
      await jobStore.enqueue(tx, { kind: 'deliver', ref: id, run_at: now, now });
      tx.afterCommit(options.onQueued);
    },
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
  };
  return store;
}

// The call's own addresses, and the subscriptions of its key's mode whose filter it passes.
async function listeners(tx: Transaction, type: EventType, call: CallRecord): Promise<string[]> {
  const rows = await tx.query<{
    id: string;
    call_id: string | null;
    events: string;
    filter: string;
  }>(
    `SELECT id, call_id, events, filter FROM webhooks
     WHERE status = 'active' AND (call_id = $1 OR (call_id IS NULL AND mode = $2)) ORDER BY created_at, id`,
    [call.id, call.mode],
  );
  return rows
    .filter((row) => (JSON.parse(row.events) as EventType[]).includes(type))
    .filter((row) => row.call_id !== null || passes(JSON.parse(row.filter) as WebhookFilter, call))
    .map((row) => row.id);
}

/** True when a call matches every part of a filter. Outcomes match only calls that have one. */
export function passes(filter: WebhookFilter, call: CallRecord): boolean {
  const { outcomes, outcome_groups, agent_id, source, tag, metadata } = filter;
  if (outcomes && !(call.outcome !== null && outcomes.includes(call.outcome))) return false;
  if (
    outcome_groups &&
    !(call.outcome_group !== null && outcome_groups.includes(call.outcome_group))
  )
    return false;
  if (agent_id !== undefined) return false;
  if (source !== undefined && source !== call.source) return false;
  if (tag !== undefined && tag !== call.tag) return false;
  return Object.entries(metadata ?? {}).every(
    ([key, value]) => String(call.metadata[key]) === value,
  );
}
