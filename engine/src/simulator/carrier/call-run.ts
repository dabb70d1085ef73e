// One simulated call from queued to its end: dialing, ringing, answer, the TwiML of the engine, hang-up.
import type { CreateFault } from '../faults.ts';
import { reportAnsweredBy } from './answered-by.ts';
import type { CallRequest, SimulatedCall } from './call.ts';
import { type CarrierParts, createLiveCall, type LiveCall } from './live-call.ts';
import { runTwiml } from './twiml-run.ts';

export interface CallRun {
  readonly call: SimulatedCall;
  readonly createFaults: ReadonlySet<CreateFault>;
  /** Resolves when the first status callback has been answered, or could not be. */
  readonly firstCallback: Promise<void>;
  /** Ends the call; has no effect on one that has ended. */
  end(status: 'completed' | 'canceled'): void;
}

const DIAL_MS = 200;
const CONNECT_MS = 500;
const RING_MS = 1500;
const DEFAULT_TIMEOUT_SECONDS = 60;
const DEFAULT_TIME_LIMIT_SECONDS = 14_400;
const LONG_QUEUE_MS = 2 * 3_600_000;

/**
 * Starts a call. `rings` counts the calls to this number, this one included; it waits in the carrier's queue
 * for `queueMs` before it is dialed.
 */
export function startCall(
  parts: CarrierParts,
  request: CallRequest,
  { rings, queueMs }: { rings: number; queueMs: number },
): CallRun {
  const live = createLiveCall(parts, request, rings);
  live.note('queued');
  runCall(live, queueMs).catch((error: unknown) => {
    parts.log.error({ err: error }, 'a simulated call broke');
    live.end('failed', 500);
  });
  const { call, createFaults, firstCallback } = live;
  return { call, createFaults, firstCallback, end: (status) => live.end(status) };
}

async function runCall(live: LiveCall, queueMs: number): Promise<void> {
  const { clock, over, call } = live;
  if (call.direction === 'inbound') return runInbound(live);
  const warm = live.speaker.say(live.recipient.answers()[0]?.text ?? '', {
    voice: 'rms',
    language: live.recipient.language,
  });
  await Promise.all([clock.sleep(DIAL_MS, over), warm.catch(() => undefined)]);
  const longMs = live.createFaults.has('long_queue') ? LONG_QUEUE_MS : 0;
  await clock.sleep(queueMs + longMs, over);
  live.become('initiated');
  await clock.sleep(CONNECT_MS, over);
  if (call.behaviour === 'busy') return live.end('busy', 486);
  if (call.behaviour === 'unreachable') return live.end('failed', 408);
  live.become('ringing');
  if (doesNotAnswer(call)) {
    const seconds = numberField(live.fields, 'Timeout', DEFAULT_TIMEOUT_SECONDS);
    await clock.sleep(seconds * 1000, over);
    return live.end('no-answer', 487);
  }
  await clock.sleep(RING_MS, over);
  if (over.aborted) return;
  live.become('in-progress');
  live.phone.answer();
  reportAnsweredBy(live);
  const limit = clock.after(
    numberField(live.fields, 'TimeLimit', DEFAULT_TIME_LIMIT_SECONDS) * 1000,
    () => {
      live.note('time_limit');
      live.end('completed');
    },
  );
  await runTwiml(live);
  limit.cancel();
  live.end('completed');
}

// The account's own number rings: the call is answered once the engine has said what is to be done with it.
async function runInbound(live: LiveCall): Promise<void> {
  live.become('ringing');
  await runTwiml(live, () => {
    live.become('in-progress');
    live.phone.answer();
  });
  live.end(live.call.answeredAt === null ? 'failed' : 'completed');
}

const doesNotAnswer = ({ behaviour, rings }: SimulatedCall): boolean =>
  behaviour === 'no_answer' || (behaviour === 'answers_second_attempt' && rings % 2 === 1);

function numberField(fields: URLSearchParams, name: string, otherwise: number): number {
  const value = Number(fields.get(name) ?? '');
  return value > 0 ? value : otherwise;
}
