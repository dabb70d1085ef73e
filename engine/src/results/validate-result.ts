import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { sha256Hex } from '../lib/id.ts';
import { nullableSchema } from './question-schema.ts';
import type { JsonSchema } from './result-schema.ts';

const KEPT = 200;
const compiled = new Map<string, ValidateFunction>();

/** True when `result` has every field of a checked schema, each of its type or null, and no other field. */
export function validateResult(schema: JsonSchema, result: unknown): boolean {
  const hash = sha256Hex(JSON.stringify(schema));
  const validate = compiled.get(hash) ?? compile(schema);
  compiled.delete(hash);
  compiled.set(hash, validate);
  if (compiled.size > KEPT) compiled.delete(compiled.keys().next().value as string);
  return validate(result);
}

function compile(schema: JsonSchema): ValidateFunction {
  // Because an Ajv keeps every schema that it ever compiled: one each, which goes when its function goes.
  const ajv = new Ajv2020({ strict: false, ownProperties: true, allErrors: false, logger: false });
  addFormats.default(ajv, ['date', 'date-time', 'time', 'email', 'uri']);
  return ajv.compile(nullableSchema(schema));
}
