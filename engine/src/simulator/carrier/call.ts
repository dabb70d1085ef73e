// One call as the simulated carrier keeps it, and as Twilio's REST API shows it
// (https://www.twilio.com/docs/voice/api/call-resource).
import { newSecret, sha256Hex } from '../../lib/id.ts';
import type { CreateFault } from '../faults.ts';
import type { Behaviour } from '../recipients/behaviours.ts';
import type { HeardUtterance } from '../speech/watermark.ts';
import type { Said } from './mouth.ts';

export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled';

/** What a test may see of a call. Offsets are milliseconds since the phone was answered. */
export interface SimulatedCall {
  readonly sid: string;
  /** Inbound: a simulated person dialed a number of the account. */
  readonly direction: 'inbound' | 'outbound-api';
  readonly to: string;
  readonly from: string;
  /** Where it asks what to do: it names the attempt. */
  readonly url: string;
  readonly behaviour: Behaviour;
  /** How often this number has been called, this call included. */
  readonly rings: number;
  readonly status: CallStatus;
  readonly answeredBy: string | null;
  /** Clock times. */
  readonly createdAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  /** The agent's words as they were played to the person. */
  readonly heard: readonly HeardUtterance[];
  /** What the person said. */
  readonly said: readonly Said[];
  readonly marks: readonly { name: string; how: 'played' | 'cleared'; atMs: number }[];
  readonly clears: readonly { atMs: number; droppedMs: number }[];
  /** Everything that happened, by the clock. */
  readonly events: readonly CallEvent[];
  /** Status callbacks that are still to be sent or answered. */
  readonly callbacksLeft: number;
}

export interface CallEvent {
  at: number;
  event: string;
  detail?: string;
}

/** What somebody who watches the carrier is told, as it happens. */
export interface Sight {
  at: number;
  to: string;
  event: string;
  sid: string | null;
  detail?: string;
}

/** What was asked for, by the wire names of the parameters. */
export interface CallRequest {
  to: string;
  from: string;
  fields: URLSearchParams;
  /** What goes wrong with this call. */
  faults: ReadonlySet<CreateFault>;
  /** Set when a person dials in: how they behave; null leaves it to their number. */
  caller?: { behaviour: Behaviour | null };
}

export const TERMINAL: ReadonlySet<CallStatus> = new Set([
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
]);

/** Returns an id as Twilio writes them: two letters and 32 hex digits. */
export const newSid = (prefix: 'AC' | 'CA' | 'MZ' | 'PN'): string =>
  prefix + sha256Hex(newSecret()).slice(0, 32);

/** Returns the call as JSON of the REST API; numbers are strings. */
export function callResource(
  call: SimulatedCall,
  accountSid: string,
  price: string | null = null,
): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}`;
  const date = (at: number | null): string | null => (at === null ? null : rfc2822(at));
  const ended = TERMINAL.has(call.status);
  return {
    sid: call.sid,
    parent_call_sid: null,
    account_sid: accountSid,
    to: call.to,
    to_formatted: call.to,
    from: call.from,
    from_formatted: call.from,
    phone_number_sid: null,
    status: call.status === 'initiated' ? 'queued' : call.status,
    start_time: date(call.answeredAt),
    end_time: date(call.endedAt),
    duration: ended ? String(durationSeconds(call)) : null,
    price,
    price_unit: 'USD',
    direction: call.direction,
    answered_by: call.answeredBy,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: '0',
    trunk_sid: null,
    date_created: date(call.createdAt),
    date_updated: date(call.endedAt ?? call.answeredAt ?? call.createdAt),
    uri: `${uri}.json`,
    subresource_uris: { recordings: `${uri}/Recordings.json`, streams: `${uri}/Streams.json` },
  };
}

export const durationSeconds = (call: SimulatedCall): number =>
  call.answeredAt === null || call.endedAt === null
    ? 0
    : Math.ceil((call.endedAt - call.answeredAt) / 1000);

export const rfc2822 = (at: number): string => new Date(at).toUTCString().replace('GMT', '+0000');
