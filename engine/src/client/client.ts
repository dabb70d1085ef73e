// The typed client of the engine's API. It sends nothing itself: `send` is the transport, so that the same client
// works with axios, fetch, or what a workflow platform offers. No dependencies; types come from the contract.
import type { Api, Operation } from '../contract/api.ts';
import type { Endpoint, EndpointReply, EndpointRequest } from '../contract/endpoint.ts';
import type { Problem } from '../contract/problem.ts';
import { readEvents, type StreamedEvent } from './event-stream.ts';
import { OPERATIONS } from './operations.gen.ts';
import { RecadoProblem } from './recado-problem.ts';

/** One request, ready to be sent by a transport, which adds the engine's URL and the API key. */
export interface ClientRequest {
  method: 'GET' | 'POST' | 'DELETE' | 'PATCH';
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  /** To be sent as JSON, or as it is when it is a text and `headers` names another content type; undefined means no body. */
  body: unknown;
  /** Whether the reply comes in pieces, over minutes: the transport then gives `stream` and sets no time limit. */
  streaming: boolean;
  signal: AbortSignal | undefined;
}

/** What a transport answers, for every status: it never throws for a 4xx or 5xx. */
export interface ClientResponse {
  status: number;
  /** The parsed JSON body, a text that is not JSON, or undefined. */
  body: unknown;
  /** The body in pieces, when it was asked for and the status is 2xx. */
  stream?: AsyncIterable<Uint8Array | string>;
}

export type Send = (request: ClientRequest) => Promise<ClientResponse>;

type Parts<E extends Endpoint> = EndpointRequest<E>;
type Needed<E extends Endpoint> = {
  [P in 'params' | 'body' as Parts<E>[P] extends undefined ? never : P]: Parts<E>[P];
};
type Wanted<E extends Endpoint> = {
  [P in 'query' | 'headers' as Parts<E>[P] extends undefined ? never : P]?: Parts<E>[P];
};

/** What a method takes: `params` and `body` where the operation has them, `query` and `headers` when wanted. */
export type ClientInput<E extends Endpoint> = Needed<E> & Wanted<E> & { signal?: AbortSignal };

type ClientReply<E extends Endpoint> = E['produces'] extends 'text/event-stream'
  ? AsyncIterable<StreamedEvent>
  : E['produces'] extends string
    ? AsyncIterable<Uint8Array | string>
    : EndpointReply<E>;

type Method<E extends Endpoint> = keyof Needed<E> extends never
  ? (input?: ClientInput<E>) => Promise<ClientReply<E>>
  : (input: ClientInput<E>) => Promise<ClientReply<E>>;

export type Client = { [Op in Operation]: Method<Api[Op]> };

/**
 * Returns one method per operation. A method resolves with the body of the reply and throws `RecadoProblem`
 * when the engine answers with a problem; what the transport throws comes through unchanged.
 */
export function createClient(send: Send): Client {
  const methods = Object.entries(OPERATIONS).map(([name, operation]) => [
    name,
    (input: AnyInput = {}) => ask(send, operation, input),
  ]);
  // The generated table and the contract have the same rows, which a test holds them to.
  return Object.fromEntries(methods) as Client;
}

interface AnyInput {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  headers?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
}
type AnyOperation = {
  method: ClientRequest['method'];
  path: string;
  produces?: string;
  consumes?: string;
};

async function ask(send: Send, operation: AnyOperation, input: AnyInput): Promise<unknown> {
  const response = await send({
    method: operation.method,
    path: fillPath(operation.path, input.params ?? {}) + queryText(input.query ?? {}),
    headers: {
      ...texts(input.headers ?? {}),
      ...(operation.consumes === undefined ? {} : { 'content-type': operation.consumes }),
    },
    body: input.body,
    streaming: operation.produces !== undefined,
    signal: input.signal,
  });
  if (response.status >= 300 && !isHealth(response))
    throw new RecadoProblem(response.status, asProblem(response.body));
  if (operation.produces === undefined) return response.body;
  if (!response.stream) throw new TypeError('This transport cannot stream.');
  return operation.produces === 'text/event-stream' ? readEvents(response.stream) : response.stream;
}

// `/readyz` answers 503 with its usual body, which is a reply and not a problem.
const isHealth = ({ status, body }: ClientResponse): boolean =>
  status === 503 &&
  typeof body === 'object' &&
  body !== null &&
  'version' in body &&
  !('code' in body);

function asProblem(body: unknown): Problem | undefined {
  return typeof body === 'object' && body !== null && 'code' in body && 'status' in body
    ? (body as Problem)
    : undefined;
}

const fillPath = (path: string, params: Record<string, unknown>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(params[name])));

function queryText(query: Record<string, unknown>): string {
  const text = new URLSearchParams(texts(query)).toString();
  return text === '' ? '' : `?${text}`;
}

const texts = (values: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, String(value)]),
  );
