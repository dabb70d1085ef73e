// Every error answer of the server is written here, as an RFC 9457 problem document.
import type { FastifyReply } from 'fastify';
import { PROBLEMS, type Problem, type ProblemFailure } from '../contract/problem.ts';
import { isStoreUnavailable } from '../lib/database.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** Returns the document for `failure`. `publicUrl` makes `type` a link to the docs; `requestId` finds it in the logs. */
export function problemDocument(
  failure: ProblemFailure,
  at: { publicUrl: string; requestId: string },
): Problem {
  const { status, title } = PROBLEMS[failure.code];
  return {
    type: `${at.publicUrl}/docs#problem-${failure.code}`,
    title,
    status,
    ...(failure.detail === undefined ? {} : { detail: failure.detail }),
    instance: at.requestId,
    code: failure.code,
    ...(failure.errors === undefined ? {} : { errors: failure.errors }),
    ...(failure.next_allowed_at === undefined ? {} : { next_allowed_at: failure.next_allowed_at }),
    ...(failure.retry_after_seconds === undefined
      ? {}
      : { retry_after_seconds: failure.retry_after_seconds }),
  };
}

/** Answers with `failure` and the headers that its status asks for. */
export function sendProblem(
  reply: FastifyReply,
  failure: ProblemFailure,
  publicUrl: string,
): FastifyReply {
  const problem = problemDocument(failure, { publicUrl, requestId: reply.request.id });
  told.set(reply, failure.code);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="recado"');
  if (failure.retry_after_seconds !== undefined) {
    reply.header('retry-after', String(Math.max(1, Math.ceil(failure.retry_after_seconds))));
  }
  reply
    .code(problem.status)
    .header('content-type', PROBLEM_TYPE)
    .header('cache-control', 'no-store');
  // Bytes, because to a text Fastify would add a charset, which problem+json does not have.
  return reply.send(Buffer.from(JSON.stringify(problem)));
}

/** Returns the code of the problem that a reply carries; undefined when it carries none. */
export const problemOf = (reply: FastifyReply): ProblemFailure['code'] | undefined =>
  told.get(reply);

const told = new WeakMap<FastifyReply, ProblemFailure['code']>();

/** Returns the problem that a thrown error stands for: Fastify's, or the store's while it is away; a bug is `internal_error`. */
export function failureOf(error: { code?: string; statusCode?: number }): ProblemFailure {
  if (isStoreUnavailable(error)) return { code: 'unavailable', retry_after_seconds: 5 };
  return FASTIFY_FAILURES[error.code ?? ''] ?? { code: 'internal_error' };
}

// Codes of Fastify: https://fastify.dev/docs/latest/Reference/Errors/
const FASTIFY_FAILURES: Record<string, ProblemFailure> = {
  FST_ERR_BAD_URL: { code: 'not_found' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'not_found' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'payload_too_large' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported_media_type' },
  FST_ERR_CTP_INVALID_TYPE: { code: 'unsupported_media_type' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'malformed_request' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'malformed_json', detail: 'The body is empty.' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'malformed_json' },
  FST_ERR_HANDLER_TIMEOUT: { code: 'unavailable', retry_after_seconds: 5 },
};

/** Returns the whole HTTP answer to a request that could not be parsed, for the raw socket. */
export function rawProblem(
  error: { code?: string },
  at: { publicUrl: string; requestId: string },
): string {
  const problem = problemDocument(
    RAW_FAILURES[error.code ?? ''] ?? { code: 'malformed_request' },
    at,
  );
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${REASONS[problem.status] ?? 'Error'}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

// Codes of Node's parser: https://nodejs.org/api/http.html#event-clienterror
const RAW_FAILURES: Record<string, ProblemFailure> = {
  HPE_HEADER_OVERFLOW: { code: 'request_header_fields_too_large' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request_timeout' },
};
const REASONS: Record<number, string> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};
