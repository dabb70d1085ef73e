// One endpoint of the API as data. Server, client, OpenAPI and docs are all made from such rows.
import type { z } from 'zod';
import type { ProblemCode } from './problem.ts';

export interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE' | 'PATCH';
  /** Path with `{names}`, such as `/v1/calls/{id}`. */
  path: string;
  summary: string;
  description?: string;
  tag:
    | 'calls'
    | 'agents'
    | 'batches'
    | 'waits'
    | 'numbers'
    | 'webhooks'
    | 'suppressions'
    | 'privacy'
    | 'account'
    | 'audit'
    | 'health';
  /** Who may ask: anyone, or the holder of a key. */
  auth: 'none' | 'key';
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** What the body is; JSON when left out. A body that is not JSON is given as its text. */
  consumes?: 'text/csv';
  /** Where a body may be larger than others: in bytes, and in names of fields. */
  body_limit?: { bytes: number; keys: number };
  /** Status -> body. `null` has no body; `stream` and `file` are described by `produces`. */
  replies: Record<number, z.ZodType | null>;
  produces?: 'text/event-stream' | 'audio/wav' | 'text/csv';
  problems: readonly ProblemCode[];
}

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;
type In<S> = S extends z.ZodType ? z.input<S> : undefined;

/** What a handler is given, parsed. */
export interface EndpointInput<E extends Endpoint> {
  params: Out<E['params']>;
  query: Out<E['query']>;
  headers: Out<E['headers']>;
  body: Out<E['body']>;
}

/** What a client gives, before defaults are filled in. */
export interface EndpointRequest<E extends Endpoint> {
  params: In<E['params']>;
  query: In<E['query']>;
  headers: In<E['headers']>;
  body: In<E['body']>;
}

/** The bodies that an endpoint may answer with. */
export type EndpointReply<E extends Endpoint> = {
  [S in keyof E['replies']]: E['replies'][S] extends z.ZodType
    ? z.output<E['replies'][S]>
    : undefined;
}[keyof E['replies']];
