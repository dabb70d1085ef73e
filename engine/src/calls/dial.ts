// Job: starts one attempt of a call.
// Invariant: the attempt is on disk before the carrier is asked, and each attempt asks it at most once.
import type { ProblemFailure } from '../contract/problem.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import { newId, newSecret, sha256Hex } from '../lib/id.ts';
import type { Log } from '../lib/log.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { AttemptRecord, CallRecord } from './call-record.ts';
import { destinationRefusal, endReasonOfRefusal, readDestination } from './destination.ts';
import { endAttempt } from './end-attempt.ts';
import { type CallEnd, recordEnd } from './end-call.ts';
import type {
  CallStore,
  Carrier,
  DialAnswer,
  EventRecorder,
  Jobs,
  Sessions,
  Settings,
} from './ports.ts';

export interface DialPorts {
  database: Database;
  calls: CallStore;
  events: EventRecorder;
  jobs: Jobs;
  sessions: Sessions;
  carriers: { simulated: Carrier; live?: Carrier };
  clock: Clock;
  log: Log;
  settings: Settings;
  nodeId: string;
}

// The model session is opened inside this time too, before the phone rings.
const DIAL_DEADLINE_MS = 20_000;
const NOT_SENT_PAUSE_MS = 1_000;
const NOT_SENT_TRIES = 3;

export async function dial(callId: string, ports: DialPorts): Promise<void> {
  const token = newSecret();
  const started = await startAttempt(callId, token, ports);
  if (!started) return; // Canceled or refused meanwhile, or this job ran before.
  const { call, attempt, carrier } = started;

  const prepared = await ports.sessions.prepare(call, attempt);
  if (!prepared.ok) {
    ports.log.warn(
      { call_id: call.id, detail: prepared.detail },
      'no model session, so nobody was called',
    );
    await endAttempt(attempt.id, { end_reason: 'error_ai_provider' }, ports);
    return;
  }
  if (await isCanceled(call.id, ports)) return stopBeforeRing(attempt, ports);

  const answer = await askCarrier(carrier, call, attempt, token, ports);
  await settleAnswer(answer, attempt, carrier, ports);
}

async function startAttempt(
  callId: string,
  token: string,
  ports: DialPorts,
): Promise<{ call: CallRecord; attempt: AttemptRecord; carrier: Carrier } | undefined> {
  return ports.database.transaction(async (tx) => {
    const call = await ports.calls.find(tx, callId);
    if (call?.status !== 'queued') return undefined;
    const way = wayOut(call, ports);
    if (!way.ok) {
      await recordEnd(tx, callId, { from: ['queued'], ...way.failure }, ports);
      return undefined;
    }
    const { carrier, from } = way.value;
    const now = ports.clock.now();
    const facts = { id: newId('att'), now, from, token, node: ports.nodeId, carrier: carrier.name };
    const attempt = newAttempt(call, facts);
    await ports.calls.insertAttempt(tx, attempt);
    const started_at = call.started_at ?? now;
    await ports.calls.update(tx, callId, ['queued'], { status: 'dialing', started_at });
    const data = { call_id: callId, attempt: attempt.number };
    await ports.events.record(tx, { type: 'call.started', call, data });
    // Whatever happens to this process, somebody looks after the attempt.
    const run_at = attempt.dial_before + 5_000;
    await ports.jobs.enqueue(tx, { kind: 'settle_attempt', ref: attempt.id, run_at });
    return { call, attempt, carrier };
  });
}

/** Returns who dials and from which number, or why nobody does. */
function wayOut(
  call: CallRecord,
  { carriers, settings }: DialPorts,
): Result<{ carrier: Carrier; from: string }, Pick<CallEnd, 'end_reason' | 'refusal'>> {
  const refusal = refusalNow(call, settings);
  if (refusal) {
    const { code: rule, detail = '' } = refusal;
    return fail({
      end_reason: endReasonOfRefusal(refusal),
      refusal: { rule, detail, next_allowed_at: null },
    });
  }
  const carrier = carriers[call.network];
  const from = call.order.from_number ?? settings.from_numbers[call.network][0];
  return carrier && from !== undefined
    ? ok({ carrier, from })
    : fail({ end_reason: 'carrier_rejected' });
}

// The rules are asked again at the dial: the operator may have changed them since the call was accepted.
function refusalNow(call: CallRecord, settings: Settings): ProblemFailure | undefined {
  const to = readDestination(call.phone_number ?? '', null);
  if (!to.ok) return to.failure;
  return destinationRefusal(to.value, {
    allowed_countries: settings.allowed_countries,
    mode: call.mode,
    own_numbers: settings.from_numbers[call.network],
  });
}

async function askCarrier(
  carrier: Carrier,
  call: CallRecord,
  attempt: AttemptRecord,
  token: string,
  { clock, settings }: DialPorts,
): Promise<DialAnswer> {
  let answer: DialAnswer = { kind: 'not_sent', detail: 'the time to dial was over' };
  for (let tries = 0; tries < NOT_SENT_TRIES && answer.kind === 'not_sent'; tries++) {
    if (tries > 0) await clock.sleep(NOT_SENT_PAUSE_MS);
    if (clock.now() >= attempt.dial_before) break;
    answer = await carrier.placeCall({
      token,
      phone_number: attempt.phone_number,
      from_number: attempt.from_number,
      ring_seconds: settings.ring_seconds,
      max_duration_seconds: call.order.max_duration_seconds + 60,
      simulate: call.order.simulate,
    });
  }
  return answer;
}

async function settleAnswer(
  answer: DialAnswer,
  attempt: AttemptRecord,
  carrier: Carrier,
  ports: DialPorts,
): Promise<void> {
  switch (answer.kind) {
    case 'placed':
      return settlePlaced(answer.carrier_call_id, attempt, carrier, ports);
    case 'rejected':
      return endAttempt(attempt.id, { end_reason: answer.end_reason, code: answer.code }, ports);
    case 'not_sent':
      return endAttempt(attempt.id, { end_reason: 'error_telephony' }, ports);
    case 'unclear':
      // It may be ringing. The settle job asks the carrier; nobody dials again.
      ports.log.warn(
        { attempt_id: attempt.id, detail: answer.detail },
        'the carrier did not say whether it dials',
      );
      return;
  }
}

async function settlePlaced(
  carrier_call_id: string,
  attempt: AttemptRecord,
  carrier: Carrier,
  ports: DialPorts,
): Promise<void> {
  const latest = await ports.database.transaction(async (tx) => {
    const only = { carrier_call_id: null };
    await ports.calls.updateAttempt(tx, attempt.id, { carrier_call_id }, only);
    return ports.calls.findAttempt(tx, attempt.id);
  });
  if (await isCanceled(attempt.call_id, ports)) {
    await carrier.hangUp(carrier_call_id);
    await stopBeforeRing(attempt, ports);
  } else if (latest?.status === 'ended') {
    // The model went away while the carrier was asked: whoever picked up would hear nobody.
    await carrier.hangUp(carrier_call_id);
  }
}

const isCanceled = async (callId: string, ports: DialPorts): Promise<boolean> =>
  ((await ports.calls.find(ports.database, callId))?.cancel_requested_at ?? null) !== null;

const stopBeforeRing = (attempt: AttemptRecord, ports: DialPorts): Promise<void> =>
  endAttempt(attempt.id, { end_reason: 'canceled_by_request' }, ports);

function newAttempt(
  call: CallRecord,
  facts: { id: string; now: number; from: string; token: string; node: string; carrier: string },
): AttemptRecord {
  return {
    id: facts.id,
    call_id: call.id,
    number: 1,
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
