// An agent and its versions as the engine holds them. Times are whole milliseconds since 1970.
import type { AgentSetup } from '../contract/agent.ts';

export interface AgentRecord {
  id: string;
  name: string;
  draft: AgentSetup;
  /** The published version, counted from 1; null before the first one. */
  version: number | null;
  created_at: number;
  updated_at: number;
  published_at: number | null;
  deleted_at: number | null;
}

export interface VersionRecord {
  agent_id: string;
  version: number;
  setup: AgentSetup;
  published_at: number;
}
