// Tells how a call goes on (https://www.twilio.com/docs/voice/api/call-resource#statuscallback).
import type { Clock } from '../../lib/clock.ts';
import type { CreateFault, Faults } from '../faults.ts';
import { type CallStatus, durationSeconds, rfc2822, type SimulatedCall, TERMINAL } from './call.ts';
import type { Webhooks } from './webhooks.ts';

export interface StatusCallbacks {
  /** Reports the status that the call has now, when it was asked for. */
  report(sipCode?: number): void;
  /** Resolves when the first has been answered, or could not be. */
  readonly first: Promise<void>;
  /** How many are still to be sent or answered. */
  left(): number;
}

const EVENT_OF: Partial<Record<CallStatus, string>> = {
  initiated: 'initiated',
  ringing: 'ringing',
  'in-progress': 'answered',
};
const DEFAULT_EVENTS = ['completed'];
const LATE_MS = 10 * 60_000;

export function createStatusCallbacks(options: {
  call: SimulatedCall;
  fields: URLSearchParams;
  standardFields(): Record<string, string>;
  webhooks: Webhooks;
  faults: Faults;
  createFaults: ReadonlySet<CreateFault>;
  clock: Clock;
  stopping: AbortSignal;
}): StatusCallbacks {
  const { call, fields, webhooks, clock, createFaults, stopping } = options;
  const url = fields.get('StatusCallback');
  const asked = fields.getAll('StatusCallbackEvent');
  const events = new Set(asked.length === 0 ? DEFAULT_EVENTS : asked);
  let sequence = 0;
  let held: Record<string, string> | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let left = 0;
  const first = Promise.withResolvers<void>();
  const times = createFaults.has('duplicate_callbacks') ? 2 : 1;

  const post = async (body: Record<string, string>, due: number): Promise<void> => {
    if (due > clock.now()) await clock.sleep(due - clock.now(), stopping);
    const method = fields.get('StatusCallbackMethod') ?? 'POST';
    for (let sent = 0; sent < times && url && !stopping.aborted; sent++)
      await webhooks.send(url, body, method);
    left--;
    first.resolve();
  };
  const send = (body: Record<string, string>): void => {
    left++;
    const due = clock.now() + (createFaults.has('late_callbacks') ? LATE_MS : 0);
    queue = queue.then(() => post(body, due));
  };
  const sendInOrder = (body: Record<string, string>, over: boolean): void => {
    if (options.faults.carrier.callbacksOutOfOrder && !over && !held) {
      held = body;
      return;
    }
    send(body);
    if (held) send(held);
    held = undefined;
  };
  return {
    first: first.promise,
    left: () => left,
    report(sipCode) {
      const over = TERMINAL.has(call.status);
      const number = sequence++;
      const event = over ? 'completed' : EVENT_OF[call.status];
      if (event === undefined || !events.has(event)) return;
      const body = {
        ...options.standardFields(),
        Timestamp: rfc2822(call.events.at(-1)?.at ?? call.createdAt),
        CallbackSource: 'call-progress-events',
        SequenceNumber: String(number),
        ...(over ? fieldsOfEnd(call, sipCode) : {}),
      };
      sendInOrder(body, over);
    },
  };
}

function fieldsOfEnd(call: SimulatedCall, sipCode = 200): Record<string, string> {
  const seconds = durationSeconds(call);
  const fields = { CallDuration: String(seconds), SipResponseCode: String(sipCode) };
  return call.status === 'completed'
    ? { ...fields, Duration: String(Math.ceil(seconds / 60)) }
    : fields;
}
