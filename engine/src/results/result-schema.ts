// Which JSON Schemas a caller may ask a result in: a small closed list of keywords, without patterns,
// references or combinators, so that checking and compiling one is bounded whatever it says.
// Invariant: nothing here recurses, and nothing is serialised before its depth is known.
import { fail, ok, type Result } from '../lib/result.ts';

export type JsonSchema = Record<string, unknown>;
export interface SchemaFault {
  /** JSON pointer into the schema; '' is its root. */
  pointer: string;
  detail: string;
}

export const SCHEMA_LIMITS = {
  depth: 5,
  properties: 100,
  enumValues: 250,
  bytes: 16_384,
  nameLength: 100,
} as const;

interface Place {
  schema: unknown;
  pointer: string;
  path: string;
  depth: number;
}

/** Returns the schema when it is one that results can be asked in, else its first fault and where that is. */
export function checkResultSchema(schema: unknown): Result<JsonSchema, SchemaFault> {
  if (!isPlainObject(schema) || schema['type'] !== 'object') {
    return fail({ pointer: '', detail: 'The schema must be a JSON object with "type": "object".' });
  }
  const paths = new Set<string>();
  const todo: Place[] = [{ schema, pointer: '', path: '', depth: 1 }];
  for (let place = todo.pop(); place; place = todo.pop()) {
    const properties = propertiesOf(place);
    const fault = faultAt(place) ?? countPaths(properties, paths);
    if (fault) return fail(fault);
    todo.push(...properties, ...itemsOf(place));
  }
  if (Buffer.byteLength(JSON.stringify(schema)) > SCHEMA_LIMITS.bytes) {
    return fail({ pointer: '', detail: `The schema is larger than ${SCHEMA_LIMITS.bytes} bytes.` });
  }
  return ok(schema);
}

/** The one type of a schema besides null: `string` for `"string"` and for `["string", "null"]`. */
export function typeOf(schema: JsonSchema): string | undefined {
  const type = schema['type'];
  if (typeof type === 'string') return type;
  if (Array.isArray(type))
    return type.find((one): one is string => typeof one === 'string' && one !== 'null');
  const sample = Object.hasOwn(schema, 'const') ? schema['const'] : firstNotNull(schema['enum']);
  return sample === undefined || sample === null ? undefined : typeof sample;
}

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Adds the paths of `properties` to `paths`; returns the first that is one too many. */
function countPaths(properties: readonly Place[], paths: Set<string>): SchemaFault | undefined {
  for (const { path, pointer } of properties) {
    if (paths.has(path)) return { pointer, detail: 'Another field has the same path.' };
    paths.add(path);
    if (paths.size > SCHEMA_LIMITS.properties)
      return { pointer, detail: `At most ${SCHEMA_LIMITS.properties} properties.` };
  }
  return undefined;
}

function propertiesOf(place: Place): Place[] {
  const properties = isPlainObject(place.schema) ? place.schema['properties'] : undefined;
  if (!isPlainObject(properties)) return [];
  return Object.entries(properties).map(([name, schema]) => ({
    schema,
    pointer: `${place.pointer}/properties/${escapePointer(name)}`,
    path: place.path === '' ? name : `${place.path}.${name}`,
    depth: place.depth + 1,
  }));
}

/** The schema of an array's items, if there is one. */
function itemsOf(place: Place): Place[] {
  const { items } = place.schema as { items?: unknown };
  if (items === undefined) return [];
  const pointer = `${place.pointer}/items`;
  return [{ schema: items, pointer, path: `${place.path}[]`, depth: place.depth + 1 }];
}

function faultAt({ schema, pointer, depth }: Place): SchemaFault | undefined {
  if (depth > SCHEMA_LIMITS.depth)
    return { pointer, detail: `At most ${SCHEMA_LIMITS.depth} levels.` };
  if (!isPlainObject(schema)) return { pointer, detail: 'A schema must be a JSON object.' };
  for (const [keyword, value] of Object.entries(schema)) {
    const at = `${pointer}/${escapePointer(keyword)}`;
    const rule = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (!rule) return { pointer: at, detail: 'This keyword is not supported in a result schema.' };
    const detail = rule(value, schema, depth);
    if (detail) return { pointer: at, detail };
  }
  const detail = shapeFault(schema);
  return detail ? { pointer, detail } : undefined;
}

