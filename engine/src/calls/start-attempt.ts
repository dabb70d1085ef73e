// Decides in one transaction whether a call is dialed now, and if so writes the attempt that is about to be.
import type { ProblemFailure } from '../contract/problem.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Transaction } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import type { AttemptRecord, CallRecord } from './call-record.ts';
import { chooseFromNumber } from './choose-from-number.ts';
import { readDestination } from './destination.ts';
import { type EndAttemptPorts, endAsTried } from './end-attempt.ts';
import { recordEnd } from './end-call.ts';
import { statusesBefore } from './lifecycle.ts';
import { newAttempt } from './new-attempt.ts';
import { endReasonOfRefusal, judgeCall, type Verdict } from './policy.ts';
import { gatherFacts, type PolicyPorts } from './policy-facts.ts';
import type { Batches, Carrier, Lanes, Sessions, Settings } from './ports.ts';
import { type RenewPorts, renewAgent } from './renew-agent.ts';

export interface StartPorts extends PolicyPorts, EndAttemptPorts, RenewPorts {
  database: Database;
  sessions: Sessions;
  lanes: Lanes;
  batchCalls: Batches;
  carriers: { simulated: Carrier; live?: Carrier };
  clock: Clock;
  settings: Settings;
  nodeId: string;
}

export type Start =
  | { kind: 'started'; call: CallRecord; attempt: AttemptRecord; carrier: Carrier }
  | { kind: 'later'; again_at: number; lane?: string }
  | { kind: 'nothing' };

const NOTHING: Start = { kind: 'nothing' };
// Whoever waits for a lane is woken when it has room; this is for a wake that got lost.
const LOST_WAKE_MS = 15_000;

export async function startAttempt(
  callId: string,
  token: string,
  ports: StartPorts,
): Promise<Start> {
  return ports.database.transaction(async (tx) => {
    const call = await ports.calls.find(tx, callId);
    if (!call || !statusesBefore('dial').includes(call.status)) return NOTHING;
    const { scheduled_at, batch_id } = call;
    // It was put off after this job was made.
    if (scheduled_at !== null && scheduled_at > ports.clock.now())
      return { kind: 'later', again_at: scheduled_at };
    if (batch_id !== null && (await ports.batchCalls.isHeld(tx, batch_id))) return NOTHING;
    const attempts = await ports.calls.attempts(tx, callId);
    const stopped = await stopOrWait(tx, call, attempts, ports);
    return stopped ?? begin(tx, call, attempts, token, ports);
  });
}

// The rules are asked again at every dial: the person, the operator or the hour may have changed.
async function stopOrWait(
  tx: Transaction,
  call: CallRecord,
  attempts: readonly AttemptRecord[],
  ports: StartPorts,
): Promise<Start | undefined> {
  const now = ports.clock.now();
  const { not_after } = call.order.window;
  const verdict = await judge(tx, call, now, ports);
  const from = statusesBefore('miss').filter((status) => status === call.status);
  if (verdict.kind === 'refuse') {
    const { refusal } = verdict;
    // A person who was tried already is reported as what became of that.
    if (attempts.length > 0) await endAsTried(tx, call, attempts, { from, refusal }, ports);
    else await endRefused(tx, call, refusal, ports);
    return NOTHING;
  }
  const dialAt = verdict.kind === 'wait' ? verdict.until : now;
  if (not_after !== null && dialAt > not_after) {
    if (attempts.length > 0) await endAsTried(tx, call, attempts, { from }, ports);
    else await recordEnd(tx, call.id, { from, end_reason: 'window_expired' }, ports);
    return NOTHING;
  }
  if (verdict.kind === 'go') return undefined;
  await waitUntil(tx, call, verdict.until, ports);
  return { kind: 'later', again_at: verdict.until };
}

async function judge(
  tx: Transaction,
  call: CallRecord,
  at: number,
  ports: StartPorts,
): Promise<Verdict> {
  const destination = readDestination(call.phone_number ?? '', null);
  if (!destination.ok) return { kind: 'refuse', refusal: destination.failure };
  const { id: call_id, mode, network, order } = call;
  // What it may cost was set aside when the call was accepted.
  const spend = { ok: true } as const;
  const window = { ...order.window, on_closed: 'wait' as const };
  const subject = {
    ...{ call_id, mode, network, at, spend },
    destination: destination.value,
    order: { ...order, window },
  };
  return judgeCall(await gatherFacts(tx, subject, ports));
}

