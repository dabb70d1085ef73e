// What an engine tells of itself: counts for a Prometheus server, traces for a collector when one is named.
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Meter } from '../lib/meter.ts';
import { noTracer, type Tracer } from '../lib/tracer.ts';
import { createMetrics, type Metrics } from './prometheus.ts';

export interface Telemetry {
  meter: Meter;
  tracer: Tracer;
  readMetrics: Metrics['read'];
  /** Sends what is left of the traces. */
  close(): Promise<void>;
}

export async function createTelemetry(options: {
  traces: { endpoint: string; headers: Record<string, string>; serviceName: string } | null;
  version: string;
  nodeId: string;
  clock: Clock;
  log: Log;
}): Promise<Telemetry> {
  const { traces, ...parts } = options;
  const { meter, read } = createMetrics();
  if (traces === null)
    return { meter, tracer: noTracer, readMetrics: read, close: async () => undefined };
  const { createOtlp } = await import('./otlp.ts');
  const { createTracer } = await import('./spans.ts');
  const otlp = createOtlp({ ...traces, ...parts, meter });
  const tracer = createTracer(parts.clock, (span) => otlp.take(span));
  return { meter, tracer, readMetrics: read, close: () => otlp.close() };
}
