// Whether a set-up can be one that calls use. What is there must be right; only what is published must be whole. Pure.

import type { Settings } from '../calls/ports.ts';
import { prepareCall } from '../calls/prepare-call.ts';
import { problemAt } from '../calls/request/problem-at.ts';
import { spokenValue } from '../calls/spoken-value.ts';
import { isBlank, leftoverIn, placesIn, withoutLinesOf } from '../calls/texts.ts';
import type { AgentSetup, AgentVariable } from '../contract/agent.ts';
import type { ProblemFailure } from '../contract/problem.ts';

export interface CheckPorts {
  settings: Settings;
}

/** Returns what is wrong with a set-up, undefined when nothing is. Pointers lead into the set-up. */
export function faultOfSetup(
  setup: AgentSetup,
  now: number,
  { settings }: CheckPorts,
): ProblemFailure | undefined {
  return (
    (setup.tools?.length ? NO_TOOLS : undefined) ??
    faultOfVariables(setup, now, settings) ??
    faultOfTexts(setup) ??
    faultOfCall(setup, now, settings)
  );
}

/** Returns what is missing in a set-up before it can be published. */
export const lackOfSetup = ({ task = '' }: AgentSetup): ProblemFailure | undefined =>
  isBlank(task) ? problemAt('invalid_request', ['task'], 'Say what the calls are for.') : undefined;

const NO_TOOLS = problemAt(
  'not_supported_yet',
  ['tools'],
  'This version of Recado does not act on it. Leave it out.',
);

function faultOfVariables(
  { variables = [] }: AgentSetup,
  now: number,
  { default_language: language }: Settings,
): ProblemFailure | undefined {
  const names = new Set<string>();
  for (const [index, variable] of variables.entries()) {
    const fault =
      (names.has(variable.name) ? ['name', 'Another variable has this name.'] : undefined) ??
      faultOfVariable(variable, { language, timezone: 'UTC', zones: [], now });
    if (fault)
      return problemAt('invalid_request', [`variables/${index}/${fault[0]}`], fault[1] ?? '');
    names.add(variable.name);
  }
  return undefined;
}

function faultOfVariable(
  variable: AgentVariable,
  facts: Parameters<typeof spokenValue>[2],
): [string, string] | undefined {
  const { type, choices } = variable;
  if (type === 'choice' && !choices) return ['choices', 'A choice needs choices.'];
  if (type !== 'choice' && choices) return ['choices', 'Only the type choice has choices.'];
  if (variable.default === undefined) return undefined;
  const spoken = spokenValue(variable, variable.default, facts);
  return spoken.ok ? undefined : ['default', spoken.failure.detail];
}

function faultOfTexts({
  task,
  first_message,
  voicemail,
  variables = [],
}: AgentSetup): ProblemFailure | undefined {
  const known = new Set(variables.map(({ name }) => name));
  const texts = { task, first_message, 'voicemail/message': voicemail?.message };
  for (const [field, text = ''] of Object.entries(texts)) {
    const unknown = placesIn(text).find((name) => !known.has(name));
    if (unknown !== undefined) {
      const detail = `“{{${unknown}}}” is none of the variables. Add it to them, or take it out.`;
      return problemAt('unresolved_variable', [field], detail);
    }
    const left = leftoverIn(text.replace(/\{\{\s*\w+\s*\}\}/g, ''));
    if (left !== undefined)
      return problemAt('unresolved_variable', [field], `“${left}” cannot be filled in.`);
  }
  const optional = new Set(variables.filter(isOptional).map(({ name }) => name));
  return task && !isBlank(task) && isBlank(withoutLinesOf(task, optional))
    ? problemAt('invalid_request', ['task'], 'One line must stand without optional variables.')
    : undefined;
}

const isOptional = ({ required, default: value }: AgentVariable): boolean =>
  required === false && value === undefined;

// Read as the calls will be read, so that an agent never makes a request that is refused.
function faultOfCall(
  setup: AgentSetup,
  now: number,
  settings: Settings,
): ProblemFailure | undefined {
  const { task = 'Say hello.', variables: _typed, ...rest } = setup;
  const plain = (text: string): string => text.replace(/\{\{\s*\w+\s*\}\}/g, 'x');
  const sample = {
    ...rest,
    task: plain(task),
    ...(rest.first_message ? { first_message: plain(rest.first_message) } : {}),
  };
  const prepared = prepareCall(
    { phone_number: '+12025550100' },
    { settings, mode: 'live', now, agent: { agent_id: '', version: 0, setup: sample } },
  );
  if (prepared.ok) return undefined;
  const { failure } = prepared;
  return { ...failure, ...(failure.errors ? { errors: failure.errors.map(inSetup) } : {}) };
}

// The only field that calls keep elsewhere.
const inSetup = <E extends { pointer: string }>(error: E): E => ({
  ...error,
  pointer: error.pointer.replace(/^\/schedule\/calling_hours/, '/calling_hours'),
});
