// A conversation in writing with what an agent would say: no phone, no carrier, nothing kept.
// Bounded: so many lines a time, so many in all, and an end in time whatever the model does.
import { z } from 'zod';
import type { CallRecord, TurnRecord } from '../calls/call-record.ts';
import { newCall } from '../calls/new-call.ts';
import { groupOf } from '../calls/outcome.ts';
import type { AgentSource } from '../calls/ports.ts';
import { type PreparedCall, prepareCall } from '../calls/prepare-call.ts';
import type { AgentTry, TryAgent } from '../contract/agent.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { extractionRequest } from '../results/extraction.ts';
import { readingOf } from '../results/read-result.ts';
import { disclosureFor, instructionsFor } from '../session/instructions.ts';
import type { Reader } from '../session/voice.ts';
import { lackOfSetup } from './check-setup.ts';
import type { SavePorts } from './save-agent.ts';

export interface TryPorts extends SavePorts {
  readers: { simulated: Reader; live?: Reader };
}

export interface TryRequest {
  body: TryAgent;
  agent: AgentSource;
  mode: Mode;
}

type Turn = Pick<TurnRecord, 'speaker' | 'text'>;

// The API answers within 40 s, and one more answer of the model must fit in.
const LONGEST_MS = 20_000;

export async function tryAgent(
  { body, agent, mode }: TryRequest,
  ports: TryPorts,
): Promise<Result<AgentTry, ProblemFailure>> {
  const reader = mode === 'live' ? ports.readers.live : ports.readers.simulated;
  if (!reader) return fail({ code: 'live_mode_not_ready' });
  const prepared = prepareTry(body, agent, mode, ports);
  if (!prepared.ok) return prepared;
  const call = callOf(prepared.value, body, mode, ports.clock.now());
  const talked = await talk(call, body, reader, ports.clock);
  if (!talked.ok) return talked;
  const { turns, ended } = talked.value;
  const learned = await learn(call, turns, reader);
  if (!learned.ok) return learned;
  return ok({
    ...learned.value,
    transcript: turns.map(({ speaker, text }) => ({ speaker, text })),
    ended,
    task: prepared.value.task,
    version: agent.version === 0 ? null : agent.version,
    simulated: mode === 'test',
  });
}

// No number belongs to it, so times without an offset are read as they are written.
const NOBODY = '+12025550100';

function prepareTry(
  { variables, recipient_name }: TryAgent,
  agent: AgentSource,
  mode: Mode,
  { settings, clock }: TryPorts,
): Result<PreparedCall, ProblemFailure> {
  const lack = lackOfSetup(agent.setup);
  if (lack) return fail(lack);
  return prepareCall(
    { phone_number: NOBODY, schedule: { timezone: 'UTC' }, variables, recipient_name },
    { settings, mode, now: clock.now(), agent },
  );
}

const callOf = (prepared: PreparedCall, body: TryAgent, mode: Mode, now: number): CallRecord =>
  newCall(
    {
      body: { variables: body.variables },
      key: { id: 'key_of_nobody', mode },
      idempotency_key: undefined,
    },
    prepared,
    { now, dedupe_key: undefined, phone_numbers: [] },
  );

interface Talked {
  turns: Turn[];
  ended: boolean;
}

async function talk(
  call: CallRecord,
  { transcript = [], says = [] }: TryAgent,
  reader: Reader,
  clock: Clock,
): Promise<Result<Talked, ProblemFailure>> {
  const disclosure = disclosureFor(call, call.order.language);
  const instructions = `${instructionsFor(call, disclosure)}\n\n${IN_WRITING}`;
  const begins = transcript.length === 0;
  const turns: Turn[] = begins ? [{ speaker: 'agent', text: disclosure }] : [...transcript];
  const until = clock.monotonic() + LONGEST_MS * clock.rate;
  // The agent speaks first, then after each line of the person.
  const lines: Turn[][] = says.map((text) => [{ speaker: 'recipient', text }]);
  for (const line of begins ? [[], ...lines] : lines) {
    turns.push(...line);
    if (clock.monotonic() > until) return fail(TOO_SLOW);
    const reply = await replyTo(turns, instructions, reader);
    if (!reply) return fail(NO_ANSWER);
    turns.push({ speaker: 'agent', text: reply.say });
    if (reply.end_call) return ok({ turns, ended: true });
  }
  return ok({ turns, ended: false });
}

async function replyTo(
  turns: readonly Turn[],
  instructions: string,
  reader: Reader,
): Promise<z.output<typeof Reply> | undefined> {
  const read = await reader.read({ instructions, input: written(turns), schema: REPLY_SCHEMA });
  return read.ok ? Reply.safeParse(read.value.value).data : undefined;
}

const IN_WRITING = [
  'This conversation is in writing, to try you out, and there are no tools: instead of record_answer say nothing more, and instead of end_call set end_call to true together with your goodbye.',
  'Answer with the JSON of your next turn: say is what you say now, in spoken words.',
].join('\n');

const Reply = z.object({ say: z.string().trim().min(1).max(4_000), end_call: z.boolean() });
const REPLY_SCHEMA = {
  type: 'object',
  properties: { say: { type: 'string' }, end_call: { type: 'boolean' } },
  required: ['say', 'end_call'],
  additionalProperties: false,
};

const NO_ANSWER: ProblemFailure = {
  code: 'unavailable',
  detail: 'The text model gave no answer. Try again in a moment.',
};
const TOO_SLOW: ProblemFailure = {
  code: 'unavailable',
  detail: 'The text model answers too slowly. Give it fewer lines at once.',
};

// One line a turn, so that nobody can write a line that looks like somebody else's.
const written = (turns: readonly Turn[]): string =>
  `Transcript:\n${turns
    .map(
      ({ speaker, text }, index) => `[${index}] ${speaker}: ${text.replace(/\s+/gu, ' ').trim()}`,
    )
    .join('\n')}`;

type Learned = Pick<
  AgentTry,
  'outcome' | 'outcome_group' | 'result' | 'result_status' | 'answers_text' | 'summary'
>;

async function learn(
  call: CallRecord,
  said: readonly Turn[],
  reader: Reader,
): Promise<Result<Learned, ProblemFailure>> {
  const turns = said.map(
    (turn, index): TurnRecord => ({
      ...{ call_id: call.id, attempt_id: '', index, ...turn },
      ...{ started_ms: 0, ended_ms: 0, interrupted: false },
    }),
  );
  const read = await reader.read(extractionRequest(call, turns, []));
  if (!read.ok) return fail(NO_ANSWER);
  const reading = readingOf(read.value.value, call, turns, []);
  const { result, result_status, answers_text, summary } = reading;
  return ok({
    ...{ result, result_status, answers_text, summary },
    outcome: reading.learned,
    outcome_group: groupOf(reading.learned),
  });
}
