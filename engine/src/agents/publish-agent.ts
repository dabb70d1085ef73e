// Makes the draft a version. Invariant: versions count up from 1 without gaps, and none changes once it is written.
import type { AgentSetup, AgentWarning } from '../contract/agent.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import { DEFAULT_OUTCOMES } from '../contract/vocabulary.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { AgentRecord } from './agent-record.ts';
import { faultOfSetup, lackOfSetup } from './check-setup.ts';
import type { SavePorts } from './save-agent.ts';
import { isSameSetup } from './view-agent.ts';

const RECENT_MS = 30 * 86_400_000;

interface Published {
  agent: AgentRecord;
  warnings: AgentWarning[];
}

/** Returns the agent with its new version, or with the one it has when the draft is that already. */
export async function publishAgent(
  agentId: string,
  ports: SavePorts,
): Promise<Result<Published, ProblemFailure>> {
  return ports.database.transaction(async (tx) => {
    const { agents } = ports;
    const agent = await agents.lock(tx, agentId);
    if (!agent) return fail({ code: 'not_found' as const });
    const now = ports.clock.now();
    const fault = lackOfSetup(agent.draft) ?? faultOfSetup(agent.draft, now, ports);
    if (fault) return fail(fault);
    const latest = await agents.findVersion(tx, agentId);
    if (latest && isSameSetup(latest.setup, agent.draft)) return ok({ agent, warnings: [] });

    const version = (agent.version ?? 0) + 1;
    await agents.insertVersion(tx, {
      ...{ agent_id: agentId, version, setup: agent.draft, published_at: now },
    });
    await agents.update(tx, agentId, { version, published_at: now });
    const used = latest ? await agents.outcomesSince(tx, agentId, now - RECENT_MS) : [];
    return ok({
      agent: { ...agent, version, published_at: now },
      warnings: warningsOf(agent.draft, used),
    });
  });
}

function warningsOf({ outcomes }: AgentSetup, used: readonly string[]): AgentWarning[] {
  const words: readonly string[] =
    outcomes?.map((one) => (typeof one === 'string' ? one : one.value)) ?? DEFAULT_OUTCOMES;
  return used
    .filter((word) => !words.includes(word))
    .map((outcome) => ({
      code: 'outcome_removed',
      outcome,
      detail: `Calls of the last 30 days ended with “${outcome}”, which is not an outcome any more. A workflow that branches on it will not see it again.`,
    }));
}
