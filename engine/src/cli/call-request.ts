import type { Client } from '../client/index.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { CliFailure } from './failure.ts';

export type CallRequest = Parameters<Client['placeCall']>[0]['body'];

/** The options of `recado call`, as the command line gives them. */
export interface CallOptions {
  task: string;
  name?: string;
  language?: string;
  outcome?: string[];
  question?: string[];
  variable?: string[];
  reference?: string;
  recording?: 'off' | 'notify';
  onBehalfOf?: string;
}

/** Returns the request that the options describe, or which of them cannot be read. */
export function callRequest(
  phoneNumber: string,
  options: CallOptions,
): Result<CallRequest, CliFailure> {
  const variables = readVariables(options.variable ?? []);
  if (!variables.ok) return variables;
  const request = {
    phone_number: phoneNumber,
    task: options.task,
    recipient_name: options.name,
    language: options.language,
    on_behalf_of: options.onBehalfOf,
    reference: options.reference,
    recording: options.recording,
    outcomes: options.outcome,
    questions: options.question?.map(readQuestion),
    variables: options.variable && variables.value,
    source: 'cli',
  };
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  return ok(Object.fromEntries(given) as CallRequest);
}

type Question = NonNullable<CallRequest['questions']>[number];

/**
 * Returns a question. A type may stand before it: `yes_no: Will you come?`, `number: How many?`, `date: …`, `text: …`,
 * `choice(small|large): Which size?`.
 */
export function readQuestion(text: string): Question {
  const [, type, choices, ask] =
    /^\s*(yes_no|number|date|text|choice(?:\(([^)]*)\)))\s*:\s*(.*\S)\s*$/s.exec(text) ?? [];
  if (type === undefined || ask === undefined) return { ask: text.trim() };
  if (choices === undefined) return { ask, type: type as Question['type'] };
  return { ask, type: 'choice', choices: choices.split('|').map((choice) => choice.trim()) };
}

function readVariables(given: string[]): Result<Record<string, string>, CliFailure> {
  const pairs: [string, string][] = [];
  for (const text of given) {
    const [, name, value] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      return fail({
        what: `--variable ${text} is not of the form name=value.`,
        fix: 'Write for example --variable day=Friday, and {{day}} in the task.',
      });
    }
    pairs.push([name, value.trim()]);
  }
  return ok(Object.fromEntries(pairs));
}
