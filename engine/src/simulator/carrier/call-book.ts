// The calls that the simulated carrier knows; the oldest ended ones are forgotten first.
import type { Faults } from '../faults.ts';
import { takeFault } from '../faults.ts';
import { behaviourOf } from '../recipients/behaviours.ts';
import { type CallRequest, type SimulatedCall, TERMINAL } from './call.ts';
import { type CallRun, startCall } from './call-run.ts';
import { type CarrierParts, simulateOf } from './live-call.ts';
import { type RestError, refuseCall } from './refuse-call.ts';

export interface CallBook {
  create(request: CallRequest): { error: RestError } | { call: SimulatedCall };
  update(sid: string, fields: URLSearchParams): { error: RestError } | { call: SimulatedCall };
  get(sid: string): SimulatedCall | undefined;
  /** Newest first. */
  list(filter: URLSearchParams): SimulatedCall[];
  all(): SimulatedCall[];
  close(): void;
}

const CALLS_KEPT = 5000;
const NOT_FOUND: RestError = {
  status: 404,
  code: 20_404,
  message: 'The requested resource was not found',
};
const NOT_IN_PROGRESS: RestError = {
  status: 400,
  code: 21_220,
  message: 'Call is not in-progress. Cannot redirect.',
};

export function createCallBook(parts: CarrierParts, owned: readonly string[]): CallBook {
  const runs = new Map<string, CallRun>();
  const rings = new Map<string, number>();

  return {
    create(request) {
      const error = faultOnCreate(request, parts.faults) ?? refuseCall(request, owned);
      if (error) return { error };
      const count = (rings.get(request.to) ?? 0) + 1;
      rings.set(request.to, count);
      const run = startCall(parts, request, count);
      runs.set(run.call.sid, run);
      forgetOldest(runs);
      return { call: run.call };
    },
    update(sid, fields) {
      const run = runs.get(sid);
      if (!run) return { error: NOT_FOUND };
      if (TERMINAL.has(run.call.status)) return { error: NOT_IN_PROGRESS };
      const live = run.call.status === 'in-progress';
      const wanted = fields.get('Status');
      // "canceled" does not touch a call in progress: https://www.twilio.com/docs/voice/api/call-resource
      if (wanted === 'completed' && live) run.end('completed');
      else if ((wanted === 'completed' || wanted === 'canceled') && !live) run.end('canceled');
      return { call: run.call };
    },
    get: (sid) => runs.get(sid)?.call,
    list: (filter) =>
      [...runs.values()]
        .map((run) => run.call)
        .filter((call) => matches(call, filter))
        .reverse(),
    all: () => [...runs.values()].map((run) => run.call),
    close() {
      for (const run of runs.values()) run.end('canceled');
    },
  };
}

function faultOnCreate({ to, fields }: CallRequest, faults: Faults): RestError | undefined {
  const fault = takeFault(faults.carrier.failCreate);
  if (fault)
    return { status: fault.status, code: fault.code, message: 'A failure made on purpose' };
  if (behaviourOf(to, simulateOf(fields.get('Url'))) !== 'carrier_error') return undefined;
  return { status: 503, code: 20_503, message: 'Service unavailable' };
}

function matches(call: SimulatedCall, filter: URLSearchParams): boolean {
  const is = (name: string, value: string): boolean =>
    !filter.get(name) || filter.get(name) === value;
  const status = call.status === 'initiated' ? 'queued' : call.status;
  return is('To', call.to) && is('From', call.from) && is('Status', status);
}

function forgetOldest(runs: Map<string, CallRun>): void {
  for (const [sid, run] of runs) {
    if (runs.size <= CALLS_KEPT) return;
    if (TERMINAL.has(run.call.status)) runs.delete(sid);
  }
}
