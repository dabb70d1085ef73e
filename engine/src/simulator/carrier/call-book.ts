// The calls that the simulated carrier knows; the oldest ended ones are forgotten first.
import type { Faults } from '../faults.ts';
import { takeFault } from '../faults.ts';
import { type Behaviour, behaviourOf } from '../recipients/behaviours.ts';
import { type CallRequest, type SimulatedCall, TERMINAL } from './call.ts';
import { type CallRun, startCall } from './call-run.ts';
import { type CarrierParts, simulateOf } from './live-call.ts';
import { type RestError, refuseCall } from './refuse-call.ts';

export interface CallBook {
  create(request: CallRequest): { error: RestError } | MadeCall;
  /** Has a person dial a number of the account; `url` is where it asks what to do with the call. */
  dialIn(dialed: DialedIn & { url: string }): SimulatedCall;
  update(sid: string, fields: URLSearchParams): { error: RestError } | { call: SimulatedCall };
  get(sid: string): SimulatedCall | undefined;
  /** Newest first. */
  list(filter: URLSearchParams): SimulatedCall[];
  all(): SimulatedCall[];
  close(): void;
}

/** A person dials a number of the account. */
export interface DialedIn {
  from: string;
  to: string;
  behaviour?: Behaviour | undefined;
}

export interface MadeCall {
  call: SimulatedCall;
  firstCallback: Promise<void>;
  /** How long the call waits until it is dialed. */
  queueMs: number;
}

const LIST_LAG_MS = 30_000;
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
  const queue = createQueue(parts);

  return {
    create(request) {
      const error = faultOnCreate(request, parts.faults) ?? refuseCall(request, owned);
      if (error) return { error };
      const count = (rings.get(request.to) ?? 0) + 1;
      rings.set(request.to, count);
      const queueMs = queue.join();
      const run = startCall(parts, request, { rings: count, queueMs });
      runs.set(run.call.sid, run);
      forgetOldest(runs);
      return { call: run.call, firstCallback: run.firstCallback, queueMs };
    },
    dialIn({ from, to, url, behaviour = null }) {
      const fields = new URLSearchParams({ Url: url });
      const request = { from, to, fields, faults: new Set<never>(), caller: { behaviour } };
      const run = startCall(parts, request, { rings: 1, queueMs: 0 });
      runs.set(run.call.sid, run);
      forgetOldest(runs);
      return run.call;
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
        .filter((run) => isListed(run, parts.clock.now()))
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

const isListed = ({ call, createFaults }: CallRun, now: number): boolean =>
  !createFaults.has('late_list') || now >= call.createdAt + LIST_LAG_MS;

/** Calls are dialed one after the other at the account's pace (https://www.twilio.com/docs/voice/api/call-resource, queue_time). */
function createQueue({ clock, faults }: Pick<CarrierParts, 'clock' | 'faults'>) {
  let freeAt = 0;
  return {
    /** Returns for how many milliseconds the next call waits. */
    join(): number {
      const { callsPerSecond } = faults.carrier;
      if (callsPerSecond === undefined) return 0;
      const now = clock.now();
      const turn = Math.max(freeAt, now);
      freeAt = turn + 1_000 / callsPerSecond;
      return turn - now;
    },
  };
}

function forgetOldest(runs: Map<string, CallRun>): void {
  for (const [sid, run] of runs) {
    if (runs.size <= CALLS_KEPT) return;
    if (TERMINAL.has(run.call.status)) runs.delete(sid);
  }
}
