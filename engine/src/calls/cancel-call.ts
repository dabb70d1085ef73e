// Stops a call wherever it stands.
import type { ProblemFailure } from '../contract/problem.ts';
import type { EndReason } from '../contract/vocabulary.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { AttemptRecord, CallRecord } from './call-record.ts';
import { type EndAttemptPorts, endAttempt } from './end-attempt.ts';
import { recordEnd } from './end-call.ts';
import { statusesBefore } from './lifecycle.ts';
import type { Carrier } from './ports.ts';
import { orderElsewhere } from './session-orders.ts';

export interface CancelPorts extends EndAttemptPorts {
  carriers: { simulated: Carrier; live?: Carrier };
}

/** Returns the call as it stands after the request. Canceling twice is fine until the call has ended. */
export async function cancelCall(
  callId: string,
  ports: CancelPorts,
): Promise<Result<CallRecord, ProblemFailure>> {
  const asked = await ports.database.transaction(async (tx) => {
    const call = await ports.calls.find(tx, callId);
    if (!call) return fail<ProblemFailure>({ code: 'not_found' });
    if (call.status === 'ended') return fail<ProblemFailure>({ code: 'call_already_ended' });
    const waiting = statusesBefore('cancel');
    if (await recordEnd(tx, callId, { from: waiting, end_reason: 'canceled_by_request' }, ports))
      return ok(call);
    await ports.calls.update(tx, callId, ['dialing', 'ringing', 'in_progress'], {
      cancel_requested_at: call.cancel_requested_at ?? ports.clock.now(),
    });
    return ok(call);
  });
  if (!asked.ok) return asked;
  await stopAttempts(callId, ports);
  return ok((await ports.calls.find(ports.database, callId)) ?? asked.value);
}

async function orderEnd(
  attempt: AttemptRecord,
  reason: EndReason,
  ports: CancelPorts,
): Promise<void> {
  const order = { kind: 'end', reason } as const;
  const elsewhere = await ports.database.transaction((tx) =>
    orderElsewhere(tx, attempt, order, ports),
  );
  if (!elsewhere) ports.sessions.end(attempt.id, reason);
}

async function stopAttempts(callId: string, ports: CancelPorts): Promise<void> {
  for (const attempt of await ports.calls.attempts(ports.database, callId)) {
    if (attempt.status === 'ended') continue;
    if (attempt.media_started_at !== null) {
      await orderEnd(attempt, 'stopped_by_request', ports);
    } else if (attempt.carrier_call_id !== null) {
      await ports.carriers[attempt.network]?.hangUp(attempt.carrier_call_id);
      await endAttempt(attempt.id, { end_reason: 'canceled_by_request' }, ports);
    }
    // Without the carrier's id yet: the dial reads the request as soon as it has one, and the fence stands behind it.
  }
}
