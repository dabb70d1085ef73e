// Job: starts the next attempt of a call.
// Invariant: the attempt is on disk before the carrier is asked, and each attempt asks it at most once.
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import { newSecret } from '../lib/id.ts';
import type { Log } from '../lib/log.ts';
import type { AttemptRecord, CallRecord } from './call-record.ts';
import { endAttempt } from './end-attempt.ts';
import { statusesBefore } from './lifecycle.ts';
import type { Carrier, DialAnswer } from './ports.ts';
import { type StartPorts, startAttempt } from './start-attempt.ts';

export interface DialPorts extends StartPorts {
  database: Database;
  clock: Clock;
  log: Log;
}

const NOT_SENT_PAUSE_MS = 1_000;
const NOT_SENT_TRIES = 3;

/** Returns when to look again, when the phone may not ring yet. */
export async function dial(
  callId: string,
  ports: DialPorts,
): Promise<{ again_at: number; lane?: string } | undefined> {
  const waiting = await ports.calls.find(ports.database, callId);
  if (waiting && isDue(waiting, ports.clock.now())) await ports.sessions.warmUp(waiting);
  const token = newSecret();
  const start = await startAttempt(callId, token, ports);
  if (start.kind === 'later') return start;
  if (start.kind === 'nothing') return undefined; // Canceled or refused meanwhile, or this job ran before.
  const { call, attempt, carrier } = start;

  const prepared = await ports.sessions.prepare(call, attempt);
  if (!prepared.ok) {
    ports.log.warn(
      { call_id: call.id, detail: prepared.detail },
      'no model session, so nobody was called',
    );
    await endAttempt(attempt.id, { end_reason: 'error_ai_provider' }, ports);
    return undefined;
  }
  if (await isCanceled(call.id, ports)) {
    await stopBeforeRing(attempt, ports);
    return undefined;
  }
  const answer = await askCarrier(carrier, call, attempt, token, ports);
  await settleAnswer(answer, attempt, carrier, ports);
  return undefined;
}

const isDue = ({ status, scheduled_at }: CallRecord, now: number): boolean =>
  statusesBefore('dial').includes(status) && (scheduled_at ?? 0) <= now;

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
