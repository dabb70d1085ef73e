// What is set aside and spent, per network: sums per key and day, per day, per month. Days and months are those of UTC.
// Invariant: sums are changed only with the reservation of their call, in one transaction.
import type {
  CostTerms,
  Spend,
  SpendAnswer,
  SpendLimit,
  SpendLimits,
  SpendRequest,
  SpendSum,
  SpendTotals,
} from '../calls/cost/ports.ts';
import type { Network } from '../contract/vocabulary.ts';
import type { Queryable, Row, Transaction } from '../lib/database.ts';
import type { Micros } from '../lib/money.ts';

export function createSpend(limits: SpendLimits): Spend {
  return {
    async reserve(tx, request) {
      const kept = await lock(tx, request.call_id);
      // A call that is over has been paid for.
      if (kept?.status === 'settled') return { ok: true };
      const answer =
        tooMuchAlone(request, limits) ??
        (kept ? await move(tx, kept, request, limits) : await take(tx, request, limits));
      if (answer.ok) await keep(tx, request);
      return answer;
    },
    async settle(tx, callId, actual) {
      const kept = await lock(tx, callId);
      if (!kept) return;
      const back =
        kept.status === 'settled' ? { reserved: 0, spent: -kept.amount } : returned(kept);
      await change(tx, kept, { ...back, spent: back.spent + actual });
      await tx.query(
        "UPDATE spend_reservations SET status = 'settled', amount = $2 WHERE call_id = $1",
        [callId, actual],
      );
    },
    async release(tx, callId) {
      const kept = await lock(tx, callId);
      if (kept?.status !== 'open') return;
      await change(tx, kept, returned(kept));
      await tx.query('DELETE FROM spend_reservations WHERE call_id = $1', [callId]);
    },
    async terms(on, callId) {
      const [row] = await on.query<{ terms: string }>(
        'SELECT terms FROM spend_reservations WHERE call_id = $1',
        [callId],
      );
      return row && (JSON.parse(row.terms) as CostTerms);
    },
    async totals(on, { network, key_id, at }) {
      const sums: Partial<SpendTotals> = {};
      for (const { limit, counter, period } of countersOf({
        key_id: key_id ?? '',
        ...periodsOf(at),
      }))
        sums[limit] = await sumOf(on, network, counter, period);
      return sums as SpendTotals;
    },
  };
}

type CountedLimit = Exclude<SpendLimit, 'call'>;

interface Kept {
  call_id: string;
  key_id: string;
  network: Network;
  day: string;
  month: string;
  status: 'open' | 'settled';
  /** Reserved while open, spent once settled. */
  amount: Micros;
}

const returned = (kept: Kept): SpendSum => ({ reserved: -kept.amount, spent: 0 });

const periodsOf = (at: number): { day: string; month: string } => {
  const text = new Date(at).toISOString();
  return { day: text.slice(0, 10), month: text.slice(0, 7) };
};

/** The sums that a call counts in, always in this order, because two transactions must not wait for each other crosswise. */
const countersOf = (call: {
  key_id: string;
  day: string;
  month: string;
}): { limit: CountedLimit; counter: string; period: string }[] => [
  { limit: 'key_day', counter: `key ${call.key_id}`, period: call.day },
  { limit: 'day', counter: 'day', period: call.day },
  { limit: 'month', counter: 'month', period: call.month },
];

function tooMuchAlone(request: SpendRequest, limits: SpendLimits): SpendAnswer | undefined {
  if (!request.enforced) return undefined;
  const own = [limits.call, request.max_cost].filter((limit) => limit !== null);
  if (own.some((limit) => request.amount > limit)) return never('call');
  // More than a whole day or month may cost: no waiting helps.
  const whole = (['key_day', 'day', 'month'] as const).find(
    (limit) => request.amount > (limits[limit] ?? Number.POSITIVE_INFINITY),
  );
  return whole && never(whole);
}

const never = (limit: SpendLimit): SpendAnswer => ({ ok: false, limit, next_allowed_at: null });

/** Gives back what the call had before it takes anew, so that a call never stands in its own way. */
async function move(
  tx: Transaction,
  kept: Kept,
  request: SpendRequest,
  limits: SpendLimits,
): Promise<SpendAnswer> {
  await holdSums(tx, kept, request);
  await change(tx, kept, returned(kept));
  const answer = await take(tx, request, limits);
  if (!answer.ok) await change(tx, kept, { reserved: kept.amount, spent: 0 });
  return answer;
}

