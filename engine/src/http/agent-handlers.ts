// The operations on agents: each asks a verb and shapes its answer. Agents are the same in both modes.
import { addReadyAgent } from '../agents/add-ready-agent.ts';
import { fieldsOfAgent } from '../agents/agent-fields.ts';
import type { AgentRecord } from '../agents/agent-record.ts';
import { publishAgent } from '../agents/publish-agent.ts';
import { listReadyAgents } from '../agents/ready-agents.ts';
import { createAgent, deleteAgent, updateAgent } from '../agents/save-agent.ts';
import { tryAgent } from '../agents/try-agent.ts';
import { viewAgent, viewVersion } from '../agents/view-agent.ts';
import type { AgentSource } from '../calls/ports.ts';
import type { Agent } from '../contract/agent.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import { cursorOf, readCursor } from './page-cursor.ts';
import type { HandlerPorts } from './ports.ts';
import type { Handlers } from './routes.ts';

type AgentHandlers = Pick<
  Handlers,
  | 'createAgent'
  | 'listAgents'
  | 'listReadyAgents'
  | 'addReadyAgent'
  | 'getAgent'
  | 'updateAgent'
  | 'publishAgent'
  | 'listAgentVersions'
  | 'getAgentFields'
  | 'tryAgent'
  | 'deleteAgent'
>;

export const agentHandlers = (ports: HandlerPorts): AgentHandlers => ({
  ...savingHandlers(ports),
  ...readingHandlers(ports),
});

const savingHandlers = (ports: HandlerPorts) =>
  ({
    async createAgent({ body }) {
      const created = await createAgent(body, ports.agent);
      return created.ok
        ? { status: 201, body: await present(created.value, ports) }
        : { problem: created.failure };
    },
    async addReadyAgent({ body }) {
      const added = await addReadyAgent(body, ports.agent);
      return added.ok
        ? { status: 201, body: await present(added.value, ports) }
        : { problem: added.failure };
    },
    async updateAgent({ params, body }) {
      const updated = await updateAgent(params.id, body, ports.agent);
      return updated.ok
        ? { status: 200, body: await present(updated.value, ports) }
        : { problem: updated.failure };
    },
    async publishAgent({ params }) {
      const published = await publishAgent(params.id, ports.agent);
      if (!published.ok) return { problem: published.failure };
      const { agent, warnings } = published.value;
      return { status: 200, body: { agent: await present(agent, ports), warnings } };
    },
    async deleteAgent({ params }) {
      return (await deleteAgent(params.id, ports.agent)) ? { status: 204 } : NOT_FOUND;
    },
  }) satisfies Partial<AgentHandlers>;

const readingHandlers = (ports: HandlerPorts) =>
  ({
    async listAgents({ query }) {
      const { cursor, published, limit } = query;
      const before = cursor === undefined ? undefined : readCursor(cursor, 'agt');
      if (before === null) return { problem: { code: 'invalid_cursor' } };
      const asked = { published, before, limit: limit + 1 };
      const found = await ports.agent.agents.list(ports.database, asked);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        status: 200,
        body: {
          agents: await Promise.all(page.map((agent) => present(agent, ports))),
          next_cursor: found.length > limit && last ? cursorOf(last) : null,
        },
      };
    },
    listReadyAgents: async () => ({ status: 200, body: { ready_agents: listReadyAgents() } }),
    async getAgent({ params }) {
      const agent = await ports.agent.agents.find(ports.database, params.id);
      return agent ? { status: 200, body: await present(agent, ports) } : NOT_FOUND;
    },
    async listAgentVersions({ params, query }) {
      const { cursor, limit } = query;
      if (cursor !== undefined && !/^\d{1,9}$/.test(cursor))
        return { problem: { code: 'invalid_cursor' } };
      const { agents } = ports.agent;
      if (!(await agents.isKnown(ports.database, params.id))) return NOT_FOUND;
      const before = cursor === undefined ? undefined : Number(cursor);
      const found = await agents.versions(ports.database, params.id, { before, limit: limit + 1 });
      const page = found.slice(0, limit);
      const next_cursor = found.length > limit ? String(page.at(-1)?.version) : null;
      return { status: 200, body: { versions: page.map(viewVersion), next_cursor } };
    },
    async getAgentFields({ params, query }) {
      const found = await sourceOf(params.id, query.version, 'published', ports);
      return found ? { status: 200, body: fieldsOfAgent(found.setup) } : NOT_FOUND;
    },
    async tryAgent({ params, body, caller }) {
      const agent = await sourceOf(params.id, body.version, 'draft', ports);
      if (!agent) return NOT_FOUND;
      const tried = await tryAgent({ body, agent, mode: caller.mode }, ports.agent);
      return tried.ok ? { status: 200, body: tried.value } : { problem: tried.failure };
    },
  }) satisfies Partial<AgentHandlers>;

const NOT_FOUND: { problem: ProblemFailure } = { problem: { code: 'not_found' } };

async function present(
  agent: AgentRecord,
  { agent: { agents }, database }: HandlerPorts,
): Promise<Agent> {
  const published = await agents.findVersion(database, agent.id);
  return viewAgent(agent, published?.setup ?? null);
}

/** The version that is asked for; else the draft or what is published, by `first`. */
async function sourceOf(
  agentId: string,
  version: number | undefined,
  first: 'draft' | 'published',
  { agent: { agents }, database }: HandlerPorts,
): Promise<AgentSource | undefined> {
  const found = await agents.find(database, agentId);
  const published =
    version === undefined && first === 'draft'
      ? undefined
      : await agents.findVersion(database, agentId, version);
  if (published || version !== undefined || !found) return published;
  return { agent_id: agentId, version: 0, setup: found.draft };
}
