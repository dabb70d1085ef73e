import type { Carrier } from '../calls/ports.ts';
import type { Network } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Meter } from '../lib/meter.ts';
import type { Tracer } from '../lib/tracer.ts';

/** Returns a carrier that asks as `carrier` does; each request is timed and is a span. */
export function observeCarrier(
  carrier: Carrier,
  network: Network,
  { meter, tracer, clock }: { meter: Meter; tracer: Tracer; clock: Clock },
): Carrier {
  async function ask<T>(request: string, work: () => Promise<T>, resultOf: (answer: T) => string) {
    const started = clock.monotonic();
    const attributes = { 'carrier.name': carrier.name, 'recado.network': network };
    return tracer.within(
      { name: `carrier ${request}`, kind: 'client', attributes },
      async (span) => {
        let result = 'threw';
        try {
          const answer = await work();
          result = resultOf(answer);
          return answer;
        } finally {
          span.set({ 'carrier.result': result });
          if (FAILED.has(result)) span.fail(result);
          const seconds = (clock.monotonic() - started) / 1_000;
          meter.time('recado_carrier_request_seconds', seconds, { network, request, result });
        }
      },
    );
  }
  return {
    ...carrier,
    placeCall: (order) =>
      ask(
        'place_call',
        () => carrier.placeCall(order),
        ({ kind }) => kind,
      ),
    hangUp: (id) =>
      ask(
        'hang_up',
        () => carrier.hangUp(id),
        ({ ok }) => (ok ? 'done' : 'failed'),
      ),
    look: (id) => ask('look', () => carrier.look(id), foundOf),
    search: (query) => ask('search', () => carrier.search(query), foundOf),
  };
}

const FAILED: ReadonlySet<string> = new Set([
  'threw',
  'failed',
  'rejected',
  'not_sent',
  'unclear',
  'unknown',
]);

const foundOf = (answer: object | 'unknown' | undefined): string => {
  if (answer === 'unknown') return 'unknown';
  return answer === undefined ? 'absent' : 'found';
};
