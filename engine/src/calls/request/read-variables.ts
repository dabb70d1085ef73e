// The variables of a request: those of an agent have types and words of their own, all others are said as they are.
import type { AgentSetup, AgentVariable } from '../../contract/agent.ts';
import type { PlaceCall } from '../../contract/place-call.ts';
import type { ProblemCode, ProblemFailure } from '../../contract/problem.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import { type GivenValue, type SpeakingFacts, spokenValue } from '../spoken-value.ts';
import { placesIn } from '../texts.ts';

export interface ReadVariables {
  /** As they were given, with defaults filled in. */
  given: Record<string, unknown>;
  /** What is put into the texts. */
  spoken: Record<string, unknown>;
  /** Optional ones that nobody gave: lines that name them are left out. */
  absent: ReadonlySet<string>;
}

/** Returns the variables, or everything that is wrong with them. */
export function readVariables(
  request: PlaceCall,
  setup: AgentSetup | undefined,
  facts: SpeakingFacts,
): Result<ReadVariables, ProblemFailure> {
  const given = request.variables ?? {};
  if (!setup) return ok({ given, spoken: given, absent: new Set() });
  const variables = setup.variables ?? [];
  const read: ReadVariables & { absent: Set<string> } = {
    given: { ...given },
    spoken: { ...given },
    absent: new Set(),
  };
  const faults = [
    ...unknownNames(request, variables),
    ...variables.flatMap((variable) => readOne(variable, read, facts) ?? []),
  ];
  const [first] = faults;
  return first ? fail(problemOf(first.code, faults)) : ok(read);
}

interface Fault {
  pointer: string;
  code: ProblemCode;
  detail: string;
}

function readOne(
  variable: AgentVariable,
  read: ReadVariables & { absent: Set<string> },
  facts: SpeakingFacts,
): Fault | undefined {
  const { name, required = true } = variable;
  const pointer = `/variables/${name}`;
  const value = Object.hasOwn(read.given, name) ? read.given[name] : undefined;
  const used = isGiven(value) ? value : variable.default;
  if (used === undefined) {
    delete read.spoken[name];
    if (required)
      return { pointer, code: 'unresolved_variable', detail: `The agent needs ${name}.` };
    read.absent.add(name);
    return undefined;
  }
  const spoken = spokenValue(variable, used, facts);
  if (!spoken.ok) {
    const { lacks, detail } = spoken.failure;
    const at = lacks === 'zone' ? '/schedule/timezone' : pointer;
    return { pointer: at, code: 'invalid_request', detail: `${name}: ${detail}` };
  }
  read.given[name] = used;
  read.spoken[name] = spoken.value;
  return undefined;
}

// Platforms send null or an empty text where their record has nothing.
const isGiven = (value: unknown): value is GivenValue =>
  value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');

// A name that nothing uses is a slip of the pen: the agent would go without what was meant.
function unknownNames(request: PlaceCall, variables: readonly AgentVariable[]): Fault[] {
  const known = new Set([
    ...variables.map(({ name }) => name),
    ...placesIn(request.task ?? ''),
    ...placesIn(request.first_message ?? ''),
    ...placesIn(request.voicemail?.message ?? ''),
  ]);
  const names = variables.map(({ name }) => name).join(', ') || 'none';
  return Object.keys(request.variables ?? {})
    .filter((name) => !known.has(name))
    .map((name) => ({
      pointer: `/variables/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      code: 'invalid_request',
      detail: `The agent has no variable ${name}. It has: ${names}.`,
    }));
}

const problemOf = (code: ProblemCode, faults: readonly Fault[]): ProblemFailure => ({
  code,
  detail: faults.map(({ detail }) => detail).join(' '),
  errors: [...faults],
});
