// The port to traces (https://opentelemetry.io/docs/specs/otel/trace/api/). One call is one trace, on whatever node
// and after whatever restart its parts run: the ids of its trace are made from the id of the call.
import { createHash } from 'node:crypto';

/** A place in a trace, as in a `traceparent` header: https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits: the span that new ones are under. */
  spanId: string;
}

export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface SpanOptions {
  name: string;
  kind?: 'internal' | 'server' | 'client' | 'consumer';
  attributes?: Attributes;
  /** The span it is under; default: the one that runs now, else a new trace begins. */
  under?: TraceContext | undefined;
}

export interface Span {
  /** Adds attributes; never words, names or numbers of people. */
  set(attributes: Attributes): void;
  /** Marks it as failed, with a short code. */
  fail(code: string): void;
  /** Only the first end counts. */
  end(): void;
}

export interface Tracer {
  /** Runs `work` inside a span and ends it; a throw marks it as failed. */
  within<T>(options: SpanOptions, work: (span: Span) => T): T;
  /** Starts a span that ends later than the work that starts it. */
  start(options: SpanOptions): Span;
  /** Does a part of the work of a started span: spans that begin in it are under that one. */
  enter<T>(span: Span, work: () => T): T;
  /** Puts the trace that runs now, when it began here by itself, under that of this call. */
  joinCall(callId: string): void;
  /** The call's own span, of which every other one of its trace is a part. */
  recordCall(call: { id: string; from_ms: number; to_ms: number; attributes: Attributes }): void;
}

/** Returns the place of a call's own span. */
export function traceOfCall(callId: string): TraceContext {
  const digest = createHash('sha256').update(callId).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}

/** Returns what a `traceparent` header says; undefined when it is absent or wrong. */
export function readTraceparent(header: string | undefined): TraceContext | undefined {
  const [, traceId = '', spanId = ''] =
    /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}/.exec(header ?? '') ?? [];
  return /[^0]/.test(traceId) && /[^0]/.test(spanId) ? { traceId, spanId } : undefined;
}

const noSpan: Span = { set: () => undefined, fail: () => undefined, end: () => undefined };

/** A tracer that keeps nothing. */
export const noTracer: Tracer = {
  within: (_options, work) => work(noSpan),
  start: () => noSpan,
  enter: (_span, work) => work(),
  joinCall: () => undefined,
  recordCall: () => undefined,
};
