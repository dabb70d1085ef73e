// A batch and its items as the engine holds them. Times are whole milliseconds since 1970.
import type { BatchCall, BatchStatus, PauseReason } from '../contract/batch.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { CallStatus, Mode, Network, OutcomeGroup } from '../contract/vocabulary.ts';
import type { Result } from '../lib/result.ts';

export interface BatchRecord {
  id: string;
  mode: Mode;
  network: Network;
  key_id: string;
  name: string | null;
  status: BatchStatus;
  pause_reason: PauseReason | null;
  calls_per_hour: number | null;
  stop_after_failures: number | null;
  /** Calls of the group `problem` that ended one after the other, until now. */
  failures_in_row: number;
  source: string | null;
  total: number;
  idempotency_key: string | null;
  fingerprint: string;
  created_at: number;
  /** When every item had its call or its problem; nobody is dialed before. */
  placed_at: number | null;
  ended_at: number | null;
  /** Its batch.ended. */
  end_event_id: string | null;
}

/** An item that has neither a call nor a problem yet. */
export interface WaitingItem {
  index: number;
  request: BatchCall;
}

/** An item with what became of it, read together with its call. */
export interface ItemRecord {
  index: number;
  call_id: string | null;
  problem: ProblemFailure | null;
  reference: string | null;
  status: CallStatus | null;
  outcome: string | null;
  outcome_group: OutcomeGroup | null;
}

/** How many items stand where: refused (no call), or by status and outcome group of their call. */
export interface ItemCount {
  refused: boolean;
  status: CallStatus | null;
  outcome_group: OutcomeGroup | null;
  count: number;
}

/** An item as it was read: a call to place, or what is wrong with it. */
export type BatchItemRequest = Result<BatchCall, ProblemFailure>;
