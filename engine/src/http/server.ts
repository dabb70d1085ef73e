// The HTTP server: its limits, its error answers, its headers, and who serves what.
// Whatever goes wrong is answered with an RFC 9457 problem, down to requests that are not HTTP.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Clock } from '../lib/clock.ts';
import { newSecret } from '../lib/id.ts';
import type { Log } from '../lib/log.ts';
import { type Meter, noMeter } from '../lib/meter.ts';
import { noTracer, type Tracer } from '../lib/tracer.ts';
import { allowedMethods, type RouteSeen } from './allowed-methods.ts';
import type { Authenticator } from './auth.ts';
import { addDocs } from './docs.ts';
import { observeRequests } from './observe-requests.ts';
import { failureOf, rawProblem, sendProblem } from './problems.ts';
import type { RateLimits } from './rate-limits.ts';
import { addRoutes, type Handlers } from './routes.ts';

const BODY_MAX = 64 * 1024;
const HEADER_MAX = 16 * 1024;
const URL_MAX = 2 * 1024;
const CLOSE_GRACE_MS = 5_000;
const SWEEP_MS = 50;

export interface ServerOptions {
  handlers: Handlers;
  authenticator: Authenticator;
  limits: RateLimits;
  log: Log;
  clock: Clock;
  meter?: Meter;
  tracer?: Tracer;
  version: string;
  listenHost: string;
  /** 0 takes any free port. */
  port: number;
  /** Where the world reaches this server, without a slash at the end; default: the address it listens on. */
  publicUrl?: string;
  /** How long headers (10 s) and a whole request (30 s) may take to arrive. Replies may take longer. */
  timeouts?: { headersMs: number; requestMs: number };
  /** Adds routes outside the contract, in a scope of its own with Fastify's default body parsers. */
  extraRoutes?: (app: FastifyInstance) => void;
  /** Takes every connection that asks to become a WebSocket; it answers or destroys the socket. */
  onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface Server {
  app: FastifyInstance;
  listen(): Promise<{ url: string; port: number }>;
  /** Ends streams and waits, lets other requests finish for 5 s, then closes every socket. */
  close(): Promise<void>;
}

export function createServer(options: ServerOptions): Server {
  const closing = new AbortController();
  let url = `http://${options.listenHost}:${options.port}`;
  const publicUrl = (): string => options.publicUrl ?? url;
  const app = createApp(options, publicUrl);
  const upgraded = new Set<Duplex>();

  const { clock, meter = noMeter, tracer = noTracer } = options;
  observeRequests(app, { clock, meter, tracer });
  addHooks(app, options, publicUrl);
  addScope(app, (scope) =>
    addRoutes(scope, {
      ...options,
      publicUrl,
      closing: closing.signal,
    }),
  );
  addScope(app, (scope) => addDocs(scope, options.version, publicUrl));
  const { extraRoutes, onUpgrade } = options;
  if (extraRoutes) addScope(app, extraRoutes);
  if (onUpgrade) {
    app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      upgraded.add(socket);
      socket.once('close', () => upgraded.delete(socket));
      // Without a listener a reset connection would end the process.
      socket.on('error', () => socket.destroy());
      onUpgrade(request, socket, head);
    });
  }

  return {
    app,
    async listen() {
      url = await app.listen({ host: options.listenHost, port: options.port });
      const port = Number(new URL(url).port);
      return { url, port };
    },
    async close() {
      closing.abort();
      const closed = app.close();
      const force = clock.after(CLOSE_GRACE_MS * clock.rate, () =>
        app.server.closeAllConnections(),
      );
      // Node closes only those that are idle now; a stream that ends below leaves its connection open.
      const sweep = clock.every(SWEEP_MS * clock.rate, () => app.server.closeIdleConnections());
      for (const socket of upgraded) socket.destroy();
      await closed;
      force.cancel();
      sweep.cancel();
    },
  };
}

function createApp({ timeouts, log }: ServerOptions, publicUrl: () => string): FastifyInstance {
  return Fastify({
    logger: false,
    bodyLimit: BODY_MAX,
    requestTimeout: timeouts?.requestMs ?? 30_000,
    http: {
      maxHeaderSize: HEADER_MAX,
      headersTimeout: timeouts?.headersMs ?? 10_000,
      // Node looks for late requests only this often; its default of 30 s would triple the limit.
      connectionsCheckingInterval: 1_000,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: false,
    requestIdHeader: false,
    genReqId: newRequestId,
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, failureOf(error), publicUrl());
    },
    clientErrorHandler: (error, socket) => answerRaw(error, socket, publicUrl(), log),
  });
}

/** Adds routes whose parsers and hooks are their own. */
function addScope(app: FastifyInstance, add: (scope: FastifyInstance) => void): void {
  const plugin: FastifyPluginAsync = async (scope) => add(scope);
  app.register(plugin);
}

const newRequestId = (): string => `req_${newSecret(12)}`;

function answerRaw(
  error: Error & { code?: string },
  socket: Socket,
  publicUrl: string,
  log: Log,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = newRequestId();
  log.info(
    { request_id: requestId, code: error.code ?? null },
    'request refused by the HTTP parser',
  );
  // A slow client that has an answer under way must not get a second one into it.
  if (socket.bytesWritten === 0)
    socket.end(rawProblem(error, { publicUrl, requestId }), () => socket.destroy());
  else socket.destroy();
}

function addHooks(
  app: FastifyInstance,
  { log, clock }: ServerOptions,
  publicUrl: () => string,
): void {
  const seen: RouteSeen[] = [];
  const started = new WeakMap<FastifyRequest, number>();
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) seen.push({ method, url: route.url });
  });
  app.addHook('onRequest', async (request, reply) => {
    started.set(request, clock.monotonic());
    if (request.url.length > URL_MAX)
      return sendProblem(reply, { code: 'uri_too_long' }, publicUrl());
    // Here, not in the not-found handler: that one would read and judge the body first.
    return request.is404 ? refuseUnknown(request, reply, seen, publicUrl()) : undefined;
  });
  app.addHook('onSend', async (request, reply) => {
    reply
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('request-id', request.id);
    if (request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store');
    if (!reply.hasHeader('content-security-policy')) {
      reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    }
  });
  app.addHook('onResponse', async (request, reply) => {
    const tookMs = Math.round(clock.monotonic() - (started.get(request) ?? clock.monotonic()));
    // The pattern, not the URL: that may hold secrets.
    const route = request.routeOptions.url ?? null;
    log.info(
      {
        request_id: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        took_ms: tookMs,
      },
      'request answered',
    );
  });
  app.setErrorHandler((error: Error & { code?: string; statusCode?: number }, request, reply) => {
    const failure = failureOf(error);
    if (failure.code === 'internal_error')
      log.error({ request_id: request.id, err: error }, 'request failed');
    return sendProblem(reply, failure, publicUrl());
  });
}

function refuseUnknown(
  request: FastifyRequest,
  reply: FastifyReply,
  seen: readonly RouteSeen[],
  publicUrl: string,
): FastifyReply {
  const allowed = allowedMethods(seen, request.url);
  if (allowed.length === 0) return sendProblem(reply, { code: 'not_found' }, publicUrl);
  return sendProblem(
    reply.header('allow', allowed.join(', ')),
    { code: 'method_not_allowed' },
    publicUrl,
  );
}
