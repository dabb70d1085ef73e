// Job, and the second half of accepting a batch: places the items that were not placed yet, then lets the batch go.
// Invariant: an item is placed at most once, because it has an Idempotency-Key of its own, whoever places it and how often.
import { type PlacePorts, placeCall } from '../calls/place-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { BatchRecord, WaitingItem } from './batch-record.ts';
import { type EndBatchPorts, endIfOver } from './end-batch.ts';
import type { BatchStore } from './ports.ts';
import { enqueueDials, spreadCalls } from './spread-calls.ts';

export interface PlaceItemsPorts extends PlacePorts, EndBatchPorts {
  batches: BatchStore;
}

const AT_ONCE = 50;
const IN_PROGRESS_TRIES = 40;
const IN_PROGRESS_PAUSE_MS = 50;

export async function placeItems(batchId: string, ports: PlaceItemsPorts): Promise<void> {
  const batch = await ports.batches.find(ports.database, batchId);
  if (!batch || batch.placed_at !== null) return;
  for (;;) {
    const waiting = await ports.batches.waitingItems(ports.database, batchId, AT_ONCE);
    if (waiting.length === 0) break;
    for (const item of waiting) await placeItem(batch, item, ports);
  }
  await letGo(batch, ports);
}

async function placeItem(
  batch: BatchRecord,
  { index, request }: WaitingItem,
  ports: PlaceItemsPorts,
): Promise<void> {
  const { idempotency_key, ...body } = request;
  const place = () =>
    placeCall(
      {
        body,
        key: { id: batch.key_id, mode: batch.mode },
        idempotency_key: idempotency_key ?? `${batch.id}:${index}`,
        batch: { id: batch.id, index },
      },
      ports,
    );
  let placed = await place();
  // Somebody else is placing the same item, or a call with the same key of the builder's.
  for (let tries = 0; !placed.ok && isPassing(placed.failure); tries++) {
    if (tries >= IN_PROGRESS_TRIES) throw new Error('an item could not be placed now');
    await ports.clock.sleep(IN_PROGRESS_PAUSE_MS);
    placed = await place();
  }
  const settled = placed.ok
    ? { call_id: placed.value.call.id }
    : { problem: problemOfItem(index, placed.failure) };
  await ports.database.transaction((tx) => ports.batches.settleItem(tx, batch.id, index, settled));
}

const isPassing = ({ code }: ProblemFailure): boolean =>
  code === 'idempotency_key_in_progress' || code === 'unavailable';

// Pointers lead into the request as it was sent.
const problemOfItem = (index: number, problem: ProblemFailure): ProblemFailure =>
  problem.errors === undefined
    ? problem
    : {
        ...problem,
        errors: problem.errors.map((error) => ({
          ...error,
          pointer: `/calls/${index}${error.pointer}`,
        })),
      };

/** Every item has its call or its problem: from now on the calls are dialed. */
async function letGo(batch: BatchRecord, ports: PlaceItemsPorts): Promise<void> {
  await spreadCalls(batch, ports);
  await ports.database.transaction(async (tx) => {
    const current = await ports.batches.lock(tx, batch.id);
    if (!current || current.placed_at !== null) return;
    const change = { placed_at: ports.clock.now() };
    await ports.batches.update(tx, batch.id, [current.status], change);
    if (current.status === 'running') await enqueueDials(tx, batch.id, ports);
    await endIfOver(tx, { ...current, ...change }, ports);
  });
}
