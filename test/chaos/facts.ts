// Gathers what the store, the carrier and the receiver say at the end of a chaos run, and tells one call's whole story.
import type { Queryable } from '../../engine/src/lib/database.ts';
import type { ChaosReceiver } from './chaos-receiver.ts';
import { type Facts, tokenHash } from './judge.ts';
import type { SimulatorProcess } from './simulator-process.ts';

/** What must be empty when nothing is under way. A table that this version does not have counts as empty. */
const LEFT_OVER: Readonly<Record<string, string>> = {
  'lane slots': 'SELECT count(*) AS n FROM lane_slots',
  'micros of money set aside': 'SELECT COALESCE(SUM(reserved), 0) AS n FROM spend_counters',
  'jobs of calls and deliveries':
    "SELECT count(*) AS n FROM jobs WHERE kind IN ('dial', 'settle_attempt', 'finish_call', 'deliver')",
};

export async function gatherFacts(parts: {
  look: Queryable;
  simulator: SimulatorProcess;
  receiver: ChaosReceiver;
  accepted: readonly string[];
}): Promise<Facts> {
  const { look, receiver } = parts;
  const rows = <T>(sql: string): Promise<T[]> => look.query(sql) as Promise<T[]>;
  const { calls: phones, creates } = await parts.simulator.ask();
  return {
    accepted: parts.accepted,
    calls: await rows('SELECT id, status, phone_number, end_reason FROM calls'),
    attempts: await rows('SELECT id, call_id, status, token_hash, ended_at FROM attempts'),
    events: await rows('SELECT call_id, type, id FROM events'),
    deliveries: await rows('SELECT id, status FROM deliveries'),
    left: await leftOver(look),
    phones,
    creates,
    ends: receiver.ends,
    bad_signatures: receiver.badSignatures.length,
  };
}

async function leftOver(look: Queryable): Promise<Record<string, number>> {
  const left: Record<string, number> = {};
  for (const [what, sql] of Object.entries(LEFT_OVER)) {
    const [row] = (await look.query(sql).catch(() => [])) as { n: number | string }[];
    left[what] = Number(row?.n ?? 0);
  }
  return left;
}

/** Returns everything that is known of one call, as lines: the store's words first, then the carrier's. */
export async function storyOf(callId: string, look: Queryable, facts: Facts): Promise<string[]> {
  const attempts = facts.attempts.filter(({ call_id }) => call_id === callId);
  const hashes = new Set(attempts.map(({ token_hash }) => token_hash));
  const line = (row: object): string => `  ${JSON.stringify(row)}`;
  const [call] = await look.query('SELECT * FROM calls WHERE id = $1', [callId]);
  const number = facts.calls.find(({ id }) => id === callId)?.phone_number ?? callId;
  return [
    `call ${callId}`,
    line(pickOf(call, ['status', 'outcome', 'end_reason', 'created_at', 'started_at', 'ended_at'])),
    'attempts:',
    ...(await look.query('SELECT * FROM attempts WHERE call_id = $1', [callId])).map(line),
    'events:',
    ...(
      await look.query('SELECT id, type, created_at FROM events WHERE call_id = $1', [callId])
    ).map(line),
    'jobs:',
    ...(
      await look.query(
        'SELECT * FROM jobs WHERE ref = $1 OR ref IN (SELECT id FROM attempts WHERE call_id = $1)',
        [callId],
      )
    ).map(line),
    'asked of the carrier:',
    ...facts.creates.filter(({ to }) => to === number).map(line),
    'phones:',
    ...facts.phones
      .filter(({ to, url }) => to === number || hashes.has(tokenHash(url)))
      .flatMap(({ events, ...phone }) => [line(phone), ...events.map((event) => `    ${event}`)]),
    `told ${facts.ends.filter(({ call_id }) => call_id === callId).length} times`,
  ];
}

const pickOf = (row: unknown, names: readonly string[]): object =>
  Object.fromEntries(
    Object.entries((row ?? {}) as Record<string, unknown>).filter(([name]) => names.includes(name)),
  );
