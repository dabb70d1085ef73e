import type { Call } from '../contract/call.ts';
import { transcriptText } from '../results/texts.ts';
import type { AttemptRecord, CallRecord, TurnRecord } from './call-record.ts';

/** Returns the call as callers see it. No callback URL, key or token is in it. */
export function viewCall(
  call: CallRecord,
  parts: { attempts: readonly AttemptRecord[]; turns: readonly TurnRecord[] },
  context: { public_url: string; replayed?: boolean },
): Call {
  const {
    key_id: _key,
    network: _network,
    order: _order,
    cancel_requested_at: _asked,
    idempotency_key: _idem,
    fingerprint: _print,
    dedupe_key: _dedupe,
    batch_index: _index,
    ...open
  } = call;
  const link = `${context.public_url}/v1/calls/${call.id}`;
  return {
    ...open,
    retry_not_before: iso(call.retry_not_before),
    refusal: call.refusal && {
      ...call.refusal,
      next_allowed_at: iso(call.refusal.next_allowed_at),
    },
    transcript: parts.turns.map(({ index, speaker, text, started_ms, ended_ms, interrupted }) => ({
      index,
      speaker,
      text,
      started_ms,
      ended_ms,
      interrupted,
    })),
    transcript_text: parts.turns.length > 0 ? transcriptText(parts.turns) : null,
    recording_url: parts.attempts.some((attempt) => attempt.recording) ? `${link}/recording` : null,
    call_url: link,
    attempts: parts.attempts.map(viewAttempt),
    connection_id: null,
    simulated: call.network === 'simulated',
    replayed: context.replayed ?? false,
    created_at: new Date(call.created_at).toISOString(),
    scheduled_at: iso(call.scheduled_at),
    started_at: iso(call.started_at),
    answered_at: iso(call.answered_at),
    ended_at: iso(call.ended_at),
    disclosure_played_at: iso(call.disclosure_played_at),
  };
}

function viewAttempt(attempt: AttemptRecord): Call['attempts'][number] {
  const {
    number,
    direction,
    network,
    status,
    from_number,
    phone_number,
    answered_by,
    end_reason,
    duration_seconds,
  } = attempt;
  return {
    number,
    direction,
    network,
    status,
    from_number,
    phone_number,
    answered_by,
    end_reason,
    started_at: iso(attempt.started_at),
    answered_at: iso(attempt.answered_at),
    ended_at: iso(attempt.ended_at),
    duration_seconds,
    carrier: {
      name: attempt.carrier_name,
      call_id: attempt.carrier_call_id,
      code: attempt.carrier_code,
      sip_code: attempt.sip_code,
    },
  };
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
