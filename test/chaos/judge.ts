// What must hold after a chaos run, judged from what the store, the carrier and the receiver each say. Pure.
import { createHash } from 'node:crypto';
import type { CallSeen } from '../../engine/src/simulator/control.ts';
import type { CreateSeen } from '../../engine/src/simulator/index.ts';
import type { ReceivedEnd } from './chaos-receiver.ts';

export interface Facts {
  /** Ids of the calls that an engine accepted, by the answer that the caller got. */
  accepted: readonly string[];
  calls: readonly { id: string; status: string; phone_number: string; end_reason: string | null }[];
  attempts: readonly AttemptFact[];
  events: readonly { call_id: string; type: string; id: string }[];
  deliveries: readonly { id: string; status: string }[];
  /** Rows that should be gone when nothing is under way, by what they are. */
  left: Readonly<Record<string, number>>;
  phones: readonly CallSeen[];
  creates: readonly CreateSeen[];
  ends: readonly ReceivedEnd[];
  bad_signatures: number;
}

interface AttemptFact {
  id: string;
  call_id: string;
  status: string;
  token_hash: string;
  ended_at: number | null;
}

/** One thing that must hold: how it stands, and the calls for which it does not. */
export interface Finding {
  rule: string;
  figure: number;
  must_be: string;
  broken: readonly string[];
}

/** Returns every rule with its figure. `broken` names calls, or what is left over. */
export function judge(facts: Facts): Finding[] {
  const { calls, attempts, phones } = facts;
  const callOfToken = new Map(attempts.map(({ token_hash, call_id }) => [token_hash, call_id]));
  const callOf = ({ url, to }: { url: string; to: string }): string =>
    callOfToken.get(tokenHash(url)) ?? to;
  const perAttempt = [...Map.groupBy(phones, ({ url }) => url).values()];
  const rangPerAttempt = perAttempt.map((made) => made.filter(rang));
  const talked = perAttempt.map((made) =>
    made.filter(({ events }) => has(events, 'stream_started')),
  );
  const moreThanOne = (groups: readonly CallSeen[][]): string[] =>
    groups.flatMap((group) => (group.length > 1 && group[0] ? [callOf(group[0])] : []));
  const endsStored = countBy(facts.events.filter(isEnd), ({ call_id }) => call_id);
  const endsTold = Map.groupBy(facts.ends, ({ call_id }) => call_id);
  const every = calls.map(({ id }) => id);

  return [
    atMost('phone calls per attempt', 1, longest(perAttempt), moreThanOne(perAttempt)),
    atMost('rings per attempt', 1, longest(rangPerAttempt), moreThanOne(rangPerAttempt)),
    atMost('conversations per attempt', 1, longest(talked), moreThanOne(talked)),
    none('phone calls without an attempt on disk', phones, (phone) =>
      callOfToken.has(tokenHash(phone.url)) ? [] : [phone.to],
    ),
    none('phones left on the line', phones, (phone) =>
      phone.endedAt === null ? [callOf(phone)] : [],
    ),
    none('accepted calls that are not stored', facts.accepted, (id) =>
      every.includes(id) ? [] : [id],
    ),
    none('calls that did not end', calls, ({ id, status }) => (status === 'ended' ? [] : [id])),
    none('calls without exactly one call.ended stored', every, (id) =>
      endsStored.get(id) === 1 ? [] : [id],
    ),
    none('calls whose call.ended did not arrive', every, (id) => (endsTold.has(id) ? [] : [id])),
    none('calls told with two ids or two texts', every, (id) =>
      toldDifferently(endsTold.get(id) ?? []) ? [id] : [],
    ),
    none('attempts that did not end', attempts, ({ status, call_id }) =>
      status === 'ended' ? [] : [call_id],
    ),
    none('deliveries neither delivered nor dead', facts.deliveries, ({ id, status }) =>
      ['delivered', 'dead'].includes(status) ? [] : [id],
    ),
    none('wrong signatures', Array.from({ length: facts.bad_signatures }), () => ['receiver']),
    none('rows left over', Object.entries(facts.left), ([what, rows]) =>
      rows === 0 ? [] : [`${rows} ${what}`],
    ),
  ];
}

/** True while something that the rules ask for may still come. */
export const isUnderWay = (
  { calls, attempts, phones, deliveries, left }: Facts,
  callbacks: boolean,
): boolean =>
  calls.some(({ status }) => status !== 'ended') ||
  attempts.some(({ status }) => status !== 'ended') ||
  deliveries.some(({ status }) => status === 'pending') ||
  phones.some(
    ({ endedAt, callbacksLeft }) => endedAt === null || (callbacks && callbacksLeft > 0),
  ) ||
  Object.values(left).some((rows) => rows > 0);

/** Returns for how long, in seconds of the clock, a phone rang or talked on after its attempt had ended: the longest. */
export function rangOnSeconds({ attempts, phones }: Facts): {
  seconds: number;
  call_id: string | null;
} {
  const byToken = new Map(attempts.map((attempt) => [attempt.token_hash, attempt]));
  const late = phones.map((phone) => {
    const attempt = byToken.get(tokenHash(phone.url));
    const ms =
      attempt?.ended_at && phone.endedAt && rang(phone) ? phone.endedAt - attempt.ended_at : 0;
    return { seconds: Math.max(Math.round(ms / 100) / 10, 0), call_id: attempt?.call_id ?? null };
  });
  return late.reduce((most, one) => (one.seconds > most.seconds ? one : most), {
    seconds: 0,
    call_id: null as string | null,
  });
}

/** Returns the hash under which the store knows the attempt that a callback address belongs to. */
export function tokenHash(url: string): string {
  const token = /\/carriers\/twilio\/([^/]+)\//.exec(url)?.[1] ?? '';
  return createHash('sha256').update(token).digest('hex');
}

const rang = ({ events }: CallSeen): boolean => has(events, 'ringing');
const has = (events: readonly string[], event: string): boolean =>
  events.some((line) => line.split(' ')[1] === event);
const isEnd = ({ type }: { type: string }): boolean => type === 'call.ended';
const longest = (groups: readonly unknown[][]): number =>
  Math.max(0, ...groups.map((group) => group.length));
const toldDifferently = (told: readonly ReceivedEnd[]): boolean =>
  new Set(told.map(({ event_id, body }) => event_id + body)).size > 1;

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

const atMost = (rule: string, most: number, figure: number, broken: string[]): Finding => ({
  rule: `${rule}, at most`,
  figure,
  must_be: `≤ ${most}`,
  broken,
});

function none<T>(rule: string, items: readonly T[], broken: (item: T) => string[]): Finding {
  const found = items.flatMap(broken);
  return { rule, figure: found.length, must_be: '0', broken: found };
}
