// Counted limits as rows: what is taken is there to be seen, and a process that dies leaks nothing that its attempt does not give back.
import type { Lanes } from '../calls/ports.ts';
import type { Transaction } from '../lib/database.ts';

export const laneStore: Lanes = {
  async take(tx, lanes, attemptId) {
    for (const { lane, limit } of lanes) {
      if (await takeSlot(tx, lane, limit, attemptId)) continue;
      await tx.query('DELETE FROM lane_slots WHERE attempt_id = $1', [attemptId]);
      return lane;
    }
    return undefined;
  },
  async drop(tx, attemptId) {
    await tx.query('DELETE FROM lane_slots WHERE attempt_id = $1', [attemptId]);
  },
  async leave(tx, attemptId, now) {
    const left = await tx.query<{ lane: string }>(
      'DELETE FROM lane_slots WHERE attempt_id = $1 RETURNING lane',
      [attemptId],
    );
    for (const { lane } of left) await wakeOne(tx, lane, now);
  },
  async takeTurn(tx, account, { now, gap_ms }) {
    await tx.query(
      'INSERT INTO carrier_pace (account, next_at) VALUES ($1, $2) ON CONFLICT (account) DO NOTHING',
      [account, now],
    );
    const taken = await tx.query(
      // A time far beyond the gap was written before the clock was set back: waiting for it would hold up every call.
      'UPDATE carrier_pace SET next_at = $2 WHERE account = $1 AND (next_at <= $3 OR next_at > $4) RETURNING account',
      [account, now + gap_ms, now, now + gap_ms + CLOCK_SET_BACK_MS],
    );
    const lane = paceLane(account);
    if (taken.length === 1) {
      // Whoever waits longest comes next, single calls before those of a batch.
      if (!(await wakeOne(tx, lane, now + gap_ms)))
        await wakeOne(tx, `${lane}:batch`, now + gap_ms);
      return undefined;
    }
    const [row] = await tx.query<{ next_at: number }>(
      'SELECT next_at FROM carrier_pace WHERE account = $1',
      [account],
    );
    const [line] = await tx.query<{ ahead: number }>(
      // Counted so far and no further: beyond it the place in line hardly matters.
      'SELECT COUNT(*) AS ahead FROM (SELECT id FROM jobs WHERE lane IN ($1, $2) AND owner IS NULL LIMIT 1000) AS line',
      [lane, `${lane}:batch`],
    );
    return { lane, free_at: Number(row?.next_at ?? now), ahead: Number(line?.ahead ?? 0) };
  },
};

const CLOCK_SET_BACK_MS = 60_000;

const paceLane = (account: string): string => `pace:${account}`;

// Each place of a lane is a row with a number below the limit, so two that come at once cannot both have the last one.
async function takeSlot(
  tx: Transaction,
  lane: string,
  limit: number,
  attemptId: string,
): Promise<boolean> {
  const taken = await tx.query<{ slot: number }>(
    'SELECT slot FROM lane_slots WHERE lane = $1 ORDER BY slot',
    [lane],
  );
  const numbers = new Set(taken.map(({ slot }) => Number(slot)));
  for (let slot = 0; slot < limit; slot++) {
    if (numbers.has(slot)) continue;
    const added = await tx.query(
      'INSERT INTO lane_slots (lane, slot, attempt_id) VALUES ($1, $2, $3) ON CONFLICT (lane, slot) DO NOTHING RETURNING slot',
      [lane, slot, attemptId],
    );
    if (added.length === 1) return true;
  }
  return false;
}

async function wakeOne(tx: Transaction, lane: string, at: number): Promise<boolean> {
  const woken = await tx.query(
    `UPDATE jobs SET run_at = $2, lane = NULL WHERE id IN (
       SELECT id FROM jobs WHERE lane = $1 AND owner IS NULL ORDER BY id LIMIT 1 {{skip_locked}})
     RETURNING id`,
    [lane, at],
  );
  return woken.length === 1;
}
