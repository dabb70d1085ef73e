// What must hold after every schedule, whatever happened in it.
import { furthestAttempt } from '../../engine/src/calls/furthest-attempt.ts';
import type { Database } from '../../engine/src/lib/database.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import type { ModelWorld } from './model-world.ts';

/** Returns what does not hold, in words; empty when all does. */
export async function brokenPromises(world: ModelWorld, database: Database): Promise<string[]> {
  const broken = [...world.watch.breaches];
  for (const [, rings] of world.phones.rings()) if (rings > 1) broken.push('an attempt rang twice');
  for (const callId of world.calls) broken.push(...(await brokenOfCall(callId, database)));
  const count = async (what: string, sql: string): Promise<void> => {
    const [row] = await database.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${sql}`);
    if (Number(row?.n) > 0) broken.push(`${row?.n} ${what}`);
  };
  await count('places in lanes are still taken', 'lane_slots');
  await count('sums of money are still set aside', 'spend_counters WHERE reserved <> 0');
  await count('calls still hold money', "spend_reservations WHERE status <> 'settled'");
  await count('attempts have not ended', "attempts WHERE status <> 'ended'");
  await count('jobs are left', 'jobs');
  return broken;
}

async function brokenOfCall(callId: string, database: Database): Promise<string[]> {
  const call = await callStore.find(database, callId);
  if (call?.status !== 'ended') return [`a call is still ${call?.status}`];
  const broken: string[] = [];
  const [row] = await database.query<{ n: number }>(
    "SELECT COUNT(*) AS n FROM events WHERE call_id = $1 AND type = 'call.ended'",
    [callId],
  );
  if (Number(row?.n) !== 1) broken.push(`call.ended was recorded ${row?.n} times`);
  const attempts = await callStore.attempts(database, callId);
  if (attempts.some(({ number }, at) => number !== at + 1)) broken.push('attempts are misnumbered');
  const furthest = furthestAttempt(attempts);
  const isStopped = STOPPED.includes(call.end_reason ?? '');
  if (furthest && !isStopped && call.end_reason !== furthest.end_reason)
    broken.push(`ended as ${call.end_reason}, and the furthest attempt as ${furthest.end_reason}`);
  if (furthest?.answered_by === 'human' && !isStopped && !call.reached)
    broken.push('a person was reached, and the call says no');
  return broken;
}

// Ended by somebody's word, not by what became of an attempt.
const STOPPED = ['canceled_by_request', 'blocked_suppressed'];
