import { newId } from '../lib/id.ts';
import type { CallRecord } from './call-record.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { PlaceRequest } from './place-request.ts';
import type { PreparedCall } from './prepare-call.ts';

/** Returns the call as it begins. */
export function newCall(
  request: PlaceRequest,
  prepared: PreparedCall,
  facts: {
    now: number;
    dedupe_key: string | undefined;
    phone_numbers: readonly string[];
  },
): CallRecord {
  const { body, key, batch, idempotency_key } = request;
  return {
    id: newId('call'),
    mode: key.mode,
    network: key.mode === 'live' ? 'live' : 'simulated',
    key_id: key.id,
    status: 'queued',
    ...NOTHING_YET,
    phone_number: facts.phone_numbers[0] ?? body.phone_number ?? body.phone_numbers?.[0] ?? null,
    recipient_name: prepared.recipient_name,
    task: prepared.task,
    ...agentOf(prepared),
    variables: prepared.variables,
    language: prepared.order.language,
    result_status: prepared.order.result_schema ? 'pending' : 'not_requested',
    reference: body.reference ?? null,
    tag: body.tag ?? null,
    metadata: body.metadata ?? {},
    source: body.source ?? null,
    created_at: facts.now,
    batch_id: batch?.id ?? null,
    batch_index: batch?.index ?? null,
    dedupe_key: facts.dedupe_key ?? null,
    order: {
      ...prepared.order,
      phone_numbers: [...facts.phone_numbers],
      keep_words: request.keep_words !== false,
    },
    idempotency_key: idempotency_key ?? null,
    fingerprint: fingerprintOf(body),
  };
}

const agentOf = ({ agent }: PreparedCall): Pick<CallRecord, 'agent_id' | 'agent_version'> => ({
  agent_id: agent?.agent_id ?? null,
  agent_version: agent?.version ?? null,
});

export const NOTHING_YET = {
  outcome: null,
  outcome_group: null,
  outcome_evidence: null,
  successful: null,
  reached: null,
  end_reason: null,
  answered_by: null,
  retryable: null,
  retry_not_before: null,
  refusal: null,
  result: null,
  result_evidence: [],
  answers_text: null,
  summary: null,
  next_steps: [],
  chosen_time: null,
  preferred_times: [],
  callback_at: null,
  cost: null,
  latency: null,
  scheduled_at: null,
  started_at: null,
  answered_at: null,
  ended_at: null,
  duration_seconds: null,
  disclosure_played_at: null,
  cancel_requested_at: null,
  returned_from: null,
} satisfies Partial<CallRecord>;
