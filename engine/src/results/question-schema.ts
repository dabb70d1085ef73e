// Questions become fields of the result; every schema is brought to one form in which "not known" is null.
import type { AcceptedQuestion } from '../calls/call-record.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import {
  checkResultSchema,
  isPlainObject,
  type JsonSchema,
  type SchemaFault,
  typeOf,
} from './result-schema.ts';

/**
 * Returns one schema for a checked result schema and questions together, null when neither asks for anything.
 * Every field is required and may be null; nothing else may be added.
 * Fails when a key is used twice or the whole is larger than a result schema may be; the pointer is into
 * `{result_schema, questions}`.
 */
export function schemaOfQuestions(
  questions: readonly AcceptedQuestion[],
  resultSchema: JsonSchema | null = null,
): Result<JsonSchema | null, SchemaFault> {
  if (questions.length === 0 && resultSchema === null) return ok(null);
  const own = resultSchema?.['properties'];
  const properties = new Map<string, unknown>(isPlainObject(own) ? Object.entries(own) : []);
  for (const [index, question] of questions.entries()) {
    if (properties.has(question.key)) {
      return fail({
        pointer: `/questions/${index}/key`,
        detail: 'Another field of the result has this name.',
      });
    }
    properties.set(question.key, propertyOf(question));
  }
  const joined = { ...resultSchema, type: 'object', properties: Object.fromEntries(properties) };
  const checked = checkResultSchema(joined);
  if (!checked.ok)
    return fail({ ...checked.failure, pointer: `/result_schema${checked.failure.pointer}` });
  return ok(nullableSchema(joined));
}

/** Returns the schema with every field required and nullable and no other field allowed. Doing it twice changes nothing. */
export function nullableSchema(schema: JsonSchema): JsonSchema {
  return { ...closed(schema), type: 'object' };
}

/**
 * Returns the schema as a model takes it: the nullable form without the keywords that strict mode does not know;
 * those are checked on the answer instead. https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function strictSchema(schema: JsonSchema): JsonSchema {
  return withoutKeywords(nullableSchema(schema));
}

// A checked schema has at most five levels, so these may recurse.
function closed(schema: JsonSchema): JsonSchema {
  const type = typeOf(schema);
  if (type === 'array' && isPlainObject(schema['items'])) {
    return { ...schema, items: closed(schema['items']) };
  }
  if (type !== 'object' || !isPlainObject(schema['properties'])) return schema;
  const properties = Object.entries(schema['properties']).map(
    ([name, property]): [string, unknown] => [name, nullable(closed(property as JsonSchema))],
  );
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name),
    additionalProperties: false,
  };
}

function nullable(schema: JsonSchema): JsonSchema {
  const { const: only, ...rest } = schema;
  const values = only === undefined ? schema['enum'] : [only];
  return {
    ...rest,
    type: [typeOf(schema), 'null'],
    ...(Array.isArray(values) ? { enum: values.includes(null) ? values : [...values, null] } : {}),
  };
}

const NOT_IN_STRICT_MODE = new Set(['$schema', 'minLength', 'maxLength']);

function withoutKeywords(schema: JsonSchema): JsonSchema {
  const kept = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    if (NOT_IN_STRICT_MODE.has(keyword) || (keyword === 'format' && value === 'uri')) return [];
    if (keyword === 'items') return [[keyword, withoutKeywords(value as JsonSchema)]];
    if (keyword !== 'properties') return [[keyword, value]];
    const inner = Object.entries(value as JsonSchema).map(([name, property]) => [
      name,
      withoutKeywords(property as JsonSchema),
    ]);
    return [[keyword, Object.fromEntries(inner)]];
  });
  return Object.fromEntries(kept);
}

function propertyOf(question: AcceptedQuestion): JsonSchema {
  return { ...typeOfAnswer(question), description: question.ask };
}

function typeOfAnswer({ type, choices }: AcceptedQuestion): JsonSchema {
  switch (type) {
    case 'yes_no':
      return { type: ['boolean', 'null'] };
    case 'number':
      return { type: ['number', 'null'] };
    case 'choice':
      return {
        type: ['string', 'null'],
        ...(choices ? { enum: [...new Set(choices), null] } : {}),
      };
    case 'date':
      return { type: ['string', 'null'], format: 'date' };
    case 'text':
      return { type: ['string', 'null'] };
  }
}
