// The draft of an agent: made, changed and taken away. Calls do not see it before it is published.
import type { AgentSetup, CreateAgent, UpdateAgent } from '../contract/agent.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { AgentRecord } from './agent-record.ts';
import { type CheckPorts, faultOfSetup } from './check-setup.ts';
import type { AgentStore } from './ports.ts';

export interface SavePorts extends CheckPorts {
  agents: AgentStore;
  database: Database;
  clock: Clock;
}

export async function createAgent(
  { name, ...draft }: CreateAgent,
  ports: SavePorts,
): Promise<Result<AgentRecord, ProblemFailure>> {
  const now = ports.clock.now();
  const fault = faultOfSetup(draft, now, ports);
  if (fault) return fail(fault);
  const agent: AgentRecord = {
    ...{ id: newId('agt'), name, draft, version: null },
    ...{ created_at: now, updated_at: now, published_at: null, deleted_at: null },
  };
  await ports.database.transaction((tx) => ports.agents.insert(tx, agent));
  return ok(agent);
}

export async function updateAgent(
  agentId: string,
  { name, ...change }: UpdateAgent,
  ports: SavePorts,
): Promise<Result<AgentRecord, ProblemFailure>> {
  return ports.database.transaction(async (tx) => {
    const agent = await ports.agents.lock(tx, agentId);
    if (!agent) return fail({ code: 'not_found' as const });
    const now = ports.clock.now();
    const draft = changed(agent.draft, change);
    const fault = faultOfSetup(draft, now, ports);
    if (fault) return fail(fault);
    const saved = { name: name ?? agent.name, draft, updated_at: now };
    await ports.agents.update(tx, agentId, saved);
    return ok({ ...agent, ...saved });
  });
}

/** False when there never was such an agent. */
export async function deleteAgent(agentId: string, ports: SavePorts): Promise<boolean> {
  return ports.database.transaction(async (tx) => {
    if (!(await ports.agents.isKnown(tx, agentId))) return false;
    if (await ports.agents.lock(tx, agentId))
      await ports.agents.update(tx, agentId, { deleted_at: ports.clock.now() });
    return true;
  });
}

function changed(draft: AgentSetup, change: Omit<UpdateAgent, 'name'>): AgentSetup {
  const next = Object.entries({ ...draft, ...change }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(next);
}