async function begin(
  tx: Transaction,
  call: CallRecord,
  attempts: readonly AttemptRecord[],
  token: string,
  ports: StartPorts,
): Promise<Start> {
  const carrier = ports.carriers[call.network];
  const from = await chooseFromNumber(tx, call, ports);
  if (!carrier || from === undefined) {
    const states = statusesBefore('refuse');
    await recordEnd(tx, call.id, { from: states, end_reason: 'carrier_rejected' }, ports);
    return NOTHING;
  }
  const now = ports.clock.now();
  const attempt = newAttempt(call, {
    ...{ id: newId('att'), number: attempts.length + 1, now, from, token },
    ...{ node: ports.nodeId, carrier: carrier.name },
  });
  const full = await takeRoom(tx, call, attempt, ports);
  if (full) return waitInLane(tx, call, full, ports);
  const spoken = attempts.length === 0 ? await renewAgent(tx, call, ports) : call;
  await write(tx, spoken, attempt, ports);
  return { kind: 'started', call: spoken, attempt, carrier };
}

/** Returns the lane that has no room, and when it will, if that is known. */
async function takeRoom(
  tx: Transaction,
  call: CallRecord,
  attempt: AttemptRecord,
  { lanes, settings, clock }: StartPorts,
): Promise<{ lane: string; free_at?: number; ahead?: number } | undefined> {
  const { network } = call;
  const limits = [
    { lane: `network:${network}`, limit: settings.live_calls_max[network] },
    { lane: `number:${attempt.from_number}`, limit: settings.live_calls_per_number_max },
    // One person is never called twice at once.
    { lane: `recipient:${network}:${attempt.phone_number}`, limit: 1 },
  ];
  const full = await lanes.take(tx, limits, attempt.id);
  if (full !== undefined) return { lane: full };
  const now = clock.now();
  const gap_ms = Math.ceil(1_000 / settings.calls_per_second[network]);
  const turn = await lanes.takeTurn(tx, network, { now, gap_ms });
  if (turn) await lanes.drop(tx, attempt.id);
  return turn;
}

async function waitInLane(
  tx: Transaction,
  call: CallRecord,
  { lane, free_at, ahead = 0 }: { lane: string; free_at?: number; ahead?: number },
  ports: StartPorts,
): Promise<Start> {
  if (call.status === 'scheduled') await setStatus(tx, call, 'queued', null, ports);
  const isBatch = call.batch_id !== null && free_at !== undefined;
  // The first in line comes back by itself: a turn that was taken before it stood in line wakes nobody.
  const isFirst = free_at !== undefined && ahead === 0;
  const gapMs = 1_000 / ports.settings.calls_per_second[call.network];
  const wait = isFirst ? 0 : LOST_WAKE_MS + Math.ceil(2 * gapMs * ahead);
  const again_at = (free_at ?? ports.clock.now()) + wait;
  return { kind: 'later', again_at, lane: isBatch ? `${lane}:batch` : lane };
}

async function write(
  tx: Transaction,
  call: CallRecord,
  attempt: AttemptRecord,
  ports: StartPorts,
): Promise<void> {
  const { calls, events, jobs } = ports;
  const started_at = call.started_at ?? attempt.started_at;
  const change = { status: 'dialing', started_at, scheduled_at: null } as const;
  await calls.update(tx, call.id, statusesBefore('dial'), change);
  await calls.insertAttempt(tx, attempt);
  const data = { call_id: call.id, attempt: attempt.number };
  await events.record(tx, { type: 'call.started', call, data });
  // Whatever happens to this process, somebody looks after the attempt.
  const run_at = attempt.dial_before + 5_000;
  const node_id = ports.nodeId;
  await jobs.enqueue(tx, { kind: 'settle_attempt', ref: attempt.id, run_at, node_id });
}

const waitUntil = (tx: Transaction, call: CallRecord, until: number, ports: StartPorts) =>
  setStatus(tx, call, 'scheduled', until, ports);

async function setStatus(
  tx: Transaction,
  call: CallRecord,
  status: 'scheduled' | 'queued',
  scheduled_at: number | null,
  { calls, events }: StartPorts,
): Promise<void> {
  await calls.update(tx, call.id, ['queued', 'scheduled'], { status, scheduled_at });
  if (call.status === status) return;
  const data = { call_id: call.id, status };
  await events.record(tx, { type: 'call.status_changed', call, data });
}

async function endRefused(
  tx: Transaction,
  call: CallRecord,
  refusal: ProblemFailure,
  ports: StartPorts,
): Promise<void> {
  const end_reason = endReasonOfRefusal(refusal);
  await recordEnd(tx, call.id, { from: statusesBefore('refuse'), end_reason, refusal }, ports);
}
