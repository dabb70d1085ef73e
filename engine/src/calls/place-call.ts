// Accepts a call once: the call, its first event and its job are on disk together, or nothing is.
import { createHash } from 'node:crypto';
import type { PlaceCall } from '../contract/place-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Queryable, Transaction } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { CallRecord } from './call-record.ts';
import { endReasonOfRefusal } from './destination.ts';
import { recordEnd } from './end-call.ts';
import type { CallStore, EventRecorder, Jobs, Receivers, Settings } from './ports.ts';
import { type PreparedCall, prepareCall } from './prepare-call.ts';

export interface PlacePorts {
  database: Database;
  calls: CallStore;
  events: EventRecorder;
  receivers: Receivers;
  jobs: Jobs;
  clock: Clock;
  settings: Settings;
}

export interface PlaceRequest {
  body: PlaceCall;
  key: { id: string; mode: Mode };
  idempotency_key: string | undefined;
}

const KEY_FORM = /^[A-Za-z0-9_\-:.]{1,255}$/;

export async function placeCall(
  request: PlaceRequest,
  ports: PlacePorts,
): Promise<Result<{ call: CallRecord; replayed: boolean }, ProblemFailure>> {
  const idempotencyKey = request.idempotency_key?.replace(/^"(.*)"$/, '$1');
  if (idempotencyKey !== undefined && !KEY_FORM.test(idempotencyKey))
    return fail({ code: 'idempotency_key_invalid' });

  const forbidden = await forbiddenUrl(request.body, ports);
  if (forbidden) return fail(forbidden);
  // Asked before the rules are: what was accepted once stays accepted, whatever the rules say today.
  const known =
    idempotencyKey === undefined ? undefined : await replay(request, idempotencyKey, ports);
  if (known) return known;

  const prepared = prepareCall(request.body, { settings: ports.settings, mode: request.key.mode });
  if (!prepared.ok) return prepared;
  const refusal = prepared.value.destination.ok ? undefined : prepared.value.destination.failure;
  if (refusal && request.body.on_refusal !== 'result') return fail(refusal);

  const call = newCall(request, prepared.value, { now: ports.clock.now(), idempotencyKey });
  const added = await ports.database.transaction(async (tx) => {
    // The same request may have come twice at once: the first one counts.
    if (await earlierCall(tx, request, idempotencyKey, ports)) return undefined;
    await ports.calls.insert(tx, call);
    await addReceiver(tx, call, request.body, ports);
    await (refusal ? endRefused(tx, call, refusal, ports) : queue(tx, call, ports));
    return (await ports.calls.find(tx, call.id)) ?? call;
  });
  if (added) return ok({ call: added, replayed: false });
  return (
    (await replay(request, idempotencyKey, ports)) ?? fail({ code: 'idempotency_key_in_progress' })
  );
}

const earlierCall = async (
  on: Queryable,
  { key }: PlaceRequest,
  idempotencyKey: string | undefined,
  ports: PlacePorts,
): Promise<CallRecord | undefined> =>
  idempotencyKey === undefined
    ? undefined
    : ports.calls.findByIdempotencyKey(on, key.id, idempotencyKey);

async function forbiddenUrl(
  { webhook_url }: PlaceCall,
  { receivers }: PlacePorts,
): Promise<ProblemFailure | undefined> {
  const forbidden = webhook_url === undefined ? undefined : await receivers.judge(webhook_url);
  return forbidden && { ...forbidden, errors: [{ pointer: '/webhook_url', code: forbidden.code }] };
}

async function queue(tx: Transaction, call: CallRecord, ports: PlacePorts): Promise<void> {
  await ports.events.record(tx, {
    type: 'call.status_changed',
    call,
    data: { call_id: call.id, status: 'queued' },
  });
  await ports.jobs.enqueue(tx, { kind: 'dial', ref: call.id, run_at: call.created_at });
}

async function endRefused(
  tx: Transaction,
  call: CallRecord,
  refusal: ProblemFailure,
  ports: PlacePorts,
): Promise<void> {
  await recordEnd(
    tx,
    call.id,
    {
      from: ['queued'],
      end_reason: endReasonOfRefusal(refusal),
      refusal: { rule: refusal.code, detail: refusal.detail ?? '', next_allowed_at: null },
    },
    ports,
  );
}

/** Returns the call that this key placed before, or undefined when there is none. */
async function replay(
  request: PlaceRequest,
  idempotencyKey: string | undefined,
  ports: PlacePorts,
): Promise<Result<{ call: CallRecord; replayed: boolean }, ProblemFailure> | undefined> {
  return ports.database.transaction(async (tx) => {
    const earlier = await earlierCall(tx, request, idempotencyKey, ports);
    if (!earlier) return undefined;
    if (earlier.fingerprint !== fingerprintOf(request.body))
      return fail({ code: 'idempotency_key_reused' });
    // A run that was started again may listen at a new address: it is told too, at once if all is over.
    await addReceiver(tx, earlier, request.body, ports);
    return ok({ call: earlier, replayed: true });
  });
}

async function addReceiver(
  tx: Transaction,
  call: CallRecord,
  body: PlaceCall,
  ports: PlacePorts,
): Promise<void> {
  if (body.webhook_url === undefined) return;
  await ports.receivers.addForCall(tx, call, {
    url: body.webhook_url,
    token: body.webhook_token ?? null,
    events: body.webhook_events ?? ['call.ended'],
  });
}

function newCall(
  request: PlaceRequest,
  prepared: PreparedCall,
  context: { now: number; idempotencyKey: string | undefined },
): CallRecord {
  const { body, key } = request;
  const { destination } = prepared;
  return {
    id: newId('call'),
    mode: key.mode,
    network: key.mode === 'live' ? 'live' : 'simulated',
    key_id: key.id,
    status: 'queued',
    outcome: null,
    outcome_group: null,
    outcome_evidence: null,
    successful: null,
    reached: null,
    end_reason: null,
    answered_by: null,
    retryable: null,
    retry_not_before: null,
    refusal: null,
    phone_number: destination.ok ? destination.value.phone_number : (body.phone_number ?? null),
    recipient_name: prepared.recipient_name,
    task: prepared.task,
    variables: body.variables ?? {},
    language: prepared.order.language,
    result: null,
    result_status: prepared.order.result_schema ? 'pending' : 'not_requested',
    result_evidence: [],
    answers_text: null,
    summary: null,
    next_steps: [],
    chosen_time: null,
    preferred_times: [],
    callback_at: null,
    reference: body.reference ?? null,
    tag: body.tag ?? null,
    metadata: body.metadata ?? {},
    source: body.source ?? null,
    cost: null,
    latency: null,
    created_at: context.now,
    scheduled_at: null,
    started_at: null,
    answered_at: null,
    ended_at: null,
    duration_seconds: null,
    disclosure_played_at: null,
    cancel_requested_at: null,
    order: prepared.order,
    idempotency_key: context.idempotencyKey ?? null,
    fingerprint: fingerprintOf(body),
  };
}

/** Returns what makes two requests the same: the body without the fields that differ between runs of one workflow. */
function fingerprintOf(body: PlaceCall): string {
  const {
    webhook_url: _url,
    webhook_token: _token,
    webhook_events: _events,
    source: _source,
    ...same
  } = body;
  return createHash('sha256').update(canonical(same)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
