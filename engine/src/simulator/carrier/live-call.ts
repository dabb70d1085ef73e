// What the parts of a running call share: its record, its phone, and the one way to end it.
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { BYTES_PER_MS } from '../../lib/mu-law.ts';
import type { CreateFault, Faults } from '../faults.ts';
import { behaviourOf } from '../recipients/behaviours.ts';
import { createRecipient, type Recipient } from '../recipients/recipient.ts';
import type { Speaker } from '../speech/speaker.ts';
import {
  type CallEvent,
  type CallRequest,
  type CallStatus,
  newSid,
  type Sight,
  type SimulatedCall,
  TERMINAL,
} from './call.ts';
import { createPhone, type Phone } from './phone.ts';
import { createStatusCallbacks } from './status-callbacks.ts';
import type { Webhooks } from './webhooks.ts';

export interface CarrierParts {
  clock: Clock;
  log: Log;
  speaker: Speaker;
  faults: Faults;
  webhooks: Webhooks;
  accountSid: string;
  /** Tells whoever watches the carrier. */
  watch(sight: Sight): void;
  /** Aborts when the carrier closes. */
  stopping: AbortSignal;
}

/** What the parts of a running call share. */
export interface LiveCall extends CarrierParts {
  readonly call: SimulatedCall;
  readonly fields: URLSearchParams;
  readonly createFaults: ReadonlySet<CreateFault>;
  readonly phone: Phone;
  readonly recipient: Recipient;
  /** Resolves when the first status callback has been answered, or could not be. */
  readonly firstCallback: Promise<void>;
  /** Aborts when the call has ended. */
  readonly over: AbortSignal;
  /** The fields of every request about the call. */
  standardFields(): Record<string, string>;
  note(event: string, detail?: string): void;
  marked(name: string, how: 'played' | 'cleared'): void;
  cleared(droppedBytes: number): void;
  answeredBy(verdict: string): void;
  /** Moves the call on and reports it; has no effect on one that has ended. */
  become(status: CallStatus, sipCode?: number): void;
  end(status: CallStatus, sipCode?: number): void;
  /** Runs when a beep has been played by the phone. */
  onBeep(fn: () => void): void;
}

const EVENTS_KEPT = 500;

/** Returns a call that is queued; nothing happens until somebody moves it on. */
export function createLiveCall(parts: CarrierParts, request: CallRequest, rings: number): LiveCall {
  const { fields, faults: createFaults } = request;
  const { call, note, marks, clears } = createRecord(parts, request, rings);
  const recipient = createRecipient(call.behaviour, request.caller ? call.from : call.to);
  const over = new AbortController();
  let beeped: () => void = () => undefined;

  const end = (status: CallStatus, sipCode?: number): void => {
    if (TERMINAL.has(call.status)) return;
    phone.stop();
    become(status, sipCode);
    over.abort();
  };
  const onHangUp = (): void => {
    note('recipient_hung_up');
    end('completed');
  };
  const phone = createPhone({ ...parts, recipient, onBeep: () => beeped(), onHangUp });
  Object.defineProperty(call, 'heard', { get: () => phone.heard(), enumerable: true });
  Object.defineProperty(call, 'said', { get: () => phone.said(), enumerable: true });
  const standardFields = (): Record<string, string> => standardFieldsOf(call, parts.accountSid);
  const callbacks = createStatusCallbacks({ ...parts, call, fields, createFaults, standardFields });
  Object.defineProperty(call, 'callbacksLeft', { get: () => callbacks.left(), enumerable: true });
  const become = (status: CallStatus, sipCode?: number): void => {
    if (TERMINAL.has(call.status)) return;
    call.status = status;
    if (status === 'in-progress') call.answeredAt = parts.clock.now();
    if (TERMINAL.has(status)) call.endedAt = parts.clock.now();
    note(status, sipCode === undefined ? undefined : `SIP ${sipCode}`);
    callbacks.report(sipCode);
  };

  return {
    ...parts,
    call,
    fields,
    createFaults,
    firstCallback: callbacks.first,
    phone,
    recipient,
    over: over.signal,
    standardFields,
    note,
    become,
    end,
    marked: (name, how) => void marks.push({ name, how, atMs: phone.atMs() }),
    cleared: (bytes) => void clears.push({ atMs: phone.atMs(), droppedMs: bytes / BYTES_PER_MS }),
    answeredBy(verdict) {
      call.answeredBy = verdict;
      note('answered_by', verdict);
    },
    onBeep(fn) {
      beeped = fn;
    },
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function createRecord(
  { clock, watch }: CarrierParts,
  { to, from, fields, caller }: CallRequest,
  rings: number,
) {
  const events: CallEvent[] = [];
  const marks: SimulatedCall['marks'][number][] = [];
  const clears: SimulatedCall['clears'][number][] = [];
  const call: Writable<SimulatedCall> = {
    sid: newSid('CA'),
    direction: caller ? 'inbound' : 'outbound-api',
    to,
    from,
    url: fields.get('Url') ?? '',
    behaviour: caller
      ? behaviourOf(from, caller.behaviour)
      : behaviourOf(to, simulateOf(fields.get('Url'))),
    rings,
    status: 'queued',
    answeredBy: null,
    createdAt: clock.now(),
    answeredAt: null,
    endedAt: null,
    heard: [],
    said: [],
    marks,
    clears,
    events,
    callbacksLeft: 0,
  };
  const note = (event: string, detail?: string): void => {
    const noted = { at: clock.now(), event, ...(detail === undefined ? {} : { detail }) };
    if (events.length < EVENTS_KEPT) events.push(noted);
    watch({ ...noted, to, sid: call.sid });
  };
  return { call, note, marks, clears };
}

/** Returns the behaviour that a TwiML URL asks for by its query parameter `simulate`, or null. */
export function simulateOf(url: string | null): string | null {
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
  Direction: call.direction,
});
