// The contract table, row by row, as routes: who asks, is it valid, what does the handler say.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { API, type Api, type Operation } from '../contract/api.ts';
import type { Endpoint, EndpointInput } from '../contract/endpoint.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { fail, type Result } from '../lib/result.ts';
import type { Authenticator, Caller } from './auth.ts';
import { readCsvBody } from './csv-body.ts';
import { jsonHeadersFault, parseJsonBody } from './json-body.ts';
import { sendProblem } from './problems.ts';
import type { RateLimits } from './rate-limits.ts';
import { readInput } from './request-input.ts';
import { untilAborted } from './until-aborted.ts';

type AnswerHeaders = { headers?: Record<string, string> };
type Stream<E extends Endpoint> = E['produces'] extends string
  ? { stream: AsyncIterable<string | Uint8Array>; length?: number }
  : never;

/** What a handler of endpoint `E` may answer: one of its replies, its stream, or a problem. */
export type Answer<E extends Endpoint> =
  | {
      [S in keyof E['replies'] & number]: { status: S } & AnswerHeaders & Body<E['replies'][S]>;
    }[keyof E['replies'] & number]
  | ({ status: 200 } & AnswerHeaders & Stream<E>)
  | { problem: ProblemFailure };
type Body<S> = S extends z.ZodType ? { body: z.output<S> } : { body?: undefined };

export interface Asking<E extends Endpoint> {
  /** Who asks; undefined only where the endpoint asks for no key. */
  caller: E['auth'] extends 'key' ? Caller : undefined;
  /** Aborts when the other side has gone, when the key is revoked (streams), or when the server closes. */
  signal: AbortSignal;
  log: Log;
}

export type Handler<E extends Endpoint> = (
  input: EndpointInput<E> & Asking<E>,
) => Promise<Answer<E>>;
export type Handlers = { [Op in Operation]: Handler<Api[Op]> };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How many names of fields a body may have, when more than others. */
    keysMax?: number | undefined;
    consumes?: 'text/csv' | undefined;
  }
}

export interface RouteOptions {
  handlers: Handlers;
  authenticator: Authenticator;
  limits: RateLimits;
  clock: Clock;
  log: Log;
  publicUrl: () => string;
  /** Aborts when the server closes. */
  closing: AbortSignal;
}

// The table's rows as the code below sees them: which reply belongs to which row is the compiler's work at `Handlers`.
type AnyAnswer =
  | { problem: ProblemFailure }
  | ({
      status: number;
      stream: AsyncIterable<string | Uint8Array>;
      length?: number;
    } & AnswerHeaders)
  | ({ status: number; body?: unknown } & AnswerHeaders);
type AnyHandler = (input: object) => Promise<AnyAnswer>;

const COSTS_MONEY: ReadonlySet<Operation> = new Set(['placeCall', 'placeBatch', 'tryAgent']);
// Longer than the longest `wait_seconds`.
const HANDLER_TIMEOUT_MS = 40_000;
// A revoked key closes its streams within a second.
const KEY_CHECK_MS = 400;

/** Adds every endpoint of the contract to `app`, with its strict JSON parser. */
export function addRoutes(app: FastifyInstance, options: RouteOptions): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) =>
    done(null, readBody(request, body)),
  );
  for (const name of Object.keys(API) as Operation[]) addRoute(app, name, options);
}

function addRoute(app: FastifyInstance, name: Operation, options: RouteOptions): void {
  const endpoint: Endpoint = API[name];
  const handler = options.handlers[name] as AnyHandler;
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.route({
    method: endpoint.method,
    url: endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: endpoint.method === 'GET' && endpoint.produces === undefined,
    ...(endpoint.produces === undefined ? { handlerTimeout: HANDLER_TIMEOUT_MS } : {}),
    ...(endpoint.body_limit ? { bodyLimit: endpoint.body_limit.bytes } : {}),
    config: { keysMax: endpoint.body_limit?.keys, consumes: endpoint.consumes },
    // Before the body is read: a stranger's body is not worth parsing.
    onRequest: async (request, reply) => {
      if (endpoint.auth === 'none') return undefined;
      const caller = await admit(name, request, options);
      if (!caller.ok) return sendProblem(reply, caller.failure, options.publicUrl());
      callers.set(request, caller.value);
      return undefined;
    },
    handler: async (request, reply) => {
      const given = readInput(endpoint, {
        params: request.params,
        query: request.query,
        headers: request.headers,
        body: request.body as Result<unknown, ProblemFailure> | undefined,
      });
      if (!given.ok) return sendProblem(reply, given.failure, options.publicUrl());
      const caller = callers.get(request);
      const asking = {
        caller,
        signal: watch(endpoint, caller, reply, options),
        log: options.log.child({ request_id: request.id }),
      };
      const answer = await handler({ ...given.value, ...asking });
      return send(reply, endpoint, answer, asking.signal, options.publicUrl());
    },
  });
}

