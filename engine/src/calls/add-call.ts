// Accepts a call once: the call, its first event and its job are on disk together, or nothing is.
import type { PlaceCall } from '../contract/place-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Database, Transaction } from '../lib/database.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import {
  type Acceptance,
  type AcceptancePorts,
  acceptCall,
  lookUpTerms,
  type Wanted,
} from './accept.ts';
import { attentionOfEnd } from './attention-of-end.ts';
import type { CallRecord } from './call-record.ts';
import { claimDuplicate, type DuplicatePorts, dedupeKeyOf } from './duplicates.ts';
import type { EndAttemptPorts } from './end-attempt.ts';
import { recordEnd } from './end-call.ts';
import { newCall } from './new-call.ts';
import type { PlaceRequest } from './place-request.ts';
import { endReasonOfRefusal } from './policy.ts';
import type { Receivers } from './ports.ts';
import type { PreparedCall } from './prepare-call.ts';

export interface AddPorts extends AcceptancePorts, DuplicatePorts, EndAttemptPorts {
  database: Database;
  receivers: Receivers;
}

interface Added {
  call: CallRecord;
  /** True when the call was there before, for the same business event. */
  replayed: boolean;
  /** The call that this one takes the place of. */
  replaces: string | undefined;
}

/** Returns the call, or `taken` when another request with the same Idempotency-Key came first. */
export async function addCall(
  request: PlaceRequest,
  prepared: PreparedCall,
  ports: AddPorts,
): Promise<Result<Added, ProblemFailure> | 'taken'> {
  const numbers = prepared.numbers.ok ? prepared.numbers.value : [];
  const call = newCall(request, prepared, {
    now: ports.clock.now(),
    dedupe_key: dedupeKeyOf(request, numbers, ports.settings),
    phone_numbers: numbers.map(({ phone_number }) => phone_number),
  });
  const terms = await lookUpTerms(call, numbers, ports);
  const wanted = { numbers, at: prepared.start_at, terms };
  const missing = prepared.numbers.ok ? undefined : prepared.numbers.failure;
  try {
    const added = await ports.database.transaction((tx) =>
      add(tx, { call, wanted, missing, body: request.body }, ports),
    );
    return ok(added);
  } catch (error) {
    if (error === TAKEN) return 'taken';
    if (error instanceof Refused) {
      await tell(error.failure, call, ports);
      return fail(error.failure);
    }
    throw error;
  }
}

// A refusal is a value, but only a throw takes back what a transaction has written.
class Refused extends Error {
  readonly failure: ProblemFailure;
  constructor(failure: ProblemFailure) {
    super(failure.code);
    this.failure = failure;
  }
}
const TAKEN = new Error('the Idempotency-Key is taken');

// The refused call left nothing, but what forbids it forbids the next one too.
async function tell(
  { code }: ProblemFailure,
  { mode }: CallRecord,
  { database, attention }: AddPorts,
): Promise<void> {
  const need = attentionOfEnd({ end_reason: 'blocked_budget', rule: code });
  if (need) await database.transaction((tx) => attention.needAttention(tx, { ...need, mode }));
}

interface Candidate {
  call: CallRecord;
  wanted: Wanted;
  /** Why the person has no number that can be called. */
  missing: ProblemFailure | undefined;
  body: PlaceCall;
}

async function add(tx: Transaction, candidate: Candidate, ports: AddPorts): Promise<Added> {
  const { call, wanted, missing, body } = candidate;
  if (await isTaken(tx, call, ports)) throw TAKEN;
  const duplicate = await claimDuplicate(tx, body, call, ports);
  if (duplicate.kind === 'refused') throw new Refused(duplicate.failure);
  if (duplicate.kind === 'first') {
    await addReceiver(tx, duplicate.call, body, ports);
    return { call: duplicate.call, replayed: true, replaces: undefined };
  }
  const verdict: Acceptance = missing
    ? { kind: 'refuse', refusal: missing }
    : await acceptCall(tx, call, wanted, ports);
  if (verdict.kind === 'refuse' && body.on_refusal !== 'result') throw new Refused(verdict.refusal);
  const stored = await begin(tx, accepted(call, verdict), { verdict, body }, ports);
  return { call: stored, replayed: false, replaces: duplicate.replaces };
}

async function isTaken(tx: Transaction, call: CallRecord, { calls }: AddPorts): Promise<boolean> {
  if (call.idempotency_key === null) return false;
  return (await calls.findByIdempotencyKey(tx, call.key_id, call.idempotency_key)) !== undefined;
}

function accepted(call: CallRecord, verdict: Acceptance): CallRecord {
  if (verdict.kind === 'refuse') return call;
  const { dial_at, phone_numbers, cost } = verdict;
  const waits = dial_at > call.created_at;
  return {
    ...call,
    cost,
    phone_number: phone_numbers[0],
    order: { ...call.order, phone_numbers },
    status: waits ? 'scheduled' : 'queued',
    scheduled_at: waits ? dial_at : null,
  };
}

async function begin(
  tx: Transaction,
  call: CallRecord,
  { verdict, body }: { verdict: Acceptance; body: PlaceCall },
  ports: AddPorts,
): Promise<CallRecord> {
  if (!(await ports.calls.insert(tx, call))) throw TAKEN;
  await addReceiver(tx, call, body, ports);
  if (verdict.kind === 'refuse') {
    const { refusal } = verdict;
    const end_reason = endReasonOfRefusal(refusal);
    await recordEnd(tx, call.id, { from: ['queued'], end_reason, refusal }, ports);
  } else {
    const data = { call_id: call.id, status: call.status };
    await Promise.all([
      ports.events.record(tx, { type: 'call.status_changed', call, data }),
      ports.jobs.enqueue(tx, { kind: 'dial', ref: call.id, run_at: verdict.dial_at }),
    ]);
    return call;
  }
  return (await ports.calls.find(tx, call.id)) ?? call;
}

/** Adds the request's own address to the call; a call that has ended tells it at once. */
export async function addReceiver(
  tx: Transaction,
  call: CallRecord,
  body: PlaceCall,
  { receivers }: Pick<AddPorts, 'receivers'>,
): Promise<void> {
  if (body.webhook_url === undefined) return;
  await receivers.addForCall(tx, call, {
    url: body.webhook_url,
    token: body.webhook_token ?? null,
    events: body.webhook_events ?? ['call.ended'],
  });
}
