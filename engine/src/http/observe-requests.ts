// Each request is timed by the pattern of its route, and is a span that its handler works in.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import type { Meter } from '../lib/meter.ts';
import { readTraceparent, type Span, type Tracer } from '../lib/tracer.ts';
import { problemOf } from './problems.ts';

interface Observed {
  startedMs: number;
  span: Span | undefined;
}

// Asked every few seconds by machines; a span of each would bury the others.
const UNTRACED: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);
const RULE = 403;

/** Adds the hooks; to be called before any route is added. */
export function observeRequests(
  app: FastifyInstance,
  { meter, tracer, clock }: { meter: Meter; tracer: Tracer; clock: Clock },
): void {
  const seen = new WeakMap<FastifyRequest, Observed>();
  app.addHook('onRequest', async (request) => {
    const route = routeOf(request);
    const options = {
      name: `${request.method} ${route}`,
      kind: 'server' as const,
      attributes: { 'http.request.method': request.method, 'http.route': route },
      under: readTraceparent(String(request.headers['traceparent'] ?? '')),
    };
    const span = UNTRACED.has(route) ? undefined : tracer.start(options);
    seen.set(request, { startedMs: clock.monotonic(), span });
  });
  app.addHook('preHandler', (request, _reply, done) => {
    const span = seen.get(request)?.span;
    // Everything from here on, the handler too, is called by `done`.
    if (span) tracer.enter(span, done);
    else done();
  });
  app.addHook('onResponse', async (request, reply) => {
    const { startedMs, span } = seen.get(request) ?? { startedMs: clock.monotonic() };
    const { method } = request;
    const status = reply.statusCode;
    const seconds = (clock.monotonic() - startedMs) / clock.rate / 1_000;
    const labels = { method, route: routeOf(request), status: String(status) };
    meter.time('recado_http_request_seconds', seconds, labels);
    const code = problemOf(reply);
    if (code !== undefined && status === RULE) meter.count('recado_refusals_total', { rule: code });
    span?.set({ 'http.response.status_code': status, 'recado.problem': code });
    if (status >= 500) span?.fail(String(status));
    span?.end();
  });
}

// The pattern, not the URL: that may hold secrets.
const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none';
