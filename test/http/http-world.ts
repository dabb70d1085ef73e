// A listening server with small real handlers, and ways to ask it: fetch and raw sockets.
import net from 'node:net';
import { API } from '../../engine/src/contract/api.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { makeKey } from '../../engine/src/http/api-key.ts';
import { createAuthenticator, type StoredKey } from '../../engine/src/http/auth.ts';
import { createRateLimits, type RateLimitOptions } from '../../engine/src/http/rate-limits.ts';
import type { Handlers } from '../../engine/src/http/routes.ts';
import { createServer, type ServerOptions } from '../../engine/src/http/server.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { newId } from '../../engine/src/lib/id.ts';
import { createLog } from '../../engine/src/lib/log.ts';

export interface HttpWorld {
  url: string;
  port: number;
  key: string;
  keys: Map<string, StoredKey>;
  /** Calls that handlers placed; empty when every request was refused. */
  placed: Call[];
  leaked: string[];
  logLines: string[];
  close(): Promise<void>;
  /** Asks with the key and JSON; `body` is sent as it is when it is text or bytes. */
  ask(
    path: string,
    init?: {
      method?: string;
      body?: unknown;
      headers?: Record<string, string>;
      key?: string | null;
    },
  ): Promise<Answered>;
  /** Writes bytes to a fresh socket and returns what came back until the server closed it, or until `until` matches. */
  raw(request: string | Buffer, until?: RegExp): Promise<{ text: string; closed: boolean }>;
}

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown> & {
    code?: string;
    errors?: { pointer: string; code: string; detail?: string }[];
  };
}

export async function createHttpWorld(
  given: Partial<ServerOptions> & { rates?: RateLimitOptions; handle?: Partial<Handlers> } = {},
): Promise<HttpWorld> {
  const clock = createClock();
  const keys = new Map<string, StoredKey>();
  const made = makeKey('test');
  keys.set(made.public_id, {
    id: newId('key'),
    hash: made.hash,
    mode: 'test',
    name: 'Test',
    revoked_at: null,
  });
  const placed: Call[] = [];
  const leaked: string[] = [];
  const logLines: string[] = [];
  const limits = createRateLimits({
    placingPerSecond: 1_000,
    placingPerHour: 10_000,
    failedKeysPerMinute: 1_000,
    ...given.rates,
  });
  const { rates: _rates, handle, ...options } = given;
  const server = createServer({
    handlers: { ...createHandlers(placed), ...handle },
    authenticator: createAuthenticator({
      findKey: async (publicId) => keys.get(publicId),
      keyLeaked: (publicId) => leaked.push(publicId),
      clock,
      limits,
    }),
    limits,
    clock,
    log: createLog({ level: 'info', destination: { write: (line) => logLines.push(line) } }),
    version: '0.0.0',
    listenHost: '127.0.0.1',
    port: 0,
    ...options,
  });
  const { url, port } = await server.listen();
  return {
    url,
    port,
    key: made.key,
    keys,
    placed,
    leaked,
    logLines,
    close: () => server.close(),
    ask: (path, init) => ask(url, made.key, path, init),
    raw: (request, until) => raw(port, request, until),
  };
}

async function ask(
  url: string,
  key: string,
  path: string,
  init: Parameters<HttpWorld['ask']>[1] = {},
): Promise<Answered> {
  const { body } = init;
  const asIs = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url + path, {
    method: init.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(init.key === null ? {} : { authorization: `Bearer ${init.key ?? key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...init.headers,
    },
    ...(body === undefined ? {} : { body: asIs ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : {},
  };
}

function raw(
  port: number,
  request: string | Buffer,
  until?: RegExp,
): Promise<{ text: string; closed: boolean }> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(request));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (until?.test(text)) {
        resolve({ text, closed: false });
        socket.destroy();
      }
    });
    // A server that answers before it has read everything may reset the connection; what was read counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ text, closed: true }));
  });
}

function createHandlers(placed: Call[]): Handlers {
  const absent = async () => ({ problem: { code: 'not_found' } }) as const;
  const others = Object.fromEntries(Object.keys(API).map((operation) => [operation, absent]));
  return {
    ...(others as unknown as Handlers),
    placeCall: async ({ body }) => {
      const call = {
        ...sampleCall(),
        phone_number: body.phone_number ?? null,
        task: body.task ?? null,
        metadata: body.metadata ?? {},
      };
      placed.push(call);
      return { status: 201, body: call };
    },
    checkCall: async () => ({ problem: { code: 'unavailable', retry_after_seconds: 3 } }),
    listCalls: async ({ query }) => ({
      status: 200,
      body: { calls: placed.slice(0, query.limit), next_cursor: null },
    }),
    getCall: async ({ params }) => {
      const call = placed.find(({ id }) => id === params.id);
      return call ? { status: 200, body: call } : { problem: { code: 'not_found' } };
    },
    cancelCall: async ({ params }) => {
      const call = placed.find(({ id }) => id === params.id);
      return call
        ? { status: 200, body: { ...call, status: 'ended' } }
        : { problem: { code: 'not_found' } };
    },
    streamCall: absent,
    getRecording: async () => ({
      status: 200,
      stream: (async function* () {
        yield new Uint8Array([82, 73, 70, 70]);
      })(),
      length: 4,
    }),
    subscribeWebhook: async () => {
      throw new Error('boom with +351912345678');
    },
    listWebhooks: async () => ({ status: 200, body: { webhooks: [] } }),
    unsubscribeWebhook: async () => ({ status: 204 }),
    getAccount: async ({ caller }) => ({
      status: 200,
      body: {
        organisation: 'Clínica Sol',
        mode: caller.mode,
        key_id: caller.key_id,
        key_name: caller.key_name,
        webhook_secret: 'whsec_x',
        default_country: null,
        allowed_countries: ['US'],
        default_language: 'en-US',
        version: '0.0.0',
        simulated: true,
      },
    }),
    getHealth: async () => ({ status: 200, body: { status: 'ok', version: '0.0.0' } }),
    getReadiness: async () => ({ status: 503, body: { status: 'unavailable', version: '0.0.0' } }),
  };
}

export const sampleCall = (): Call => ({
  id: newId('call'),
  status: 'queued',
  outcome: null,
  outcome_group: null,
  outcome_evidence: null,
  successful: null,
  reached: null,
  end_reason: null,
  answered_by: null,
  retryable: null,
  retry_not_before: null,
  refusal: null,
  phone_number: null,
  recipient_name: null,
  task: null,
  agent_id: null,
  agent_version: null,
  variables: {},
  language: null,
  result: null,
  result_status: 'not_requested',
  result_evidence: [],
  answers_text: null,
  summary: null,
  next_steps: [],
  chosen_time: null,
  preferred_times: [],
  callback_at: null,
  transcript: [],
  transcript_text: null,
  recording_url: null,
  call_url: null,
  attempts: [],
  reference: null,
  tag: null,
  metadata: {},
  source: null,
  batch_id: null,
  returned_from: null,
  connection_id: null,
  mode: 'test',
  simulated: true,
  replayed: false,
  cost: null,
  latency: null,
  created_at: '2026-01-02T03:04:05.000Z',
  scheduled_at: null,
  started_at: null,
  answered_at: null,
  ended_at: null,
  duration_seconds: null,
  disclosure_played_at: null,
});

export const CALL_BODY = {
  phone_number: '+12025550100',
  task: 'Confirm the appointment on Friday.',
};
