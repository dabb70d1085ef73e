import type { Queryable, Transaction } from '../lib/database.ts';

export interface JobRecord {
  id: number;
  kind: string;
  ref: string;
  run_at: number;
  /** How often it was started, this time included. */
  tries: number;
  payload: Record<string, unknown>;
}

/** The table of jobs. A job is owned by a node from claim to settlement; the lease is the node's heartbeat. */
export interface JobStore {
  enqueue(
    tx: Transaction,
    job: {
      kind: string;
      ref: string;
      run_at: number;
      payload?: Record<string, unknown>;
      /** Only this node may run it, as long as it lives. */
      node_id?: string;
      now: number;
    },
  ): Promise<void>;
  /** Takes due jobs, except those of the kind `leftAlone`. */
  claim(
    on: Queryable,
    owner: string,
    now: number,
    limit: number,
    leftAlone?: string,
  ): Promise<JobRecord[]>;
  /** Removes a job that is done; false when it is no longer ours. */
  finish(on: Queryable, jobId: number, owner: string): Promise<boolean>;
  /** Gives a job back to be run at `runAt`, or as soon as its lane has room. */
  postpone(
    on: Queryable,
    jobId: number,
    owner: string,
    runAt: number,
    why?: { failure?: string; lane?: string | null },
  ): Promise<boolean>;
  /** When the next job is due; undefined when there is none. */
  nextRunAt(on: Queryable, owner: string, leftAlone?: string): Promise<number | undefined>;

  /** `publicUrl` is the node's own address, when it has one beside that of all. */
  heartbeat(
    on: Queryable,
    nodeId: string,
    now: number,
    expiresAt: number,
    publicUrl?: string | null,
  ): Promise<void>;
  leave(on: Queryable, nodeId: string): Promise<void>;
  /** True when a node has left or was given up. */
  isGone(on: Queryable, nodeId: string): Promise<boolean>;
  /** Gives up the nodes whose lease ran out until `before`; each is returned once, to one caller. */
  giveUp(on: Queryable, before: number): Promise<string[]>;
  /** Frees the jobs of nodes whose lease ran out; returns how many. */
  rescue(on: Queryable, now: number): Promise<number>;
}
