import { sha256Hex } from '../lib/id.ts';
import type { AttemptRecord, CallRecord } from './call-record.ts';

// The model session is opened inside this time too, before the phone rings.
const DIAL_DEADLINE_MS = 20_000;

/** Returns an attempt that is about to be dialed. */
export function newAttempt(
  call: CallRecord,
  facts: {
    id: string;
    number: number;
    now: number;
    from: string;
    token: string;
    node: string;
    carrier: string;
  },
): AttemptRecord {
  return {
    id: facts.id,
    call_id: call.id,
    number: facts.number,
    direction: 'outbound',
    network: call.network,
    status: 'dialing',
    from_number: facts.from,
    phone_number: call.phone_number ?? '',
    answered_by: null,
    end_reason: null,
    started_at: facts.now,
    answered_at: null,
    ended_at: null,
    duration_seconds: null,
    node_id: facts.node,
    dial_before: facts.now + DIAL_DEADLINE_MS,
    carrier_name: facts.carrier,
    carrier_call_id: null,
    carrier_code: null,
    sip_code: null,
    report_sequence: -1,
    token_hash: sha256Hex(facts.token),
    media_token_hash: null,
    media_started_at: null,
    recording: null,
  };
}
