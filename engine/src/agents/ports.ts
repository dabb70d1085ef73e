// What agents need from outside.
import type { Agents } from '../calls/ports.ts';
import type { Queryable, Transaction } from '../lib/database.ts';
import type { AgentRecord, VersionRecord } from './agent-record.ts';

/** The tables of agents and their versions. Every method runs on the connection that it is given. */
export interface AgentStore extends Agents {
  insert(tx: Transaction, agent: AgentRecord): Promise<void>;
  /** The agent; undefined when there is none or it was deleted. */
  find(on: Queryable, agentId: string): Promise<AgentRecord | undefined>;
  /** The same, its row locked until the transaction ends. */
  lock(tx: Transaction, agentId: string): Promise<AgentRecord | undefined>;
  update(tx: Transaction, agentId: string, change: Partial<AgentRecord>): Promise<void>;
  /** Newest first, without deleted ones. */
  list(on: Queryable, page: AgentPage): Promise<AgentRecord[]>;
  insertVersion(tx: Transaction, version: VersionRecord): Promise<void>;
  /** Versions below `before`, newest first; also of a deleted agent. */
  versions(
    on: Queryable,
    agentId: string,
    page: { before: number | undefined; limit: number },
  ): Promise<VersionRecord[]>;
  /** True for an agent that is or was. */
  isKnown(on: Queryable, agentId: string): Promise<boolean>;
  /** The words of answered calls by this agent that were placed since, each once. */
  outcomesSince(on: Queryable, agentId: string, since: number): Promise<string[]>;
}

export interface AgentPage {
  published?: boolean | undefined;
  limit: number;
  /** Only agents older than this one. */
  before?: { created_at: number; id: string } | undefined;
}
