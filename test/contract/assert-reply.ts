import { z } from 'zod';
import { API, type Operation } from '../../engine/src/contract/api.ts';
import type { Endpoint } from '../../engine/src/contract/endpoint.ts';
import { Problem } from '../../engine/src/contract/problem.ts';

/** Fails when a reply is not one that the contract has for `operation`: another status, a missing, wrong or unknown field. */
export function assertReply(operation: Operation, status: number, body: unknown): void {
  const endpoint: Endpoint = API[operation];
  const schema = endpoint.replies[status];
  if (schema !== undefined) {
    if (schema === null) expect(body ?? '').toBe('');
    else expect(closed(schema).parse(body)).toEqual(body);
    return;
  }
  const problem = z.strictObject(Problem.shape).parse(body);
  expect(problem.status).toBe(status);
  expect([...endpoint.problems, 'internal_error', 'uri_too_long']).toContain(problem.code);
}

// A field that the contract does not have would reach users without a word about it in the docs.
const closed = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodObject ? schema.strict() : schema;
