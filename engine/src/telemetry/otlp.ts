// Sends ended spans to an OpenTelemetry collector: OTLP over HTTP with JSON
// (https://opentelemetry.io/docs/specs/otlp/#otlphttp). Written by hand because the packages that do it bring 24 MB.
// Invariant: tracing never holds up a call. What cannot be sent soon is dropped and counted.
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Meter } from '../lib/meter.ts';
import type { EndedSpan } from './spans.ts';

export interface OtlpOptions {
  /** Address of the collector, to which `/v1/traces` is added; no slash at the end. */
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  serviceName: string;
  version: string;
  nodeId: string;
  clock: Clock;
  meter: Meter;
  log: Log;
}

export interface Otlp {
  take(span: EndedSpan): void;
  /** Sends what is left, within a bounded time. */
  close(): Promise<void>;
}

const WAITING_MAX = 4_096;
const AT_ONCE = 512;
const SEND_EVERY_MS = 2_000;
const TIMEOUT_MS = 5_000;

export function createOtlp(options: OtlpOptions): Otlp {
  const { clock, meter, log } = options;
  const waiting: EndedSpan[] = [];
  let sending = Promise.resolve();
  let isBroken = false;

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, AT_ONCE);
      const problem = await post(options, batch);
      if (problem !== undefined) meter.count('recado_spans_dropped_total', {}, batch.length);
      // Once per outage, not once per batch.
      if (problem !== undefined && !isBroken) log.warn({ problem }, 'traces cannot be sent');
      isBroken = problem !== undefined;
      if (isBroken) return;
    }
  }
  const send = (): Promise<void> => (sending = sending.then(sendAll));
  const timer = clock.every(SEND_EVERY_MS * clock.rate, () => void send());

  return {
    take(span) {
      if (waiting.length >= WAITING_MAX) meter.count('recado_spans_dropped_total', {});
      else waiting.push(span);
    },
    async close() {
      timer.cancel();
      await send();
    },
  };
}

/** Returns a short word when it did not work. */
async function post(
  options: OtlpOptions,
  batch: readonly EndedSpan[],
): Promise<string | undefined> {
  try {
    const answer = await fetch(`${options.endpoint}/v1/traces`, {
      method: 'POST',
      headers: { ...options.headers, 'content-type': 'application/json' },
      body: JSON.stringify(requestOf(options, batch)),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `status_${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown';
  }
}

function requestOf({ serviceName, version, nodeId }: OtlpOptions, batch: readonly EndedSpan[]) {
  const resource = {
    'service.name': serviceName,
    'service.version': version,
    'service.instance.id': nodeId,
  };
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'recado', version }, spans: batch.map(spanOf) }],
      },
    ],
  };
}

// Numbers of https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
const KINDS = { internal: 1, server: 2, client: 3, consumer: 5 } as const;
const STATUS_ERROR = 2;

function spanOf(span: EndedSpan) {
  const parent = span.parent ?? span.trace.above;
  return {
    traceId: span.trace.id,
    spanId: span.spanId,
    ...(parent === undefined ? {} : { parentSpanId: parent }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: nanoseconds(span.startMs),
    endTimeUnixNano: nanoseconds(span.endMs),
    attributes: attributesOf(span.attributes),
    ...(span.failure === undefined
      ? {}
      : { status: { code: STATUS_ERROR, message: span.failure } }),
  };
}

const nanoseconds = (ms: number): string => String(BigInt(Math.round(ms * 1_000)) * 1_000n);

const attributesOf = (attributes: Readonly<Record<string, string | number | boolean>>) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValueOf(value) }));

function anyValueOf(value: string | number | boolean) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  // Whole numbers of 64 bits are strings in JSON.
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
