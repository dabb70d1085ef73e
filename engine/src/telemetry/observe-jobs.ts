import type { Clock } from '../lib/clock.ts';
import type { Meter } from '../lib/meter.ts';
import { type Tracer, traceOfCall } from '../lib/tracer.ts';

interface Kind {
  run(job: { ref: string; tries: number }, signal: AbortSignal): Promise<unknown>;
}

/** Returns the same kinds of job; each run is timed and is a span, in the trace of the call that it is about. */
export function observeKinds<K extends Kind>(
  kinds: Readonly<Record<string, K>>,
  parts: { meter: Meter; tracer: Tracer; clock: Clock },
): Readonly<Record<string, K>> {
  const observed = Object.entries(kinds).map(([name, kind]) => [
    name,
    { ...kind, run: observedRun(name, kind, parts) },
  ]);
  return Object.fromEntries(observed) as Readonly<Record<string, K>>;
}

function observedRun(
  kind: string,
  { run }: Kind,
  { meter, tracer, clock }: Parameters<typeof observeKinds>[1],
): Kind['run'] {
  return (job, signal) => {
    const started = clock.monotonic();
    const under = job.ref.startsWith('call_') ? traceOfCall(job.ref) : undefined;
    const attributes = { 'job.kind': kind, 'job.tries': job.tries };
    return tracer.within({ name: `job ${kind}`, kind: 'consumer', attributes, under }, async () => {
      let result = 'failed';
      try {
        const again = await run(job, signal);
        result = again === undefined ? 'done' : 'again';
        return again;
      } finally {
        const seconds = (clock.monotonic() - started) / 1_000;
        meter.time('recado_job_seconds', seconds, { kind, result });
      }
    });
  };
}
