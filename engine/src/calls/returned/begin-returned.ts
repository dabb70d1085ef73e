// Writes the attempt of a person who called back: the next one of a call that waits, or the first of a new call.
// Invariant: lane, money, attempt and call are there together or not at all, and nobody is dialed for it.
import type { Transaction } from '../../lib/database.ts';
import { newId, newSecret, sha256Hex } from '../../lib/id.ts';
import type { AttemptRecord, CallRecord } from '../call-record.ts';
import type { EndAttemptPorts } from '../end-attempt.ts';
import { statusesBefore } from '../lifecycle.ts';
import { newAttempt } from '../new-attempt.ts';
import { enforcedRules } from '../policy-facts.ts';
import type { Carrier } from '../ports.ts';
import { likelyCost, reserveAgain, reserveFor, type SpendingPorts } from '../spending.ts';
import type { ReturnedCall } from './choose-call.ts';
import { newReturnedCall } from './new-returned-call.ts';
import type { IncomingCalls } from './ports.ts';

export interface BeginPorts extends EndAttemptPorts, SpendingPorts {
  incomingCalls: IncomingCalls;
  carriers: { simulated: Carrier; live?: Carrier };
}

export interface Returned {
  call: CallRecord;
  attempt: AttemptRecord;
  token: string;
  media_token: string;
}

/** Who is on the line, and which number they dialed. */
interface OnTheLine {
  caller: string;
  called: string;
  carrier_call_id: string;
}

// The settle job looks after the attempt once the media socket should have joined.
const MEDIA_EXPECTED_MS = 25_000;

/** Returns undefined when somebody talks with this person already, a limit is reached or the call is not wanted any more. */
export async function beginReturned(
  tx: Transaction,
  chosen: ReturnedCall,
  line: OnTheLine,
  ports: BeginPorts,
): Promise<Returned | undefined> {
  const { calls, clock } = ports;
  const earlier = await calls.find(tx, chosen.call_id);
  const carrier = earlier && ports.carriers[earlier.network];
  if (!earlier || !carrier || !isWanted(earlier, chosen, clock.now())) return undefined;
  const isNew = chosen.kind === 'new_call';
  const call = isNew ? newReturnedCall(earlier, line.caller, clock.now()) : earlier;
  const attempts = isNew ? [] : await calls.attempts(tx, call.id);
  const made = attemptOf(call, attempts.length + 1, line, carrier, ports);
  if (!(await takeRoom(tx, made.attempt, ports))) return undefined;
  const cost = await setMoneyAside(tx, { call, earlier, attempts }, ports);
  if (cost === 'refused') {
    await ports.lanes.drop(tx, made.attempt.id);
    return undefined;
  }
  const stored = isNew ? await insert(tx, { ...call, cost }, earlier, ports) : call;
  return { call: await write(tx, stored, made.attempt, ports), ...made };
}

function isWanted(call: CallRecord, { kind }: ReturnedCall, now: number): boolean {
  if (kind === 'next_attempt') return statusesBefore('called_back').includes(call.status);
  const { not_after } = call.order.window;
  return call.task !== null && (not_after === null || now <= not_after);
}

function attemptOf(
  call: CallRecord,
  number: number,
  { caller, called, carrier_call_id }: OnTheLine,
  { name }: Carrier,
  { clock, nodeId }: BeginPorts,
): Omit<Returned, 'call'> {
  const now = clock.now();
  const token = newSecret();
  const media_token = newSecret();
  const facts = { id: newId('att'), number, now, from: called, token, node: nodeId, carrier: name };
  const attempt: AttemptRecord = {
    ...newAttempt(call, facts),
    direction: 'inbound',
    status: 'in_progress',
    phone_number: caller,
    carrier_call_id,
    answered_at: now,
    dial_before: now,
    media_token_hash: sha256Hex(media_token),
  };
  return { attempt, token, media_token };
}

async function takeRoom(
  tx: Transaction,
  { id, network, from_number, phone_number }: AttemptRecord,
  { lanes, settings }: BeginPorts,
): Promise<boolean> {
  const limits = [
    { lane: `network:${network}`, limit: settings.live_calls_max[network] },
    { lane: `number:${from_number}`, limit: settings.live_calls_per_number_max },
    // While we dial them or talk with them there is no second conversation.
    { lane: `recipient:${network}:${phone_number}`, limit: 1 },
  ];
  return (await lanes.take(tx, limits, id)) === undefined;
}

/** At the prices at which the person was dialed. The carrier's bill corrects them. */
async function setMoneyAside(
  tx: Transaction,
  plan: { call: CallRecord; earlier: CallRecord; attempts: readonly AttemptRecord[] },
  ports: BeginPorts,
): Promise<CallRecord['cost'] | 'refused'> {
  const { call, earlier, attempts } = plan;
  const now = ports.clock.now();
  const enforced = enforcedRules(call.mode, call.phone_number ?? '', ports.settings).spend;
  if (call.id === earlier.id) {
    const again = await reserveAgain(tx, call, attempts, { at: now, now, enforced }, ports);
    return again.ok ? call.cost : 'refused';
  }
  const terms = await ports.spend.terms(tx, earlier.id);
  if (!terms) return null;
  const reserved = await reserveFor(tx, call, { terms, at: now, enforced }, ports);
  return reserved.ok ? likelyCost(terms) : 'refused';
}

async function insert(
  tx: Transaction,
  call: CallRecord,
  earlier: CallRecord,
  { calls, incomingCalls }: BeginPorts,
): Promise<CallRecord> {
  await calls.insert(tx, call);
  await incomingCalls.copyAddresses(tx, earlier.id, call);
  return call;
}

// `scheduled_at` stays: when no conversation comes of it, the call goes on as it was planned.
async function write(
  tx: Transaction,
  call: CallRecord,
  attempt: AttemptRecord,
  { calls, events, jobs }: BeginPorts,
): Promise<CallRecord> {
  const change = {
    status: 'in_progress' as const,
    started_at: call.started_at ?? attempt.started_at,
    answered_at: call.answered_at ?? attempt.answered_at,
  };
  await calls.update(tx, call.id, statusesBefore('called_back'), change);
  await calls.insertAttempt(tx, attempt);
  const data = { call_id: call.id, attempt: attempt.number };
  await events.record(tx, { type: 'call.started', call, data });
  await events.record(tx, { type: 'call.answered', call, data });
  const run_at = attempt.started_at + MEDIA_EXPECTED_MS;
  await jobs.enqueue(tx, { kind: 'settle_attempt', ref: attempt.id, run_at });
  return { ...call, ...change };
}
