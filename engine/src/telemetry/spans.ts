// Spans: which one runs now, what each is under, and when it is over. Where they go is somebody else's work.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../lib/clock.ts';
import { randomHex } from '../lib/id.ts';
import {
  type Attributes,
  type Span,
  type SpanOptions,
  type TraceContext,
  type Tracer,
  traceOfCall,
} from '../lib/tracer.ts';

/** A span that is over. The trace is one object for all spans of one run, which may still be put under a call. */
export interface EndedSpan {
  name: string;
  kind: NonNullable<SpanOptions['kind']>;
  trace: Trace;
  spanId: string;
  /** Undefined: it is what its trace began with here. */
  parent: string | undefined;
  startMs: number;
  endMs: number;
  attributes: Record<string, string | number | boolean>;
  failure: string | undefined;
}

export interface Trace {
  id: string;
  /** The span that the first one of this trace here is under. */
  above: string | undefined;
  /** False once it is a part of a trace that began elsewhere. */
  isOwn: boolean;
}

interface Running {
  trace: Trace;
  spanId: string;
}

/** Returns a tracer that gives each ended span to `take`. */
export function createTracer(clock: Clock, take: (span: EndedSpan) => void): Tracer {
  const running = new AsyncLocalStorage<Running>();
  const places = new WeakMap<Span, Running>();

  function open({ name, kind = 'internal', attributes = {}, under }: SpanOptions) {
    const over = under === undefined ? running.getStore() : undefined;
    const place: Running = { trace: over?.trace ?? newTrace(under), spanId: newSpanId() };
    const startMs = clock.now();
    const started = clock.monotonic();
    const kept = known(attributes);
    let failure: string | undefined;
    let isOver = false;
    const span: Span = {
      set: (more) => void Object.assign(kept, known(more)),
      fail(code) {
        failure ??= code;
      },
      end() {
        if (isOver) return;
        isOver = true;
        const endMs = startMs + (clock.monotonic() - started);
        const { trace, spanId } = place;
        take({
          ...{ name, kind, trace, spanId, startMs, endMs, failure },
          parent: over?.spanId,
          attributes: kept,
        });
      },
    };
    places.set(span, place);
    return { place, span };
  }

  return {
    within(options, work) {
      const { place, span } = open(options);
      const failed = (error: unknown): never => {
        span.fail(error instanceof Error ? error.name : 'unknown');
        span.end();
        throw error;
      };
      try {
        const value = running.run(place, () => work(span));
        if (!(value instanceof Promise)) {
          span.end();
          return value;
        }
        return value.then((settled) => {
          span.end();
          return settled;
        }, failed) as typeof value;
      } catch (error) {
        return failed(error);
      }
    },
    start: (options) => open(options).span,
    enter(span, work) {
      const place = places.get(span);
      return place ? running.run(place, work) : work();
    },
    joinCall(callId) {
      const trace = running.getStore()?.trace;
      if (!trace?.isOwn) return;
      const { traceId, spanId } = traceOfCall(callId);
      Object.assign(trace, { id: traceId, above: spanId, isOwn: false });
    },
    recordCall({ id, from_ms, to_ms, attributes }) {
      const { traceId, spanId } = traceOfCall(id);
      take({
        ...{ name: 'call', kind: 'internal', spanId, parent: undefined, failure: undefined },
        trace: { id: traceId, above: undefined, isOwn: false },
        ...{ startMs: from_ms, endMs: Math.max(from_ms, to_ms), attributes: known(attributes) },
      });
    },
  };
}

const newTrace = (under: TraceContext | undefined): Trace =>
  under
    ? { id: under.traceId, above: under.spanId, isOwn: false }
    : { id: randomHex(16), above: undefined, isOwn: true };
const newSpanId = (): string => randomHex(8);

const known = (attributes: Attributes): EndedSpan['attributes'] =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, value] as const],
    ),
  );
