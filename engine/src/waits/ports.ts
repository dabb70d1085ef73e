// A wait as the engine holds it, and what waits need from outside. Times are whole milliseconds since 1970.
import type { CallStatus, Mode, Network } from '../contract/vocabulary.ts';
import type { WaitStatus } from '../contract/wait.ts';
import type { Queryable, Transaction } from '../lib/database.ts';

export interface WaitRecord {
  id: string;
  mode: Mode;
  network: Network;
  key_id: string;
  /** Hash of the secret in its Location. */
  token_hash: string;
  url: string;
  /** Sent along as bearer. */
  token: string | null;
  status: WaitStatus;
  total: number;
  until: number;
  created_at: number;
  /** When its one message was queued, or when it was withdrawn. */
  closed_at: number | null;
}

/** The table of waits and the calls that they are for. Every method runs on the connection that it is given. */
export interface WaitStore {
  /**
   * The calls of this mode among `callIds`, their rows locked until the transaction ends: one that is ending now is seen
   * as ended, or its end will see the wait.
   */
  lockCalls(
    tx: Transaction,
    mode: Mode,
    callIds: readonly string[],
  ): Promise<Map<string, CallStatus>>;
  insert(tx: Transaction, wait: WaitRecord, callIds: readonly string[]): Promise<void>;
  find(on: Queryable, waitId: string): Promise<WaitRecord | undefined>;
  /** The wait, its row locked until the transaction ends. */
  lock(tx: Transaction, waitId: string): Promise<WaitRecord | undefined>;
  /** Changes an open wait; false when it is not open. */
  close(tx: Transaction, waitId: string, status: WaitStatus, now: number): Promise<boolean>;
  /** Open waits for this call. */
  openOfCall(on: Queryable, callId: string): Promise<string[]>;
  hasOpenCalls(on: Queryable, waitId: string): Promise<boolean>;
  countEnded(on: Queryable, waitId: string): Promise<number>;
  /** Calls from the `from`-th on, in the order in which they were given. */
  callIds(on: Queryable, waitId: string, from: number, limit: number): Promise<string[]>;
  /** Stops the message of a wait, if it is still on its way. */
  dropMessage(tx: Transaction, waitId: string): Promise<void>;
  remove(tx: Transaction, waitId: string): Promise<void>;
}

/** The calls of a batch, in order; undefined when there is no such batch, null while they are still being placed. */
export type CallsOfBatch = (
  on: Queryable,
  mode: Mode,
  batchId: string,
) => Promise<string[] | null | undefined>;
