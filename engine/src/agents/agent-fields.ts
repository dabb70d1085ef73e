// What a call by an agent takes and gives, as fields that any form can be made from. Pure.

import type { AcceptedQuestion } from '../calls/call-record.ts';
import { readWanted } from '../calls/request/read-wanted.ts';
import type { AgentSetup, AgentVariable } from '../contract/agent.ts';
import type { Field, FieldList, FieldType } from '../contract/field-list.ts';
import { DEFAULT_OUTCOMES } from '../contract/vocabulary.ts';
import { fieldsOf, type ResultField } from '../results/result-fields.ts';
import { typeOf } from '../results/result-schema.ts';

/** Returns the fields of a checked set-up, each in the order of the set-up. */
export function fieldsOfAgent(setup: AgentSetup): FieldList {
  const outcomes = setup.outcomes?.map((one) => (typeof one === 'string' ? one : one.value));
  return {
    variables: (setup.variables ?? []).map(fieldOfVariable),
    results: resultFields(setup),
    outcomes: outcomes ?? [...DEFAULT_OUTCOMES],
  };
}

const fieldOfVariable = (variable: AgentVariable): Field => ({
  key: variable.name,
  label: variable.label ?? labelOf(variable.name),
  type: variable.type,
  required: variable.required !== false && variable.default === undefined,
  default: variable.default ?? null,
  help: variable.help ?? null,
  choices: variable.choices ?? null,
});

function resultFields({ questions, result_schema }: AgentSetup): Field[] {
  const wanted = readWanted({ questions, result_schema });
  if (!wanted.ok) return [];
  const asked = new Map(wanted.value.questions.map((question) => [question.key, question]));
  return fieldsOf(wanted.value.result_schema).map((field) =>
    fieldOfResult(field, asked.get(field.path)),
  );
}

function fieldOfResult({ path, schema }: ResultField, question?: AcceptedQuestion): Field {
  const values = Array.isArray(schema['enum']) ? schema['enum'] : [];
  const choices = values.filter((value) => typeof value === 'string');
  const title = typeof schema['title'] === 'string' ? schema['title'] : undefined;
  const help = typeof schema['description'] === 'string' ? schema['description'] : null;
  return {
    key: path,
    label: title ?? labelOf(path),
    type: question?.type ?? typeOfField(schema, choices),
    required: false,
    default: null,
    help: question?.ask ?? help,
    choices: choices.length > 0 ? choices : null,
  };
}

function typeOfField(schema: Record<string, unknown>, choices: readonly string[]): FieldType {
  if (choices.length > 0) return 'choice';
  const format = FORMATS[String(schema['format'])];
  return format ?? TYPES[typeOf(schema) ?? ''] ?? 'text';
}

const FORMATS: Record<string, FieldType> = { date: 'date', time: 'time', 'date-time': 'date_time' };
const TYPES: Record<string, FieldType> = {
  boolean: 'yes_no',
  number: 'number',
  integer: 'number',
  array: 'list',
};

const labelOf = (name: string): string => {
  const words = name.replace(/[_.]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
