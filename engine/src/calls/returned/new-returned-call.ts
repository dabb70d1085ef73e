import { newId } from '../../lib/id.ts';
import type { CallRecord } from '../call-record.ts';
import { NOTHING_YET } from '../new-call.ts';

/** Returns the call that begins because a person called back after `earlier`: the same order, about the same record. */
export function newReturnedCall(earlier: CallRecord, caller: string, now: number): CallRecord {
  const { order } = earlier;
  return {
    ...earlier,
    ...NOTHING_YET,
    id: newId('call'),
    status: 'queued',
    result_status: order.result_schema ? 'pending' : 'not_requested',
    phone_number: caller,
    created_at: now,
    batch_id: null,
    batch_index: null,
    dedupe_key: null,
    idempotency_key: null,
    fingerprint: null,
    returned_from: earlier.id,
    order: { ...order, phone_numbers: [caller] },
  };
}
