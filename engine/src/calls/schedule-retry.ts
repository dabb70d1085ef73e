// Puts a call that reached nobody back on the list, at a time when the phone may ring.
import type { Transaction } from '../lib/database.ts';
import type { AttemptRecord, CallRecord } from './call-record.ts';
import { readDestination } from './destination.ts';
import type { EndPorts } from './end-call.ts';
import { statusesBefore } from './lifecycle.ts';
import { judgeCall } from './policy.ts';
import { enforcedRules, gatherFacts, type PolicyPorts } from './policy-facts.ts';
import type { Jobs, Settings } from './ports.ts';
import { callbackAttempt, type NextAttempt, nextAttempt } from './retry.ts';
import { reserveAgain } from './spending.ts';

export interface RetryPorts extends EndPorts, PolicyPorts {
  jobs: Jobs;
}

const MINUTE_MS = 60_000;
// Nobody who tries a workflow waits half an hour for a simulated phone to ring again.
const TEST_MINUTE_MS = 1_000;

/** Schedules the next attempt; false when the call is over. */
export async function scheduleRetry(
  tx: Transaction,
  call: CallRecord,
  attempts: readonly AttemptRecord[],
  ports: RetryPorts,
): Promise<boolean> {
  const context = { now: ports.clock.now(), minute_ms: minuteMs(call, ports.settings) };
  const next = nextAttempt(call.order, attempts, context);
  return next !== undefined && schedule(tx, call, { ...next, attempts }, ports);
}

/** Schedules the call that the person asked for; false when they did not, or it may not be. */
export async function scheduleCallback(
  tx: Transaction,
  call: CallRecord,
  learned: { outcome: string; callback_at: string | null },
  ports: RetryPorts,
): Promise<boolean> {
  const attempts = await ports.calls.attempts(tx, call.id);
  const next = callbackAttempt(call.order, attempts, learned, ports.clock.now());
  return next !== undefined && schedule(tx, call, { ...next, attempts }, ports);
}

async function schedule(
  tx: Transaction,
  call: CallRecord,
  next: NextAttempt & { attempts: readonly AttemptRecord[] },
  ports: RetryPorts,
): Promise<boolean> {
  const at = await allowedAt(tx, call, next, ports);
  if (at === undefined || !(await isPaidFor(tx, call, { ...next, at }, ports))) return false;
  const { phone_number } = next;
  const change = { status: 'scheduled', scheduled_at: at, phone_number } as const;
  if (!(await ports.calls.update(tx, call.id, statusesBefore('again'), change))) return false;
  const data = { call_id: call.id, status: 'scheduled' };
  await ports.events.record(tx, { type: 'call.status_changed', call, data });
  await ports.jobs.enqueue(tx, { kind: 'dial', ref: call.id, run_at: at });
  return true;
}

/** Returns when the phone may ring from then on, or undefined when it may not. */
async function allowedAt(
  tx: Transaction,
  call: CallRecord,
  next: NextAttempt,
  ports: RetryPorts,
): Promise<number | undefined> {
  const destination = readDestination(next.phone_number, null);
  if (!destination.ok) return undefined;
  const { id: call_id, mode, network, order } = call;
  const window = { ...order.window, on_closed: 'wait' as const };
  const verdict = judgeCall(
    await gatherFacts(
      tx,
      {
        ...{ call_id, mode, network, at: next.at, spend: { ok: true } },
        destination: destination.value,
        order: { ...order, window },
      },
      ports,
    ),
  );
  if (verdict.kind === 'refuse') return undefined;
  const at = verdict.kind === 'wait' ? verdict.until : next.at;
  const { not_after } = order.window;
  return not_after !== null && at > not_after ? undefined : at;
}

async function isPaidFor(
  tx: Transaction,
  call: CallRecord,
  { at, phone_number, attempts }: NextAttempt & { attempts: readonly AttemptRecord[] },
  ports: RetryPorts,
): Promise<boolean> {
  const enforced = enforcedRules(call.mode, phone_number, ports.settings).spend;
  const plan = { at, now: ports.clock.now(), enforced };
  return (await reserveAgain(tx, call, attempts, plan, ports)).ok;
}

const minuteMs = ({ mode }: CallRecord, { test_mode_rules }: Settings): number =>
  mode === 'test' && test_mode_rules === 'relaxed' ? TEST_MINUTE_MS : MINUTE_MS;
