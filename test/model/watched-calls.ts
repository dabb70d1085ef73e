// The tables of calls, watched: what may never be written is noted at the moment that it is.
import type { CallWindow } from '../../engine/src/calls/call-record.ts';
import { MOVES } from '../../engine/src/calls/lifecycle.ts';
import type { CallStore } from '../../engine/src/calls/ports.ts';
import type { Clock } from '../../engine/src/lib/clock.ts';
import type { Transaction } from '../../engine/src/lib/database.ts';
import { callStore } from '../../engine/src/store/calls.ts';

export interface Watch {
  breaches: string[];
  suppressed: Set<string>;
  live_calls_max: number;
  clock: Clock;
}

const MINUTE_MS = 60_000;

export const watchedCalls = (watch: Watch): CallStore => ({
  ...callStore,
  async update(tx, callId, from, change) {
    const before = await callStore.find(tx, callId);
    const done = await callStore.update(tx, callId, from, change);
    const { status } = change;
    if (!done || !before || status === undefined || status === before.status) return done;
    const moves: readonly string[] = Object.values(MOVES[before.status]);
    if (!moves.includes(status)) watch.breaches.push(`moved from ${before.status} to ${status}`);
    return done;
  },
  async insertAttempt(tx, attempt) {
    const { breaches, suppressed, live_calls_max, clock } = watch;
    await callStore.insertAttempt(tx, attempt);
    if (suppressed.has(attempt.phone_number)) breaches.push('dialed somebody who asked not to be');
    if ((await open(tx, attempt.phone_number)) > 1) breaches.push('two attempts for one person');
    if ((await open(tx, '')) > live_calls_max) breaches.push('more live calls than allowed');
    const call = await callStore.find(tx, attempt.call_id);
    if (call) breaches.push(...untimely(call.order.window, clock.now()));
  },
});

function untimely({ not_after, calling_hours }: CallWindow, now: number): string[] {
  const minute = Math.floor(now / MINUTE_MS) % 1_440;
  const isClosed =
    calling_hours !== null &&
    (minute < minuteOf(calling_hours.from) || minute >= minuteOf(calling_hours.to));
  return [
    ...(not_after !== null && now > not_after ? ['dialed after not_after'] : []),
    ...(isClosed ? ['dialed outside calling hours'] : []),
  ];
}

async function open(tx: Transaction, phoneNumber: string): Promise<number> {
  const [row] = await tx.query<{ n: number }>(
    "SELECT COUNT(*) AS n FROM attempts WHERE status <> 'ended' AND $1 IN ('', phone_number)",
    [phoneNumber],
  );
  return Number(row?.n);
}

const minuteOf = (time: string): number => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
};
