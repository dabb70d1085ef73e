// What the carrier reports about an attempt. Reports come as separate requests in any order:
// an older one changes nothing, and nothing moves backwards.
import type { AnsweredBy } from '../contract/vocabulary.ts';
import { sha256Hex } from '../lib/id.ts';
import type { AnswerPorts } from './answer-attempt.ts';
import type { AttemptRecord } from './call-record.ts';
import { endAttempt } from './end-attempt.ts';
import type { Carrier, CarrierReport } from './ports.ts';
import { orderElsewhere } from './session-orders.ts';

export interface ReportPorts extends AnswerPorts {
  carriers: { simulated: Carrier; live?: Carrier };
}

export async function reportAttempt(
  token: string,
  report: CarrierReport,
  ports: ReportPorts,
): Promise<void> {
  const attempt = await ports.calls.findAttemptByToken(ports.database, sha256Hex(token));
  if (!attempt) return;
  if (attempt.status === 'ended') return stopRinging(attempt, report, ports);
  if (attempt.carrier_call_id !== null && attempt.carrier_call_id !== report.carrier_call_id) {
    ports.log.error(
      { attempt_id: attempt.id },
      'duplicate_ring: a second phone call for one attempt was hung up',
    );
    return stopRinging(attempt, report, ports);
  }
  if (!(await noteReport(attempt, report, ports))) return;
  if (report.state === 'ended' && !(await isOwnHangUp(attempt, report, ports)))
    await endReported(attempt, report, ports);
}

/** Nobody waits for this phone: its attempt ended while the carrier's answer was lost, or has another phone. */
async function stopRinging(
  attempt: AttemptRecord,
  report: CarrierReport,
  ports: ReportPorts,
): Promise<void> {
  if (report.state === 'ended') return;
  await ports.carriers[attempt.network]?.hangUp(report.carrier_call_id);
}

// Only we cancel a phone call. Where nobody asked for it, whoever hung up knows why, or the settle job finds it ended.
async function isOwnHangUp(
  { call_id }: AttemptRecord,
  { end_reason }: CarrierReport,
  { calls, database }: ReportPorts,
): Promise<boolean> {
  if (end_reason !== 'canceled_by_request') return false;
  return (await calls.find(database, call_id))?.cancel_requested_at === null;
}

async function noteReport(
  attempt: AttemptRecord,
  report: CarrierReport,
  ports: AnswerPorts,
): Promise<boolean> {
  return ports.database.transaction(async (tx) => {
    const rings = report.state === 'ringing' && attempt.status === 'dialing';
    const change = {
      report_sequence: report.sequence,
      carrier_call_id: report.carrier_call_id,
      ...(rings ? { status: 'ringing' as const } : {}),
    };
    if (
      !(await ports.calls.updateAttempt(tx, attempt.id, change, {
        report_sequence_below: report.sequence,
      }))
    )
      return false;
    if (!rings) return true;
    const call = await ports.calls.find(tx, attempt.call_id);
    if (call && (await ports.calls.update(tx, call.id, ['dialing'], { status: 'ringing' }))) {
      await ports.events.record(tx, {
        type: 'call.status_changed',
        call,
        data: { call_id: call.id, status: 'ringing' },
      });
    }
    return true;
  });
}

async function endReported(
  attempt: AttemptRecord,
  report: CarrierReport,
  ports: AnswerPorts,
): Promise<void> {
  const latest = (await ports.calls.findAttempt(ports.database, attempt.id)) ?? attempt;
  const talked = latest.media_started_at !== null;
  // A conversation ends through its session, which knows more and may still be writing; else the carrier's word decides.
  if (talked && (await endThroughSession(latest, ports))) return;
  const end_reason =
    report.end_reason ??
    (talked ? 'error_engine' : latest.answered_at === null ? 'no_answer' : 'error_media');
  await endAttempt(attempt.id, { end_reason, code: report.code, sip_code: report.sip_code }, ports);
}

/** False when no living node holds the session. */
async function endThroughSession(attempt: AttemptRecord, ports: AnswerPorts): Promise<boolean> {
  if (ports.sessions.holds(attempt.id)) {
    ports.sessions.end(attempt.id, 'recipient_hangup');
    return true;
  }
  const { database, nodes, nodeId, clock } = ports;
  if (attempt.node_id === nodeId) return false;
  if (!(await nodes.find(database, attempt.node_id, clock.now()))) return false;
  const order = { kind: 'end', reason: 'recipient_hangup' } as const;
  return database.transaction((tx) => orderElsewhere(tx, attempt, order, ports));
}

/** The carrier's ear judged who answered. */
export async function detectAnswer(
  token: string,
  who: AnsweredBy,
  ports: AnswerPorts,
): Promise<void> {
  const attempt = await ports.calls.findAttemptByToken(ports.database, sha256Hex(token));
  if (!attempt || attempt.status === 'ended') return;
  const elsewhere = await ports.database.transaction(async (tx) => {
    await ports.calls.updateAttempt(tx, attempt.id, { answered_by: who });
    return orderElsewhere(tx, attempt, { kind: 'answered_by', who }, ports);
  });
  if (!elsewhere) ports.sessions.answeredBy(attempt.id, who);
}
