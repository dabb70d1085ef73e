import type { PlaceCall } from '../contract/place-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Queryable } from '../lib/database.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { AgentSource, Agents } from './ports.ts';
import { problemAt } from './request/problem-at.ts';

/** Returns the agent that a request names, undefined when it names none, or why it cannot be used. */
export async function findAgent(
  on: Queryable,
  { agent_id, agent_version }: PlaceCall,
  agents: Agents,
): Promise<Result<AgentSource | undefined, ProblemFailure>> {
  // Platforms send an empty text for a field that nobody filled.
  if (!agent_id) {
    return agent_version === undefined
      ? ok(undefined)
      : fail(problemAt('invalid_request', ['agent_version'], 'Give the agent too.'));
  }
  const found = await agents.findVersion(on, agent_id, agent_version);
  if (found) return ok(found);
  const published = await agents.findVersion(on, agent_id);
  return fail(
    published
      ? problemAt('invalid_request', ['agent_version'], 'The agent has no such version.')
      : problemAt('invalid_request', ['agent_id'], 'There is no published agent with this id.'),
  );
}
