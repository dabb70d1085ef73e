// Reads a request to place a call: what is asked for, or the builder's mistake, or why no number of the person can be one. Pure.
import { NOT_SUPPORTED_YET, type PlaceCall } from '../contract/place-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode, Network } from '../contract/vocabulary.ts';
import { fail, ok, type Result, together } from '../lib/result.ts';
import type { CallOrder } from './call-record.ts';
import type { Destination } from './destination.ts';
import { readSchedule } from './hours/read-schedule.ts';
import { zonesOf } from './hours/zones-of.ts';
import type { AgentSource, Settings } from './ports.ts';
import { problemAt } from './request/problem-at.ts';
import { readLanguage } from './request/read-language.ts';
import { readFromNumber, readNumbers } from './request/read-numbers.ts';
import { readOutcomes } from './request/read-outcomes.ts';
import { readRules } from './request/read-rules.ts';
import { readTexts, type Texts, unreadable } from './request/read-texts.ts';
import { readVariables } from './request/read-variables.ts';
import { readWanted } from './request/read-wanted.ts';
import { askedOfAgent, withAgent } from './request/with-agent.ts';
import type { SpeakingFacts } from './spoken-value.ts';

export interface PreparedCall {
  task: string;
  recipient_name: string | null;
  /** Its `phone_numbers` are empty: they are those of `numbers` that may be called. */
  order: CallOrder;
  agent: AgentSource | null;
  /** As they were given, with the defaults of the agent. */
  variables: Record<string, unknown>;
  /** When the phone may ring for the first time, as the request says. */
  start_at: number;
  /** The person's numbers, at least one; else why there is none. */
  numbers: Result<Destination[], ProblemFailure>;
}

export interface PrepareContext {
  settings: Settings;
  mode: Mode;
  now: number;
  /** The agent that the request names. */
  agent?: AgentSource | undefined;
}

/** Returns the prepared call, or the builder's mistake. That the person has no number is data, inside `numbers`. */
export function prepareCall(
  asked: PlaceCall,
  { settings, mode, now, agent }: PrepareContext,
): Result<PreparedCall, ProblemFailure> {
  const request = agent ? withAgent(asked, agent.setup) : asked;
  const mistake = unsupported(request) ?? unreadable(request, mode);
  if (mistake) return fail(mistake);

  const numbers = readNumbers(request, settings.default_country);
  const zones = zonesToReadIn(numbers);
  const read = together({
    outcomes: readOutcomes(request),
    wanted: readWanted(request),
    language: readLanguage(request, settings),
    from: readFromNumber(request, settings.from_numbers[networkOf(mode)]),
    schedule: readSchedule(request.schedule ?? {}, { now, zones }),
    rules: readRules(request),
  });
  if (!read.ok) return read;
  const { outcomes, wanted, language, from, schedule, rules } = read.value;
  const { at, not_before, ...window } = schedule;
  const spoken = readSpoken(asked, request, agent, {
    language: language.language ?? settings.default_language,
    ...{ timezone: window.timezone, zones, now },
  });
  if (!spoken.ok) return spoken;
  const { texts, variables } = spoken.value;

  return ok({
    task: texts.task,
    recipient_name: texts.recipient_name,
    agent: agent ?? null,
    variables,
    order: {
      ...outcomes,
      ...wanted,
      ...language,
      ...rules,
      ...speakingOrder(request, settings),
      on_behalf_of: texts.on_behalf_of ?? settings.organisation,
      first_message: texts.first_message,
      from_number: from,
      phone_numbers: [],
      keep_words: true,
      window,
      ...agentOrder(asked, agent),
    },
    start_at: Math.max(at ?? now, not_before ?? now, now),
    numbers,
  });
}

const networkOf = (mode: Mode): Network => (mode === 'live' ? 'live' : 'simulated');

// Where nobody is called, any zone reads the schedule: that there is no number is what the request is told.
const zonesToReadIn = (numbers: PreparedCall['numbers']): readonly string[] =>
  numbers.ok ? zonesOf(numbers.value[0]?.phone_number ?? '') : ['UTC'];

function readSpoken(
  asked: PlaceCall,
  request: PlaceCall,
  agent: AgentSource | undefined,
  facts: SpeakingFacts,
): Result<{ texts: Texts; variables: Record<string, unknown> }, ProblemFailure> {
  const variables = readVariables(asked, agent?.setup, facts);
  if (!variables.ok) return variables;
  const texts = readTexts(request, variables.value);
  return texts.ok ? ok({ texts: texts.value, variables: variables.value.given }) : texts;
}

const agentOrder = (asked: PlaceCall, agent: AgentSource | undefined): Pick<CallOrder, 'agent'> =>
  agent ? { agent: { pinned: asked.agent_version !== undefined, asked: askedOfAgent(asked) } } : {};

const speakingOrder = (
  request: PlaceCall,
  settings: Settings,
): Pick<CallOrder, 'voice' | 'max_duration_seconds' | 'recording' | 'simulate'> => ({
  voice: request.voice || settings.default_voice,
  max_duration_seconds: request.max_duration_seconds ?? settings.default_max_duration_seconds,
  recording:
    request.recording === 'notify' || request.recording === 'off'
      ? request.recording
      : settings.default_recording,
  simulate: request.simulate ?? null,
});

function unsupported(request: PlaceCall): ProblemFailure | undefined {
  const fields: string[] = NOT_SUPPORTED_YET.filter((field) => request[field] !== undefined);
  if (request.recording === 'ask') fields.push('recording');
  if (request.voicemail?.action === 'leave_message') fields.push('voicemail');
  if (fields.length === 0) return undefined;
  return problemAt(
    'not_supported_yet',
    fields,
    'This version of Recado does not act on it. Leave it out.',
  );
}