async function take(
  tx: Transaction,
  request: SpendRequest,
  limits: SpendLimits,
): Promise<SpendAnswer> {
  const counters = countersOf({ key_id: request.key_id, ...periodsOf(request.at) });
  const { network, amount } = request;
  // Sent in their order, without waiting for each.
  const added = await Promise.all(
    counters.map(({ limit, counter, period }) =>
      add(tx, network, counter, period, amount, request.enforced ? limits[limit] : null),
    ),
  );
  const full = counters.find((_, at) => !added[at]);
  if (!full) return { ok: true };
  const taken = counters.filter((_, at) => added[at]);
  await Promise.all(
    taken.map(({ counter, period }) => add(tx, network, counter, period, -amount, null)),
  );
  return { ok: false, limit: full.limit, next_allowed_at: nextPeriod(full.limit, request.at) };
}

const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Adds to what is reserved unless the sum would pass `cap`; one statement, so that many at once agree. */
async function add(
  tx: Transaction,
  network: Network,
  counter: string,
  period: string,
  amount: Micros,
  cap: Micros | null,
): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO spend_counters (network, counter, period, reserved, spent) VALUES ($1, $2, $3, $4, 0)
     ON CONFLICT (network, counter, period) DO UPDATE SET reserved = spend_counters.reserved + excluded.reserved
       WHERE spend_counters.reserved + spend_counters.spent + excluded.reserved <= $5
     RETURNING reserved`,
    [network, counter, period, amount, cap ?? UNLIMITED],
  );
  return rows.length === 1;
}

// A call that moves to another day touches the sums of two: held in the one order that everybody keeps.
async function holdSums(tx: Transaction, kept: Kept, request: SpendRequest): Promise<void> {
  const now = periodsOf(request.at);
  if (kept.day === now.day) return;
  const before = countersOf(kept);
  const pairs = countersOf({ key_id: kept.key_id, ...now }).map((sum, at) => [
    before[at] ?? sum,
    sum,
  ]);
  for (const { counter, period } of pairs.flatMap((pair) =>
    pair.toSorted((a, b) => (a.period < b.period ? -1 : 1)),
  ))
    await add(tx, kept.network, counter, period, 0, null);
}

async function change(tx: Transaction, kept: Kept, by: SpendSum): Promise<void> {
  await Promise.all(
    countersOf(kept).map(({ counter, period }) =>
      tx.query(
        `UPDATE spend_counters SET reserved = reserved + $4, spent = spent + $5
         WHERE network = $1 AND counter = $2 AND period = $3`,
        [kept.network, counter, period, by.reserved, by.spent],
      ),
    ),
  );
}

/** Returns the reservation of a call and holds it until the transaction ends, so that two settlements follow one another. */
async function lock(tx: Transaction, callId: string): Promise<Kept | undefined> {
  const [row] = await tx.query(
    `UPDATE spend_reservations SET status = status WHERE call_id = $1
     RETURNING call_id, key_id, network, day, month, status, amount`,
    [callId],
  );
  return row && ({ ...row, amount: Number(row['amount']) } as unknown as Kept);
}

async function keep(tx: Transaction, request: SpendRequest): Promise<void> {
  const { day, month } = periodsOf(request.at);
  await tx.query(
    `INSERT INTO spend_reservations (call_id, key_id, network, day, month, status, amount, terms)
     VALUES ($1, $2, $3, $4, $5, 'open', $6, $7)
     ON CONFLICT (call_id) DO UPDATE SET day = excluded.day, month = excluded.month, amount = excluded.amount,
       terms = excluded.terms`,
    [
      ...[request.call_id, request.key_id, request.network, day, month],
      ...[request.amount, JSON.stringify(request.terms)],
    ],
  );
}

async function sumOf(
  on: Queryable,
  network: Network,
  counter: string,
  period: string,
): Promise<SpendSum> {
  const [row] = await on.query<Row>(
    'SELECT reserved, spent FROM spend_counters WHERE network = $1 AND counter = $2 AND period = $3',
    [network, counter, period],
  );
  return { reserved: Number(row?.['reserved'] ?? 0), spent: Number(row?.['spent'] ?? 0) };
}

/** When the next day or month begins, in UTC. */
function nextPeriod(limit: CountedLimit, at: number): number {
  const now = new Date(at);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return limit === 'month'
    ? Date.UTC(year, month + 1, 1)
    : Date.UTC(year, month, now.getUTCDate() + 1);
}
