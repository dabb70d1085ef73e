// Waits for calls on somebody's behalf. When all are over there is nothing to wait for, and nothing is written.
import type { Jobs, Receivers } from '../calls/ports.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import { type CreateWait, WAIT_SECONDS_MAX } from '../contract/wait.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Transaction } from '../lib/database.ts';
import { newId, newSecret, sha256Hex } from '../lib/id.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { CallsOfBatch, WaitRecord, WaitStore } from './ports.ts';

export interface CreateWaitPorts {
  database: Database;
  waits: WaitStore;
  callsOfBatch: CallsOfBatch;
  receivers: Pick<Receivers, 'judge'>;
  jobs: Jobs;
  clock: Clock;
}

/** Either all calls are over, or there is a wait, whose `secret` belongs into its Location and is kept nowhere. */
export type Created =
  | { over: true; call_ids: string[] }
  | { over: false; wait: WaitRecord; secret: string; ended: number };

const RETRY_SECONDS = 5;

export async function createWait(
  body: CreateWait,
  key: { id: string; mode: Mode },
  ports: CreateWaitPorts,
): Promise<Result<Created, ProblemFailure>> {
  const forbidden = await ports.receivers.judge(body.url);
  if (forbidden) return fail({ ...forbidden, errors: [{ pointer: '/url', code: forbidden.code }] });
  const now = ports.clock.now();
  const until = readUntil(body.until, now);
  if (until === undefined) return fail(mistake('/until', 'invalid_value', UNTIL));
  return ports.database.transaction(async (tx) => {
    const wanted = await wantedCalls(tx, body, key.mode, ports);
    if (!wanted.ok) return wanted;
    const call_ids = wanted.value;
    const statuses = await ports.waits.lockCalls(tx, key.mode, call_ids);
    const absent = call_ids.flatMap((id, at) => (statuses.has(id) ? [] : [at]));
    if (absent.length > 0) return fail(unknownCalls(absent));
    const ended = call_ids.filter((id) => statuses.get(id) === 'ended').length;
    if (ended === call_ids.length) return ok({ over: true as const, call_ids });

    const secret = newSecret();
    const wait = newWait(body, key, { now, until, secret, total: call_ids.length });
    await ports.waits.insert(tx, wait, call_ids);
    await ports.jobs.enqueue(tx, { kind: 'settle_wait', ref: wait.id, run_at: until });
    return ok({ over: false as const, wait, secret, ended });
  });
}

async function wantedCalls(
  tx: Transaction,
  { call_ids, batch_id }: CreateWait,
  mode: Mode,
  ports: CreateWaitPorts,
): Promise<Result<string[], ProblemFailure>> {
  if (call_ids !== undefined) return ok([...new Set(call_ids)]);
  const calls = await ports.callsOfBatch(tx, mode, batch_id ?? '');
  if (calls === null) return fail({ code: 'unavailable', retry_after_seconds: RETRY_SECONDS });
  return calls ? ok(calls) : fail(mistake('/batch_id', 'not_found', 'There is no such batch.'));
}

const UNTIL = 'Give a time within the next 60 days.';

/** Returns milliseconds since 1970, or undefined when it is not in the time that a wait may take. */
function readUntil(until: CreateWait['until'], now: number): number | undefined {
  const at = typeof until === 'number' ? now + Math.ceil(until * 1_000) : Date.parse(until);
  return at > now && at <= now + WAIT_SECONDS_MAX * 1_000 ? at : undefined;
}

const newWait = (
  { url, token }: CreateWait,
  key: { id: string; mode: Mode },
  facts: { now: number; until: number; secret: string; total: number },
): WaitRecord => ({
  id: newId('wait'),
  mode: key.mode,
  network: key.mode === 'live' ? 'live' : 'simulated',
  key_id: key.id,
  token_hash: sha256Hex(facts.secret),
  url,
  token: token ?? null,
  status: 'open',
  total: facts.total,
  until: facts.until,
  created_at: facts.now,
  closed_at: null,
});

const mistake = (pointer: string, code: string, detail: string): ProblemFailure => ({
  code: 'invalid_request',
  errors: [{ pointer, code, detail }],
});

const unknownCalls = (at: readonly number[]): ProblemFailure => ({
  code: 'invalid_request',
  errors: at.slice(0, 20).map((index) => ({
    pointer: `/call_ids/${index}`,
    code: 'not_found',
    detail: 'There is no such call.',
  })),
});
