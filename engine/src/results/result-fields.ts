// The single values that a result schema asks for, each with a path such as `address.city`.
import type { CallOrder } from '../calls/call-record.ts';
import { isPlainObject, type JsonSchema, typeOf } from './result-schema.ts';

export interface ResultField {
  /** Names from the root, joined by dots; unique within a checked schema. */
  path: string;
  names: readonly string[];
  schema: JsonSchema;
}

/** Returns the fields of a checked schema in its own order. A list is one field; an object is its fields. */
export function fieldsOf(schema: JsonSchema | null): ResultField[] {
  return schema ? fieldsBelow(schema, []) : [];
}

/** Returns, for a model to read, the fields that no question covers; lists of choices without null. */
export function describedFields(
  order: Pick<CallOrder, 'questions' | 'result_schema'>,
): Record<string, unknown>[] {
  const asked = new Set(order.questions.map((question) => question.key));
  return fieldsOf(order.result_schema)
    .filter(({ path }) => !asked.has(path))
    .map(({ path, schema }) => {
      const { enum: choices, ...rest } = schema;
      const values = Array.isArray(choices)
        ? { enum: choices.filter((choice) => choice !== null) }
        : {};
      return { path, ...rest, type: typeOf(schema), ...values };
    });
}

/** Returns the value at a field, null when there is none. */
export function valueAt(result: unknown, names: readonly string[]): unknown {
  let value = result;
  for (const name of names) {
    if (!isPlainObject(value) || !Object.hasOwn(value, name)) return null;
    value = value[name];
  }
  return value;
}

/** Returns a result that has every field of the schema: what `pick` gives for it, else null. */
export function resultOf(
  schema: JsonSchema,
  pick: (field: ResultField) => unknown,
): Record<string, unknown> {
  return objectBelow(schema, [], pick);
}

// A checked schema has at most five levels, so these two may recurse.
function fieldsBelow(schema: JsonSchema, above: readonly string[]): ResultField[] {
  return propertiesOf(schema).flatMap(([name, property]) => {
    const names = [...above, name];
    if (typeOf(property) === 'object') return fieldsBelow(property, names);
    return [{ path: names.join('.'), names, schema: property }];
  });
}

function objectBelow(
  schema: JsonSchema,
  above: readonly string[],
  pick: (field: ResultField) => unknown,
): Record<string, unknown> {
  const entries = propertiesOf(schema).map(([name, property]): [string, unknown] => {
    const names = [...above, name];
    if (typeOf(property) === 'object') return [name, objectBelow(property, names, pick)];
    return [name, pick({ path: names.join('.'), names, schema: property }) ?? null];
  });
  return Object.fromEntries(entries);
}

function propertiesOf(schema: JsonSchema): [string, JsonSchema][] {
  const properties = schema['properties'];
  return isPlainObject(properties) ? (Object.entries(properties) as [string, JsonSchema][]) : [];
}
