// What batches need from outside.
import type { CallRecord } from '../calls/call-record.ts';
import type { BatchStatus } from '../contract/batch.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { Queryable, Transaction } from '../lib/database.ts';
import type {
  BatchItemRequest,
  BatchRecord,
  ItemCount,
  ItemRecord,
  WaitingItem,
} from './batch-record.ts';

/** The tables of batches and their items. Every method runs on the connection that it is given. */
export interface BatchStore {
  /** False when this key has a batch with this Idempotency-Key already; then nothing is written. */
  insert(tx: Transaction, batch: BatchRecord, items: readonly BatchItemRequest[]): Promise<boolean>;
  find(on: Queryable, batchId: string): Promise<BatchRecord | undefined>;
  findByIdempotencyKey(
    on: Queryable,
    keyId: string,
    idempotencyKey: string,
  ): Promise<BatchRecord | undefined>;
  list(on: Queryable, page: BatchPage): Promise<BatchRecord[]>;
  /** The batch, its row locked until the transaction ends. */
  lock(tx: Transaction, batchId: string): Promise<BatchRecord | undefined>;
  /** Changes a batch only while its status is one of `from`; false when it is not. */
  update(
    tx: Transaction,
    batchId: string,
    from: readonly BatchStatus[],
    change: Partial<BatchRecord>,
  ): Promise<boolean>;

  /** Items that were not placed yet, in order. */
  waitingItems(on: Queryable, batchId: string, limit: number): Promise<WaitingItem[]>;
  settleItem(
    tx: Transaction,
    batchId: string,
    index: number,
    settled: { call_id: string } | { problem: ProblemFailure },
  ): Promise<void>;
  /** Items from `from` on, in order. */
  items(on: Queryable, batchId: string, from: number, limit: number): Promise<ItemRecord[]>;
  counts(on: Queryable, batchId: string): Promise<ItemCount[]>;
  hasOpenCalls(on: Queryable, batchId: string): Promise<boolean>;
  /** The batches that have this call as an item. */
  ofCall(on: Queryable, callId: string): Promise<string[]>;

  /** The batch's own calls of these statuses, in order. */
  calls(
    on: Queryable,
    batchId: string,
    statuses: readonly CallRecord['status'][],
  ): Promise<Pick<CallRecord, 'id' | 'scheduled_at'>[]>;
}

export interface BatchPage {
  mode: Mode;
  status?: BatchStatus | undefined;
  limit: number;
  /** Only batches older than this one. */
  before?: { created_at: number; id: string } | undefined;
}

/** The own address of a batch. */
export interface BatchReceivers {
  /** Adds an address to a batch; where the batch has ended it is told of the end at once. */
  addForBatch(
    tx: Transaction,
    batch: BatchRecord,
    receiver: { url: string; token: string | null; events: readonly EventType[] },
  ): Promise<void>;
}