function shapeFault(schema: JsonSchema): string | undefined {
  const type = typeOf(schema);
  if (type === undefined || !TYPES.has(type))
    return 'A type is missing: string, number, integer, boolean, object or array.';
  if (type === 'object' && !isPlainObject(schema['properties']))
    return 'An object needs "properties".';
  if (type === 'array' && schema['items'] === undefined) return 'An array needs "items".';
  if (type !== 'object' && schema['properties'] !== undefined)
    return 'Only an object has "properties".';
  if (type !== 'array' && schema['items'] !== undefined) return 'Only an array has "items".';
  return undefined;
}

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array']);
const FORMATS = new Set<unknown>(['date', 'date-time', 'time', 'email', 'uri']);
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
// Because a program that reads a result without care reaches JavaScript's own machinery by these names.
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** Says what is wrong with the value of a keyword, or nothing. */
type KeywordRule = (value: unknown, schema: JsonSchema, depth: number) => string | undefined;

const isText: KeywordRule = (value) => (typeof value === 'string' ? undefined : 'Must be a text.');
const isNumber: KeywordRule = (value) => (Number.isFinite(value) ? undefined : 'Must be a number.');
const isCount: KeywordRule = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? undefined
    : 'Must be a whole number, 0 or more.';
const isSchemaPlace: KeywordRule = () => undefined;

const KEYWORDS: Record<string, KeywordRule> = {
  $schema: (value, _schema, depth) =>
    depth === 1 && value === DIALECT ? undefined : `Only "${DIALECT}" at the root is supported.`,
  type: typeFault,
  properties: propertiesFault,
  required: requiredFault,
  items: isSchemaPlace,
  enum: enumFault,
  const: (value) =>
    isScalar(value) && value !== null ? undefined : 'Must be a text, a number or a boolean.',
  title: isText,
  description: isText,
  minimum: isNumber,
  maximum: isNumber,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  additionalProperties: (value) => (value === false ? undefined : 'Only false is supported.'),
  format: (value) =>
    FORMATS.has(value) ? undefined : `Only ${[...FORMATS].join(', ')} are supported.`,
};

function typeFault(value: unknown): string | undefined {
  const types = Array.isArray(value) ? value : [value];
  const named = types.filter((one) => one !== 'null');
  const good =
    named.length === 1 && types.length <= 2 && typeof named[0] === 'string' && TYPES.has(named[0]);
  return good ? undefined : 'Must be one type, or one type and "null".';
}

function propertiesFault(value: unknown): string | undefined {
  if (!isPlainObject(value)) return 'Must be a JSON object.';
  const names = Object.keys(value);
  if (names.length === 0) return 'At least one property is needed.';
  const bad = names.find((name) => nameFault(name));
  return bad === undefined ? undefined : nameFault(bad);
}

function nameFault(name: string): string | undefined {
  if (name === '') return 'A property needs a name.';
  if (FORBIDDEN_NAMES.has(name)) return 'A property has a name that is not allowed.';
  if (name.length > SCHEMA_LIMITS.nameLength)
    return `Property names have at most ${SCHEMA_LIMITS.nameLength} characters.`;
  return /\p{Cc}|\p{Cs}/u.test(name) ? 'A property name has control characters.' : undefined;
}

function requiredFault(value: unknown, schema: JsonSchema): string | undefined {
  const properties = isPlainObject(schema['properties']) ? schema['properties'] : {};
  if (!Array.isArray(value)) return 'Must be a list of property names.';
  if (new Set(value).size !== value.length) return 'A name is listed twice.';
  const known = value.every((name) => typeof name === 'string' && Object.hasOwn(properties, name));
  return known ? undefined : 'A name is not one of the properties.';
}

function enumFault(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return 'Must be a list of values.';
  if (value.length > SCHEMA_LIMITS.enumValues) return `At most ${SCHEMA_LIMITS.enumValues} values.`;
  if (!value.every(isScalar)) return 'Values must be texts, numbers, booleans or null.';
  return new Set(value).size === value.length ? undefined : 'A value is listed twice.';
}

const isScalar = (value: unknown): boolean =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  Number.isFinite(value);

const firstNotNull = (values: unknown): unknown =>
  Array.isArray(values) ? values.find((value) => value !== null) : undefined;

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
