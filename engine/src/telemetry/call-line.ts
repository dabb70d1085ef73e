// What one line says about a call that has ended: ids, codes, times and amounts; nobody's name, number or words.
import type { CallRecord } from '../calls/call-record.ts';
import { RESERVED_OUTCOMES } from '../contract/vocabulary.ts';

/** Returns the fields of the line; `data` is the call as its call.ended carries it. */
export function callLine(
  call: CallRecord,
  data: Readonly<Record<string, unknown>>,
  nodeId: string,
) {
  const isOurs = (RESERVED_OUTCOMES as readonly string[]).includes(call.outcome ?? '');
  return {
    call_id: call.id,
    node_id: nodeId,
    mode: call.mode,
    network: call.network,
    // The caller's own words may say anything, so they are only counted as such.
    outcome: isOurs ? call.outcome : 'own',
    outcome_group: call.outcome_group,
    end_reason: call.end_reason,
    answered_by: call.answered_by,
    refused_by: call.refusal?.rule ?? null,
    result_status: call.result_status,
    attempts: attemptsOf(data['attempts']),
    turns: Array.isArray(data['transcript']) ? data['transcript'].length : 0,
    waited_ms: since(call.created_at, call.started_at),
    rang_ms: since(call.started_at, call.answered_at),
    took_ms: since(call.created_at, call.ended_at),
    duration_seconds: call.duration_seconds,
    answer_to_first_audio_ms: call.latency?.answer_to_first_audio_ms ?? null,
    turn_p50_ms: call.latency?.turn_p50_ms ?? null,
    turn_p95_ms: call.latency?.turn_p95_ms ?? null,
    cost_total: call.cost?.total ?? null,
    cost_currency: call.cost?.currency ?? null,
  };
}

const since = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : to - from;

function attemptsOf(attempts: unknown): object[] {
  if (!Array.isArray(attempts)) return [];
  return attempts.map((attempt: Record<string, unknown>) => ({
    number: attempt['number'],
    end_reason: attempt['end_reason'],
    answered_by: attempt['answered_by'],
    duration_seconds: attempt['duration_seconds'],
  }));
}
