// An attempt is over, whoever says so first: the session, the carrier or the settle job. Later voices change nothing.
import type { AnsweredBy, EndReason } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Transaction } from '../lib/database.ts';
import type { AttemptRecord, CallRecord } from './call-record.ts';
import { recordEnd } from './end-call.ts';
import { statusesBefore } from './lifecycle.ts';
import type { CallStore, EventRecorder, Jobs, Sessions, Settings } from './ports.ts';

export interface EndAttemptPorts {
  database: Database;
  calls: CallStore;
  events: EventRecorder;
  jobs: Jobs;
  sessions: Sessions;
  clock: Clock;
  settings: Settings;
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
  const ended = await ports.database.transaction(async (tx) => {
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
    return true;
  });
  // Only now: what the session still held has been written, and nobody may talk on.
  if (ended) ports.sessions.end(attemptId, end.end_reason);
}

async function closeAttempt(
  tx: Transaction,
  attempt: AttemptRecord,
  end: AttemptEnd,
  ports: EndAttemptPorts,
): Promise<boolean> {
  const now = ports.clock.now();
  return ports.calls.updateAttempt(tx, attempt.id, {
    status: 'ended',
    end_reason: end.end_reason,
    answered_by: end.answered_by ?? attempt.answered_by ?? 'nobody',
    ended_at: now,
    duration_seconds:
      attempt.answered_at === null
        ? 0
        : Math.max(Math.round((now - attempt.answered_at) / 100) / 10, 0),
    media_token_hash: null,
    ...(end.code === undefined ? {} : { carrier_code: end.code }),
    ...(end.sip_code === undefined ? {} : { sip_code: end.sip_code }),
  });
}

// A conversation is read before the call ends; without one the call ends here.
async function moveCall(
  tx: Transaction,
  call: CallRecord,
  attempt: AttemptRecord,
  end: AttemptEnd,
  ports: EndAttemptPorts,
): Promise<void> {
  const talked = attempt.media_started_at !== null;
  const end_reason =
    call.cancel_requested_at !== null && !talked ? 'canceled_by_request' : end.end_reason;
  const answered_by = end.answered_by ?? attempt.answered_by ?? 'nobody';
  const facts = {
    answered_by,
    duration_seconds:
      attempt.answered_at === null
        ? null
        : Math.round((ports.clock.now() - attempt.answered_at) / 100) / 10,
    ...(end.latency === undefined ? {} : { latency: end.latency }),
  };
  if (!talked) {
    await recordEnd(
      tx,
      call.id,
      { from: statusesBefore('miss'), end_reason, answered_by, change: facts },
      ports,
    );
    return;
  }
  const change = { ...facts, status: 'finalizing' as const, end_reason };
  if (!(await ports.calls.update(tx, call.id, statusesBefore('talked'), change))) return;
  await ports.events.record(tx, {
    type: 'call.status_changed',
    call,
    data: { call_id: call.id, status: 'finalizing' },
  });
  await ports.jobs.enqueue(tx, { kind: 'finish_call', ref: call.id, run_at: ports.clock.now() });
}
