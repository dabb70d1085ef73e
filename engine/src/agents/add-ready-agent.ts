import { languageOf } from '../calls/languages.ts';
import { problemAt } from '../calls/request/problem-at.ts';
import type { AddReadyAgent } from '../contract/agent.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import { fail, type Result } from '../lib/result.ts';
import type { AgentRecord } from './agent-record.ts';
import { publishAgent } from './publish-agent.ts';
import type { ReadyText } from './ready/ready-text.ts';
import { READY_AGENTS } from './ready-agents.ts';
import { createAgent, type SavePorts } from './save-agent.ts';

/** Adds an agent that comes with Recado, published: the operator's own from then on. */
export async function addReadyAgent(
  { ready, language, name }: AddReadyAgent,
  ports: SavePorts,
): Promise<Result<AgentRecord, ProblemFailure>> {
  const texts = Object.hasOwn(READY_AGENTS, ready) ? READY_AGENTS[ready]?.languages : undefined;
  if (!texts) {
    const names = Object.keys(READY_AGENTS).join(', ');
    return fail(problemAt('invalid_request', ['ready'], `The ready agents are: ${names}.`));
  }
  const wanted = languageOf(language || ports.settings.default_language);
  const text: ReadyText | undefined = wanted && texts[wanted];
  if (!text) {
    const detail = `It speaks: ${Object.keys(texts).join(', ')}.`;
    return fail(problemAt('invalid_request', ['language'], detail));
  }
  const created = await createAgent({ ...text.setup, name: name ?? text.name }, ports);
  if (!created.ok) return created;
  const published = await publishAgent(created.value.id, ports);
  return published.ok ? { ok: true, value: published.value.agent } : published;
}