async function admit(
  name: Operation,
  request: FastifyRequest,
  options: RouteOptions,
): Promise<Result<Caller, ProblemFailure>> {
  const { authorization } = request.headers;
  const caller = await options.authenticator.authenticate({
    authorization,
    url: request.url,
    ip: request.ip,
  });
  if (!caller.ok || !COSTS_MONEY.has(name)) return caller;
  const seconds = await options.limits.countPlacing(caller.value.key_id);
  return seconds === undefined
    ? caller
    : fail({ code: 'too_many_requests', retry_after_seconds: seconds });
}

function readBody(
  request: FastifyRequest,
  body: Buffer,
): Result<unknown, ProblemFailure> | undefined {
  // Clients such as axios name a media type for a body that they do not send.
  if (body.length === 0) return undefined;
  if (request.routeOptions.config.consumes === 'text/csv')
    return readCsvBody(request.headers, body);
  const fault = jsonHeadersFault(request.headers);
  return fault ? fail(fault) : parseJsonBody(body, request.routeOptions.config.keysMax);
}

// Made once, because a reason of its own, with its stack, would cost every request more than its route.
const GONE = new Error('nobody waits for the answer any more');

/** Returns a signal that aborts when nobody is, or may be, waiting for the answer any more. */
function watch(
  endpoint: Endpoint,
  caller: Caller | undefined,
  reply: FastifyReply,
  options: RouteOptions,
): AbortSignal {
  const gone = new AbortController();
  let keyCheck: Timer | undefined;
  const stop = (): void => {
    keyCheck?.cancel();
    options.closing.removeEventListener('abort', stop);
    gone.abort(GONE);
  };
  reply.raw.once('close', stop);
  options.closing.addEventListener('abort', stop, { once: true });
  if (options.closing.aborted) stop();
  if (endpoint.produces !== undefined && caller) {
    keyCheck = options.clock.every(KEY_CHECK_MS * options.clock.rate, () => {
      // A store that cannot answer now is asked again in a moment.
      options.authenticator.stillValid(caller).then(
        (valid) => valid || stop(),
        () => undefined,
      );
    });
  }
  return gone.signal;
}

function send(
  reply: FastifyReply,
  endpoint: Endpoint,
  answer: AnyAnswer,
  signal: AbortSignal,
  publicUrl: string,
): FastifyReply {
  if ('problem' in answer) return sendProblem(reply, answer.problem, publicUrl);
  reply.code(answer.status).headers(answer.headers ?? {});
  if ('stream' in answer) return sendStream(reply, endpoint, answer, signal);
  return answer.body === undefined ? reply.send() : reply.send(answer.body);
}

function sendStream(
  reply: FastifyReply,
  endpoint: Endpoint,
  answer: { stream: AsyncIterable<string | Uint8Array>; length?: number },
  signal: AbortSignal,
): FastifyReply {
  if (endpoint.produces !== 'text/event-stream') {
    if (answer.length !== undefined) reply.header('content-length', String(answer.length));
    return reply
      .type(endpoint.produces ?? 'application/octet-stream')
      .send(Readable.from(untilAborted(answer.stream, signal), { objectMode: false }));
  }
  // Proxies such as nginx hold back what they think is a page: https://nginx.org/en/docs/http/ngx_http_proxy_module.html
  reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('x-accel-buffering', 'no');
  // The comment makes the headers leave at once, before the first event.
  return reply.send(
    Readable.from(untilAborted(answer.stream, signal, ': open\n\n'), { objectMode: false }),
  );
}
