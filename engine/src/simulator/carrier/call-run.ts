// One simulated call from queued to its end: dialing, ringing, answer, the TwiML of the engine, hang-up.
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Faults } from '../faults.ts';
import { behaviourOf } from '../recipients/behaviours.ts';
import { createRecipient } from '../recipients/recipient.ts';
import type { Speaker } from '../speech/speaker.ts';
import { reportAnsweredBy } from './answered-by.ts';
import { type CallEvent, type CallRequest, type CallStatus, newSid, type SimulatedCall, TERMINAL } from './call.ts';
import { createPhone, type Phone } from './phone.ts';
import { createStatusCallbacks, type StatusCallbacks } from './status-callbacks.ts';
import { runTwiml } from './twiml-run.ts';
import type { Webhooks } from './webhooks.ts';

export interface CarrierParts {
  clock: Clock;
  log: Log;
  speaker: Speaker;
  faults: Faults;
  webhooks: Webhooks;
  accountSid: string;
}

export interface CallRun {
  readonly call: SimulatedCall;
  /** Ends the call; has no effect on one that has ended. */
  end(status: 'completed' | 'canceled'): void;
}

/** What the parts of a running call share. */
export interface LiveCall extends CarrierParts {
  readonly call: SimulatedCall;
  readonly fields: URLSearchParams;
  readonly phone: Phone;
  /** Aborts when the call has ended. */
  readonly over: AbortSignal;
  /** The fields of every request about the call. */
  standardFields(): Record<string, string>;
  note(event: string, detail?: string): void;
  marked(name: string, how: 'played' | 'cleared'): void;
  cleared(droppedBytes: number): void;
  answeredBy(verdict: string): void;
  end(status: CallStatus, sipCode?: number): void;
  /** Runs when a beep has been played by the phone. */
  onBeep(fn: () => void): void;
}

const DIAL_MS = 200;
const CONNECT_MS = 500;
const RING_MS = 1500;
const DEFAULT_TIMEOUT_SECONDS = 60;
const DEFAULT_TIME_LIMIT_SECONDS = 14_400;
const EVENTS_KEPT = 500;

/** Starts a call. `rings` counts the calls to this number, this one included. */
export function startCall(parts: CarrierParts, request: CallRequest, rings: number): CallRun {
  const live = createLiveCall(parts, request, rings);
  live.note('queued');
  runCall(live).catch((error: unknown) => {
    parts.log.error({ err: error }, 'a simulated call broke');
    live.end('failed', 500);
  });
  return { call: live.call, end: (status) => live.end(status) };
}

async function runCall(live: Live): Promise<void> {
  const { clock, over, call } = live;
  const warm = live.speaker.say(live.hello, { voice: 'rms', language: live.recipient.language });
  await Promise.all([clock.sleep(DIAL_MS, over), warm.catch(() => undefined)]);
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
  const limit = clock.after(numberField(live.fields, 'TimeLimit', DEFAULT_TIME_LIMIT_SECONDS) * 1000, () => {
    live.note('time_limit');
    live.end('completed');
  });
  await runTwiml(live);
  limit.cancel();
  live.end('completed');
}

const doesNotAnswer = ({ behaviour, rings }: SimulatedCall): boolean =>
  behaviour === 'no_answer' || (behaviour === 'answers_second_attempt' && rings % 2 === 1);

function numberField(fields: URLSearchParams, name: string, otherwise: number): number {
  const value = Number(fields.get(name) ?? '');
  return value > 0 ? value : otherwise;
}

type Live = ReturnType<typeof createLiveCall>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

function createLiveCall(parts: CarrierParts, { to, from, fields }: CallRequest, rings: number) {
  const { clock } = parts;
  const behaviour = behaviourOf(to, simulateOf(fields.get('Url')));
  const recipient = createRecipient(behaviour, to);
  const events: CallEvent[] = [];
  const marks: { name: string; how: 'played' | 'cleared'; atMs: number }[] = [];
  const clears: { atMs: number; droppedMs: number }[] = [];
  const over = new AbortController();
  let beeped: () => void = () => undefined;

  const note = (event: string, detail?: string): void => {
    if (events.length < EVENTS_KEPT) events.push({ at: clock.now(), event, ...(detail === undefined ? {} : { detail }) });
  };
  const phone = createPhone({
    clock,
    log: parts.log,
    speaker: parts.speaker,
    recipient,
    onBeep: () => beeped(),
    onHangUp() {
      note('recipient_hung_up');
      end('completed');
    },
  });
  const call: Writable<SimulatedCall> = {
    sid: newSid('CA'),
    to,
    from,
    behaviour,
    rings,
    status: 'queued',
    answeredBy: null,
    createdAt: clock.now(),
    answeredAt: null,
    endedAt: null,
    get heard() {
      return phone.heard();
    },
    get said() {
      return phone.said();
    },
    marks,
    clears,
    events,
  };
  const standardFields = (): Record<string, string> => standardFieldsOf(call, parts.accountSid);
  const callbacks: StatusCallbacks = createStatusCallbacks({ ...parts, call, fields, standardFields });

  const become = (status: CallStatus, sipCode?: number): void => {
    if (TERMINAL.has(call.status)) return;
    call.status = status;
    if (status === 'in-progress') call.answeredAt = clock.now();
    if (TERMINAL.has(status)) call.endedAt = clock.now();
    note(status, sipCode === undefined ? undefined : `SIP ${sipCode}`);
    callbacks.report(sipCode);
  };
  function end(status: CallStatus, sipCode?: number): void {
    if (TERMINAL.has(call.status)) return;
    phone.stop();
    become(status, sipCode);
    over.abort();
  }

  return {
    ...parts,
    call: call as SimulatedCall,
    fields,
    phone,
    recipient,
    hello: recipient.answers()[0]?.text ?? '',
    over: over.signal,
    standardFields,
    note,
    become,
    end,
    marked: (name: string, how: 'played' | 'cleared') => void marks.push({ name, how, atMs: phone.atMs() }),
    cleared: (bytes: number) => void clears.push({ atMs: phone.atMs(), droppedMs: bytes / 8 }),
    answeredBy(verdict: string) {
      call.answeredBy = verdict;
      note('answered_by', verdict);
    },
    onBeep(fn: () => void) {
      beeped = fn;
    },
  };
}

function simulateOf(url: string | null): string | null {
  return url !== null && URL.canParse(url) ? new URL(url).searchParams.get('simulate') : null;
}

const standardFieldsOf = (call: SimulatedCall, accountSid: string): Record<string, string> => ({
  CallSid: call.sid,
  AccountSid: accountSid,
  From: call.from,
  To: call.to,
  Caller: call.from,
  Called: call.to,
  CallStatus: call.status,
  ApiVersion: '2010-04-01',
  Direction: 'outbound-api',
});
