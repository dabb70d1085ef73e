import { hashOf } from '../calls/fingerprint.ts';
import type { Agent, AgentSetup, AgentVersion } from '../contract/agent.ts';
import type { AgentRecord, VersionRecord } from './agent-record.ts';

/** Returns the agent as callers see it. */
export const viewAgent = (agent: AgentRecord, published: AgentSetup | null): Agent => ({
  id: agent.id,
  name: agent.name,
  version: agent.version,
  draft: agent.draft,
  published,
  has_changes: published === null || !isSameSetup(agent.draft, published),
  created_at: new Date(agent.created_at).toISOString(),
  updated_at: new Date(agent.updated_at).toISOString(),
  published_at: agent.published_at === null ? null : new Date(agent.published_at).toISOString(),
});

export const viewVersion = ({ version, setup, published_at }: VersionRecord): AgentVersion => ({
  version,
  setup,
  published_at: new Date(published_at).toISOString(),
});

/** True when two set-ups say the same, in whatever order. */
export const isSameSetup = (one: AgentSetup, other: AgentSetup): boolean =>
  hashOf(one) === hashOf(other);
