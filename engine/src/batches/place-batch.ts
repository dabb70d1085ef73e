// Accepts many calls together. First the whole request is on disk, then its items are placed one by one, each at most
// once; until the last one is placed nobody is dialed. A process that dies in between leaves a job that goes on.

import { fingerprintOf, hashOf } from '../calls/fingerprint.ts';
import type { PlaceBatch } from '../contract/batch.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { Transaction } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { BatchItemRequest, BatchRecord } from './batch-record.ts';
import { type PlaceItemsPorts, placeItems } from './place-items.ts';
import type { BatchReceivers } from './ports.ts';

export interface PlaceBatchRequest {
  body: PlaceBatch;
  /** As many as `body.calls`, in the same order. */
  items: readonly BatchItemRequest[];
  key: { id: string; mode: Mode };
  idempotency_key: string | undefined;
}

export interface PlaceBatchPorts extends PlaceItemsPorts {
  batchReceivers: BatchReceivers;
}

const KEY_FORM = /^[A-Za-z0-9_\-:.]{1,255}$/;
const DEFAULT_EVENTS: readonly EventType[] = ['batch.ended'];
// The request itself places the items; the job is for when its process dies.
const TAKE_UP_AFTER_MS = 20_000;

export async function placeBatch(
  request: PlaceBatchRequest,
  ports: PlaceBatchPorts,
): Promise<Result<{ batch: BatchRecord; replayed: boolean }, ProblemFailure>> {
  const idempotencyKey = request.idempotency_key?.replace(/^"(.*)"$/, '$1');
  if (idempotencyKey !== undefined && !KEY_FORM.test(idempotencyKey))
    return fail({ code: 'idempotency_key_invalid' });
  const { webhook_url } = request.body;
  const forbidden =
    webhook_url === undefined ? undefined : await ports.receivers.judge(webhook_url);
  if (forbidden)
    return fail({ ...forbidden, errors: [{ pointer: '/webhook_url', code: forbidden.code }] });

  const accepted = await accept(request, idempotencyKey, ports);
  if (!accepted.ok) return accepted;
  const { batch, replayed } = accepted.value;
  await placeItems(batch.id, ports);
  return ok({ batch: (await ports.batches.find(ports.database, batch.id)) ?? batch, replayed });
}

async function accept(
  request: PlaceBatchRequest,
  idempotencyKey: string | undefined,
  ports: PlaceBatchPorts,
): Promise<Result<{ batch: BatchRecord; replayed: boolean }, ProblemFailure>> {
  const batch = newBatch(request, idempotencyKey, ports.clock.now());
  return ports.database.transaction(async (tx) => {
    if (await ports.batches.insert(tx, batch, request.items)) {
      await addReceiver(tx, batch, request.body, ports);
      const run_at = batch.created_at + TAKE_UP_AFTER_MS;
      await ports.jobs.enqueue(tx, { kind: 'place_batch', ref: batch.id, run_at });
      return ok({ batch, replayed: false });
    }
    const earlier = await ports.batches.findByIdempotencyKey(
      tx,
      batch.key_id,
      idempotencyKey ?? '',
    );
    if (!earlier) throw new Error('a batch is neither new nor known');
    if (earlier.fingerprint !== batch.fingerprint) return fail({ code: 'idempotency_key_reused' });
    // A run that was started again may listen at a new address: it is told too, at once if all is over.
    await addReceiver(tx, earlier, request.body, ports);
    return ok({ batch: earlier, replayed: true });
  });
}

async function addReceiver(
  tx: Transaction,
  batch: BatchRecord,
  body: PlaceBatch,
  ports: PlaceBatchPorts,
): Promise<void> {
  if (body.webhook_url === undefined) return;
  await ports.batchReceivers.addForBatch(tx, batch, {
    url: body.webhook_url,
    token: body.webhook_token ?? null,
    events: body.webhook_events ?? DEFAULT_EVENTS,
  });
}

const newBatch = (
  { body, items, key }: PlaceBatchRequest,
  idempotencyKey: string | undefined,
  now: number,
): BatchRecord => ({
  id: newId('bat'),
  mode: key.mode,
  network: key.mode === 'live' ? 'live' : 'simulated',
  key_id: key.id,
  name: body.name ?? null,
  status: 'running',
  pause_reason: null,
  calls_per_hour: body.calls_per_hour ?? null,
  stop_after_failures: body.stop_after_failures ?? null,
  failures_in_row: 0,
  source: body.source ?? null,
  total: items.length,
  idempotency_key: idempotencyKey ?? null,
  fingerprint: fingerprintOfBatch(body),
  created_at: now,
  placed_at: null,
  ended_at: null,
  end_event_id: null,
});

// As for a single call: what differs between runs of one workflow does not make it another batch.
function fingerprintOfBatch(body: PlaceBatch): string {
  const {
    webhook_url: _url,
    webhook_token: _token,
    webhook_events: _events,
    source: _source,
    calls,
    ...same
  } = body;
  return hashOf({ ...same, calls: calls.map(fingerprintOf) });
}
