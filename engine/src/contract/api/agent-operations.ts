// The operations on agents.
import { z } from 'zod';
import {
  AddReadyAgent,
  Agent,
  AgentList,
  AgentTry,
  AgentVersionList,
  CreateAgent,
  PublishedAgent,
  ReadyAgent,
  TryAgent,
  UpdateAgent,
} from '../agent.ts';
import type { Endpoint } from '../endpoint.ts';
import { FieldList } from '../field-list.ts';
import type { ProblemCode } from '../problem.ts';
import { BODY, count, id, KEY } from './operation-parts.ts';

const AgentParams = z.strictObject({ id: id('agt') });
const PageQuery = z.strictObject({
  limit: count(100, 25),
  cursor: z.string().max(200).optional(),
});
const SETUP: ProblemCode[] = ['unresolved_variable', 'result_schema_invalid', 'not_supported_yet'];

export const AGENT_OPERATIONS = {
  createAgent: {
    method: 'POST',
    path: '/v1/agents',
    summary: 'Create an agent',
    description: 'A draft: calls can use it once it is published. Test and live keys share agents.',
    tag: 'agents',
    auth: 'key',
    body: CreateAgent,
    replies: { 201: Agent },
    problems: [...BODY, ...KEY, ...SETUP],
  },
  listAgents: {
    method: 'GET',
    path: '/v1/agents',
    summary: 'List agents, newest first',
    tag: 'agents',
    auth: 'key',
    query: PageQuery.extend({
      published: z
        .enum(['true', 'false'])
        .transform((flag) => flag === 'true')
        .optional(),
    }),
    replies: { 200: AgentList },
    problems: [...KEY, 'invalid_request', 'invalid_cursor'],
  },
  listReadyAgents: {
    method: 'GET',
    path: '/v1/ready_agents',
    summary: 'List the agents that come with Recado',
    tag: 'agents',
    auth: 'key',
    replies: {
      200: z.object({ ready_agents: z.array(ReadyAgent) }).meta({ id: 'ReadyAgentList' }),
    },
    problems: KEY,
  },
  addReadyAgent: {
    method: 'POST',
    path: '/v1/ready_agents',
    summary: 'Add one of the agents that come with Recado',
    description: 'It is published at once and yours from then on: change it as you like.',
    tag: 'agents',
    auth: 'key',
    body: AddReadyAgent,
    replies: { 201: Agent },
    problems: [...BODY, ...KEY],
  },
  getAgent: {
    method: 'GET',
    path: '/v1/agents/{id}',
    summary: 'Get an agent',
    tag: 'agents',
    auth: 'key',
    params: AgentParams,
    replies: { 200: Agent },
    problems: [...KEY, 'not_found'],
  },
  updateAgent: {
    method: 'PATCH',
    path: '/v1/agents/{id}',
    summary: 'Change the draft of an agent',
    description:
      'Changes only what is given; null takes a field away. Calls go on with the published version. The name changes at once.',
    tag: 'agents',
    auth: 'key',
    params: AgentParams,
    body: UpdateAgent,
    replies: { 200: Agent },
    problems: [...BODY, ...KEY, ...SETUP, 'not_found'],
  },
  publishAgent: {
    method: 'POST',
    path: '/v1/agents/{id}/publish',
    summary: 'Publish the draft of an agent',
    description:
      'Makes a new version that never changes. Calls that were not dialed yet use it too, unless they name a version. A draft that is published already gives no new version.',
    tag: 'agents',
    auth: 'key',
    params: AgentParams,
    replies: { 200: PublishedAgent },
    problems: [...KEY, ...SETUP, 'invalid_request', 'not_found'],
  },
  listAgentVersions: {
    method: 'GET',
    path: '/v1/agents/{id}/versions',
    summary: 'List the versions of an agent, newest first',
    description: 'Also of an agent that was deleted, to look up what a call was told.',
    tag: 'agents',
    auth: 'key',
    params: AgentParams,
    query: PageQuery,
    replies: { 200: AgentVersionList },
    problems: [...KEY, 'not_found', 'invalid_request', 'invalid_cursor'],
  },
  getAgentFields: {
    method: 'GET',
    path: '/v1/agents/{id}/fields',
    summary: 'List the variables and result fields of an agent',
    description: 'For forms: of the published version, of the one given, or else of the draft.',
    tag: 'agents',
    auth: 'key',
    params: AgentParams,
    query: z.strictObject({ version: z.coerce.number().int().min(1).optional() }),
    replies: { 200: FieldList },
    problems: [...KEY, 'not_found', 'invalid_request'],
  },
  tryAgent: {
    method: 'POST',
    path: '/v1/agents/{id}/try',
    summary: 'Try an agent in text',
    description:
      'A short conversation in writing; no phone rings and nothing is kept. With a test key no AI model takes part.',
    tag: 'agents',
    auth: 'key',
    params: AgentParams,
    body: TryAgent,
    replies: { 200: AgentTry },
    problems: [...BODY, ...KEY, ...SETUP, 'not_found', 'live_mode_not_ready'],
  },
  deleteAgent: {
    method: 'DELETE',
    path: '/v1/agents/{id}',
    summary: 'Delete an agent',
    description:
      'Calls that were accepted keep the version they have. Answers the same when it was already deleted.',
    tag: 'agents',
    auth: 'key',
    params: AgentParams,
    replies: { 204: null },
    problems: [...KEY, 'not_found'],
  },
} as const satisfies Record<string, Endpoint>;
