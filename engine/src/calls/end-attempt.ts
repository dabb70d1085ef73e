// An attempt is over, whoever says so first: the session, the carrier or the settle job. Later voices change nothing.

import type { ProblemFailure } from '../contract/problem.ts';
import type { AnsweredBy, CallStatus, EndReason } from '../contract/vocabulary.ts';
import type { Database, Transaction } from '../lib/database.ts';
import type { AttemptRecord, CallRecord } from './call-record.ts';
import { type EndPorts, recordEnd } from './end-call.ts';
import { furthestAttempt } from './furthest-attempt.ts';
import { statusesBefore } from './lifecycle.ts';
import type { PolicyPorts } from './policy-facts.ts';
import type { Jobs, Lanes, Sessions } from './ports.ts';
import { goOnAsPlanned } from './returned/go-on-as-planned.ts';
import { scheduleRetry } from './schedule-retry.ts';
import { orderElsewhere } from './session-orders.ts';

export interface EndAttemptPorts extends EndPorts, PolicyPorts {
  database: Database;
  jobs: Jobs;
  lanes: Lanes;
  sessions: Sessions;
  nodeId: string;
}

export interface AttemptEnd {
  end_reason: EndReason;
  answered_by?: AnsweredBy;
  code?: string | null;
  sip_code?: number | null;
  latency?: CallRecord['latency'];
}

export async function endAttempt(
  attemptId: string,
  end: AttemptEnd,
  ports: EndAttemptPorts,
): Promise<void> {
  const endedHere = await ports.database.transaction(async (tx) => {
    const attempt = await ports.calls.findAttempt(tx, attemptId);
    if (!attempt || !(await closeAttempt(tx, attempt, end, ports))) return false;
    const call = await ports.calls.find(tx, attempt.call_id);
    if (!call) return false;
    await ports.events.record(tx, {
      type: 'call.attempt_ended',
      call,
      data: { call_id: call.id, attempt: attempt.number, end_reason: end.end_reason },
    });
    await moveCall(tx, call, attempt, end, ports);
    const order = { kind: 'end', reason: end.end_reason } as const;
    return !(await orderElsewhere(tx, attempt, order, ports));
  });
  // Only now: what the session still held has been written, and nobody may talk on.
  if (endedHere) ports.sessions.end(attemptId, end.end_reason);
}

async function closeAttempt(
  tx: Transaction,
  attempt: AttemptRecord,
  end: AttemptEnd,
  ports: EndAttemptPorts,
): Promise<boolean> {
  const now = ports.clock.now();
  const closed = await ports.calls.updateAttempt(tx, attempt.id, {
    status: 'ended',
    end_reason: end.end_reason,
    answered_by: end.answered_by ?? attempt.answered_by ?? 'nobody',
    ended_at: now,
    duration_seconds: secondsSince(attempt.answered_at, now) ?? 0,
    media_token_hash: null,
    ...(end.code === undefined ? {} : { carrier_code: end.code }),
    ...(end.sip_code === undefined ? {} : { sip_code: end.sip_code }),
  });
  if (closed) await ports.lanes.leave(tx, attempt.id, now);
  return closed;
}

// A conversation is read before the call ends; where nobody was reached the call is tried again or ends here.
async function moveCall(
  tx: Transaction,
  call: CallRecord,
  attempt: AttemptRecord,
  end: AttemptEnd,
  ports: EndAttemptPorts,
): Promise<void> {
  const talked = attempt.media_started_at !== null;
  const canceled = call.cancel_requested_at !== null;
  const attempts = await ports.calls.attempts(tx, call.id);
  const latency = end.latency === undefined ? {} : { latency: end.latency };
  if (!canceled && (await goOnAsPlanned(tx, { call, attempt, attempts }, ports))) return;
  if (!canceled && (await scheduleRetry(tx, call, attempts, ports))) return;
  if (!talked) {
    const from = statusesBefore('miss');
    if (canceled) await endCanceled(tx, call, from, ports);
    else await endAsTried(tx, call, attempts, { from, change: latency }, ports);
    return;
  }
  // A call back that broke off does not undo the conversation before it.
  const came = factsOf(furthestAttempt(attempts) ?? attempt);
  const change = { ...latency, ...came, status: 'finalizing' as const };
  if (!(await ports.calls.update(tx, call.id, statusesBefore('talked'), change))) return;
  const data = { call_id: call.id, status: 'finalizing' };
  await ports.events.record(tx, { type: 'call.status_changed', call, data });
  await ports.jobs.enqueue(tx, { kind: 'finish_call', ref: call.id, run_at: ports.clock.now() });
}

const factsOf = ({ answered_by, phone_number, end_reason, ...attempt }: AttemptRecord) => ({
  ...{ answered_by: answered_by ?? 'nobody', phone_number, end_reason },
  duration_seconds: attempt.answered_at === null ? null : attempt.duration_seconds,
});

const endCanceled = (
  tx: Transaction,
  call: CallRecord,
  from: readonly CallStatus[],
  ports: EndPorts,
): Promise<boolean> => recordEnd(tx, call.id, { from, end_reason: 'canceled_by_request' }, ports);

/** Ends a call that reached nobody, as the attempt that got furthest says. */
export async function endAsTried(
  tx: Transaction,
  call: CallRecord,
  attempts: readonly AttemptRecord[],
  end: { from: readonly CallStatus[]; refusal?: ProblemFailure; change?: Partial<CallRecord> },
  ports: EndPorts,
): Promise<void> {
  const furthest = furthestAttempt(attempts);
  const { duration_seconds = null, answered_by = 'nobody' } = furthest ?? {};
  await recordEnd(
    tx,
    call.id,
    {
      from: end.from,
      end_reason: furthest?.end_reason ?? 'lost_contact',
      answered_by,
      ...(end.refusal === undefined ? {} : { refusal: end.refusal }),
      change: {
        ...end.change,
        // Of several numbers the one that the outcome speaks of.
        phone_number: furthest?.phone_number ?? call.phone_number,
        duration_seconds: furthest?.answered_at == null ? null : duration_seconds,
      },
    },
    ports,
  );
}

const secondsSince = (from: number | null, now: number): number | null =>
  from === null ? null : Math.max(Math.round((now - from) / 100) / 10, 0);
