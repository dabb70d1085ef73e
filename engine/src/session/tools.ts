// What the model may do besides talking. Tools take names from closed lists; whatever else comes is an error value.
import { z } from 'zod';
import type { CallRecord } from '../calls/call-record.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { fieldsOf, type ResultField } from '../results/result-fields.ts';
import { typeOf } from '../results/result-schema.ts';
import type { ToolSpec } from './voice.ts';

export type ToolAction =
  | { kind: 'end_call'; reason: string }
  | { kind: 'record_answer'; field: string; value: unknown; quote: string }
  /** It cannot be done; the model is told why, so that it can do better. */
  | { kind: 'error'; detail: string };

export const TOOLS: readonly ToolSpec[] = [
  {
    name: 'record_answer',
    description: "Notes one thing that the person established, with the person's own words for it.",
    parameters: {
      type: 'object',
      properties: {
        field: { type: 'string', description: 'Key of a question, path of a field, or "outcome".' },
        value: { description: 'The answer, in the type of the field. Dates as YYYY-MM-DD.' },
        quote: { type: 'string', description: "The person's words, copied exactly." },
      },
      required: ['field', 'value', 'quote'],
    },
  },
  {
    name: 'end_call',
    description: 'Hangs up. Call it after you have said goodbye.',
    parameters: {
      type: 'object',
      properties: {
        reason: { type: 'string', description: 'Why the call is over, in a few words.' },
      },
      required: ['reason'],
    },
  },
];

const LONGEST_ARGUMENTS = 4_096;

const EndCall = z.object({ reason: z.string().max(500).default('') });
const RecordAnswer = z.object({
  field: z.string().max(1_000),
  value: z.unknown(),
  quote: z.string().min(1).max(2_000),
});

/** Returns what a tool call asks for, or why it cannot be done. Arguments are at most 4 KiB of JSON. */
export function readToolCall(name: string, argumentsJson: string, call: CallRecord): ToolAction {
  if (Buffer.byteLength(argumentsJson) > LONGEST_ARGUMENTS)
    return error('The arguments are too long.');
  const args = parse(argumentsJson);
  if (name === 'end_call') {
    const { data } = EndCall.safeParse(args);
    return data ? { kind: 'end_call', reason: data.reason } : error('end_call takes {reason}.');
  }
  if (name !== 'record_answer') return error('There is no such tool.');
  const { data } = RecordAnswer.safeParse(args);
  if (!data) return error('record_answer takes {field, value, quote}.');
  const value = valueFor(data.field, data.value, call);
  if (!value.ok) return error(value.failure);
  return { kind: 'record_answer', field: data.field, value: value.value, quote: data.quote };
}

const error = (detail: string): ToolAction => ({ kind: 'error', detail });

function valueFor(name: string, value: unknown, call: CallRecord): Result<unknown, string> {
  const field = fieldsOf(call.order.result_schema).find(({ path }) => path === name);
  if (field) return typedValue(field, value);
  if (name !== 'outcome') return fail('There is no such field.');
  const known =
    OUTCOMES_SAID.includes(String(value)) || call.order.outcomes.some((one) => one.value === value);
  return known ? ok(value) : fail('There is no such outcome.');
}

/** Outcomes that a person can ask for in any call. */
const OUTCOMES_SAID: readonly string[] = [
  'achieved',
  'partly_achieved',
  'not_achieved',
  'callback_requested',
  'needs_human',
  'wrong_person',
  'opted_out',
];

function typedValue({ path, schema }: ResultField, value: unknown): Result<unknown, string> {
  const type = typeOf(schema) ?? 'string';
  const typed = coerced(type, value);
  if (!isOfType(type, typed)) return fail(`${path} takes a value of type ${type}.`);
  const choices = schema['enum'];
  if (Array.isArray(choices) && !choices.includes(typed))
    return fail(`${path} takes one of its choices.`);
  return ok(typed);
}

// Because models send "true" and "4" where a boolean and a number are meant.
function coerced(type: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'boolean' && /^(true|false)$/iu.test(value)) return value.toLowerCase() === 'true';
  if ((type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?$/u.test(value))
    return Number(value);
  return value;
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  return type === 'array' ? Array.isArray(value) : typeof value === type;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
