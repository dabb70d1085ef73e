import type { CallOrder, CallRecord } from '../calls/call-record.ts';

/**
 * Returns what the row of an ended call gets so that it names nobody: ids, times, cost and the outcome's group stay. An
 * outcome in words of the caller's own goes, because it may say what was learned.
 */
export function tombstoneOf(call: CallRecord): Partial<CallRecord> {
  return {
    outcome: call.outcome_group === 'answered' && call.order.own_outcomes ? null : call.outcome,
    outcome_evidence: null,
    phone_number: null,
    recipient_name: null,
    task: null,
    variables: {},
    result: null,
    result_status: call.result_status === 'not_requested' ? 'not_requested' : 'unavailable',
    result_evidence: [],
    answers_text: null,
    summary: null,
    next_steps: [],
    chosen_time: null,
    preferred_times: [],
    callback_at: null,
    reference: null,
    tag: null,
    metadata: {},
    dedupe_key: null,
    order: emptyOrder(call.order),
  };
}

const emptyOrder = ({ agent: _agent, ...order }: CallOrder): CallOrder => ({
  ...order,
  on_behalf_of: '',
  outcomes: [],
  success_outcomes: null,
  questions: [],
  result_schema: null,
  first_message: null,
  phone_numbers: [],
  consent: null,
});

/** True when nothing is left to take away from the row of this call. */
export const isTombstone = (call: CallRecord): boolean =>
  call.phone_number === null && call.task === null && call.order.phone_numbers.length === 0;
