// Turns an HTTP request into the parsed input of an endpoint, or into the problem with it.
import type { z } from 'zod';
import type { Endpoint, EndpointInput } from '../contract/endpoint.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { toPointer } from './json-body.ts';

const ERRORS_MAX = 20;

export interface RawInput {
  params: unknown;
  query: unknown;
  headers: unknown;
  /** What the body parser made of the body; undefined when there was none. */
  body: Result<unknown, ProblemFailure> | undefined;
}

type FieldFault = NonNullable<ProblemFailure['errors']>[number];

/**
 * Returns the input that `endpoint` asks for. Faults of the query have pointers under `/query`, of headers under
 * `/headers`, of the body under the root. A malformed id is `not_found`, like one that does not exist.
 */
export function readInput<E extends Endpoint>(
  endpoint: E,
  raw: RawInput,
): Result<EndpointInput<E>, ProblemFailure> {
  const params = endpoint.params?.safeParse(raw.params);
  if (params && !params.success) return fail({ code: 'not_found' });
  const body = readBody(endpoint, raw.body);
  if (!body.ok) return body;

  const query = endpoint.query?.safeParse(raw.query);
  const headers = endpoint.headers?.safeParse(raw.headers);
  const faults = [
    ...faultsOf(query, ['query'], raw.query),
    ...faultsOf(headers, ['headers'], raw.headers),
    ...faultsOf(body.value, [], raw.body?.ok ? raw.body.value : undefined),
  ];
  if (faults.length > 0)
    return fail({ code: 'invalid_request', errors: faults.slice(0, ERRORS_MAX) });
  // The compiler cannot follow which schemas an endpoint has; every part was parsed by its own schema above.
  return ok({
    params: params?.data,
    query: query?.data,
    headers: headers?.data,
    body: body.value?.data,
  } as EndpointInput<E>);
}

/** Returns one part of a body, read by itself; faults have pointers that begin with `at`. */
export function readPart<S extends z.ZodType>(
  schema: S,
  value: unknown,
  at: readonly (string | number)[],
): Result<z.output<S>, ProblemFailure> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const errors = faultsOf(parsed, at, value);
  return fail({ code: 'invalid_request', errors: errors.slice(0, ERRORS_MAX) });
}

type Parsed = z.ZodSafeParseResult<unknown> | undefined;

function readBody(endpoint: Endpoint, body: RawInput['body']): Result<Parsed, ProblemFailure> {
  if (body && !body.ok) return body;
  if (endpoint.body) {
    return body
      ? ok(endpoint.body.safeParse(body.value))
      : fail({
          code: endpoint.consumes === undefined ? 'malformed_json' : 'malformed_csv',
          detail: 'The body is empty.',
        });
  }
  // Many platforms send `{}` with every POST.
  if (body === undefined || isEmptyObject(body.value)) return ok(undefined);
  return fail({
    code: 'invalid_request',
    errors: [{ pointer: '', code: 'unknown_field', detail: 'This takes no body.' }],
  });
}

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length === 0;

function faultsOf(parsed: Parsed, at: readonly (string | number)[], input: unknown): FieldFault[] {
  if (!parsed || parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => faultsOfIssue(issue, at, input));
}

function faultsOfIssue(
  issue: z.core.$ZodIssue,
  at: readonly (string | number)[],
  input: unknown,
): FieldFault[] {
  const path = [...at, ...issue.path];
  const pointer = toPointer(path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: toPointer([...path, key]),
      code: 'unknown_field',
      detail: 'There is no such field.',
    }));
  }
  if (issue.code === 'invalid_union') {
    const nested = deepestBranch(issue.errors);
    if (nested)
      return nested.flatMap((inner) =>
        faultsOfIssue({ ...inner, path: [...issue.path, ...inner.path] }, at, input),
      );
    return [
      { pointer, code: 'invalid_type', detail: 'The value has a type that is not taken here.' },
    ];
  }
  if (issue.code === 'invalid_type' && valueAt(input, issue.path) === undefined) {
    return [{ pointer, code: 'required', detail: 'This is required.' }];
  }
  return [{ pointer, code: codeOf(issue), detail: issue.message }];
}

/** Returns the one branch of a union that got past the type of the value itself: the one that was meant. */
function deepestBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const meant = branches.filter(
    (issues) => !issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0),
  );
  return meant.length === 1 ? meant[0] : undefined;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, part)?.value;
  }
  return value;
}

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big')
    return issue.origin === 'string' || issue.origin === 'array' ? 'too_long' : 'too_large';
  if (issue.code === 'too_small')
    return issue.origin === 'string' || issue.origin === 'array' ? 'too_short' : 'too_small';
  if (issue.code === 'custom')
    return typeof issue.params?.['code'] === 'string' ? issue.params['code'] : 'invalid_value';
  return issue.code;
}
