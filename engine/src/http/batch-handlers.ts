// The operations on batches: each asks a verb and shapes its answer.
import type { BatchRecord } from '../batches/batch-record.ts';
import { placeBatch } from '../batches/place-batch.ts';
import { cancelBatch, pauseBatch, resumeBatch } from '../batches/steer-batch.ts';
import { viewBatch } from '../batches/view-batch.ts';
import { type Batch, BatchCall } from '../contract/batch.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import { keyOf } from './auth.ts';
import { cursorOf, readCursor, readPlace } from './page-cursor.ts';
import type { HandlerPorts } from './ports.ts';
import { readPart } from './request-input.ts';
import type { Handlers } from './routes.ts';

type BatchHandlers = Pick<
  Handlers,
  'placeBatch' | 'listBatches' | 'getBatch' | 'pauseBatch' | 'resumeBatch' | 'cancelBatch'
>;

export function batchHandlers(ports: HandlerPorts): BatchHandlers {
  const steer = async (batchId: string, mode: Mode, verb: typeof pauseBatch) => {
    if ((await find(batchId, ports))?.mode !== mode) return NOT_FOUND;
    const steered = await verb(batchId, ports.batch);
    return steered.ok
      ? { status: 200 as const, body: await present(steered.value, ports) }
      : { problem: steered.failure };
  };
  return {
    async placeBatch({ body, headers, caller }) {
      if (!ports.settings.modes_ready[caller.mode])
        return { problem: { code: 'live_mode_not_ready' } };
      const items = body.calls.map((item, at) => readPart(BatchCall, item, ['calls', at]));
      const idempotency_key = headers['idempotency-key'];
      const placed = await placeBatch(
        { body, items, key: keyOf(caller), idempotency_key },
        ports.batch,
      );
      if (!placed.ok) return { problem: placed.failure };
      const { batch, replayed } = placed.value;
      return {
        status: 201,
        body: await present(batch, ports, { from: 0, limit: batch.total, replayed }),
        ...(replayed ? { headers: { 'idempotency-replayed': 'true' } } : {}),
      };
    },
    async listBatches({ query, caller }) {
      const { cursor, status, limit } = query;
      const before = cursor === undefined ? undefined : readCursor(cursor, 'bat');
      if (before === null) return { problem: { code: 'invalid_cursor' } };
      const asked = { mode: caller.mode, status, before, limit: limit + 1 };
      const found = await ports.batch.batches.list(ports.database, asked);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        status: 200,
        body: {
          batches: await Promise.all(page.map((batch) => present(batch, ports))),
          next_cursor: found.length > limit && last ? cursorOf(last) : null,
        },
      };
    },
    async getBatch({ params, query, caller, signal }) {
      const from = readPlace(query.cursor);
      if (from === null) return { problem: { code: 'invalid_cursor' } };
      const batch = await waitForEnd(params.id, query.wait_seconds * 1_000, signal, ports);
      if (batch?.mode !== caller.mode) return NOT_FOUND;
      const items = query.items ? { from, limit: query.limit } : undefined;
      return { status: 200, body: await present(batch, ports, items) };
    },
    pauseBatch: ({ params, caller }) => steer(params.id, caller.mode, pauseBatch),
    resumeBatch: ({ params, caller }) => steer(params.id, caller.mode, resumeBatch),
    cancelBatch: ({ params, caller }) => steer(params.id, caller.mode, cancelBatch),
  };
}

const NOT_FOUND: { problem: ProblemFailure } = { problem: { code: 'not_found' } };
const LOOK_EVERY_MS = 1_000;

const find = (batchId: string, ports: HandlerPorts): Promise<BatchRecord | undefined> =>
  ports.batch.batches.find(ports.database, batchId);

async function present(
  batch: BatchRecord,
  { batch: { batches }, database }: HandlerPorts,
  page?: { from: number; limit: number; replayed?: boolean },
): Promise<Batch> {
  const counts = await batches.counts(database, batch.id);
  if (!page) return viewBatch(batch, counts);
  const { from, limit, replayed = false } = page;
  const items = await batches.items(database, batch.id, from, limit);
  const next = from + items.length;
  const next_cursor = items.length > 0 && next < batch.total ? String(next) : null;
  return viewBatch(batch, counts, { items, next_cursor, replayed });
}

async function waitForEnd(
  batchId: string,
  ms: number,
  signal: AbortSignal,
  ports: HandlerPorts,
): Promise<BatchRecord | undefined> {
  const until = ports.clock.monotonic() + ms;
  for (;;) {
    const batch = await find(batchId, ports);
    const leftMs = until - ports.clock.monotonic();
    if (!batch || batch.ended_at !== null || leftMs <= 0 || signal.aborted) return batch;
    await ports.clock.sleep(Math.min(leftMs, LOOK_EVERY_MS), signal);
  }
}
