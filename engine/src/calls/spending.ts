// Money of one call: set aside when it is accepted, billed when it has ended.
import type { Network } from '../contract/vocabulary.ts';
import type { Transaction } from '../lib/database.ts';
import { MICROS_PER_UNIT, type Micros } from '../lib/money.ts';
import type { AttemptRecord, CallRecord } from './call-record.ts';
import { actual, estimate, usageOf, worstCase } from './cost/cost.ts';
import type { CostTerms, ModelRate, Prices, Spend, SpendAnswer } from './cost/ports.ts';
import type { Jobs } from './ports.ts';

export interface SpendingPorts {
  prices: Prices;
  spend: Spend;
  modelRates: Readonly<Record<Network, ModelRate>>;
}

/** Returns the prices of calling these numbers, the dearest of them; undefined when one is not known. Asks the carrier. */
export async function termsFor(
  network: Network,
  numbers: { from_number: string; phone_numbers: readonly string[] },
  { prices, modelRates }: SpendingPorts,
): Promise<CostTerms | undefined> {
  const quotes = await Promise.all(
    numbers.phone_numbers.map((phone_number) =>
      prices.quote(network, { from_number: numbers.from_number, phone_number }),
    ),
  );
  const model_rate = modelRates[network];
  let dearest: CostTerms | undefined;
  for (const quote of quotes) {
    if (!quote) return undefined;
    const terms = { quote, model_rate };
    if (!dearest || worst(terms) > worst(dearest)) dearest = terms;
  }
  return dearest;
}

const worst = (terms: CostTerms): number => worstCase({ terms, max_duration_seconds: 60 });

/** Sets aside the most that a call can cost, or says which limit forbids it. `spent` is what its attempts cost so far. */
export function reserveFor(
  tx: Transaction,
  call: CallRecord,
  { spent = 0, ...plan }: { terms: CostTerms; at: number; enforced: boolean; spent?: Micros },
  { spend }: Pick<SpendingPorts, 'spend'>,
): Promise<SpendAnswer> {
  const { max_duration_seconds, max_cost } = call.order;
  return spend.reserve(tx, {
    call_id: call.id,
    key_id: call.key_id,
    network: call.network,
    amount: worstCase({ terms: plan.terms, max_duration_seconds, spent }),
    max_cost: max_cost === null ? null : Math.round(max_cost * MICROS_PER_UNIT),
    ...plan,
  });
}

/** Does so again for the next attempt, on its own day and on top of what was spent. */
export async function reserveAgain(
  tx: Transaction,
  call: CallRecord,
  attempts: readonly AttemptRecord[],
  plan: { at: number; now: number; enforced: boolean },
  ports: Pick<SpendingPorts, 'spend'>,
): Promise<SpendAnswer> {
  const terms = await ports.spend.terms(tx, call.id);
  if (!terms) return { ok: true };
  const { total } = actual(terms, usageOf(attempts, plan.now));
  const { at, enforced } = plan;
  return reserveFor(tx, call, { terms, at, enforced, spent: total }, ports);
}

/** Returns what a call that was accepted is likely to cost. */
export const likelyCost = (terms: CostTerms | undefined): CallRecord['cost'] =>
  terms ? estimate(terms).cost : null;

/** Bills a call that has ended by our own clock; the carrier's word corrects it later. */
export async function settleSpending(
  tx: Transaction,
  call: CallRecord,
  attempts: readonly AttemptRecord[],
  ports: { spend: Spend; jobs: Jobs; now: number },
): Promise<CallRecord['cost']> {
  const terms = await ports.spend.terms(tx, call.id);
  if (!terms) return call.cost;
  const { cost, total } = actual(terms, usageOf(attempts, ports.now));
  await ports.spend.settle(tx, call.id, total);
  const isBilled = attempts.some(({ carrier_call_id }) => carrier_call_id !== null);
  if (!isBilled) return { ...cost, estimated: false };
  await ports.jobs.enqueue(tx, {
    kind: 'note_cost',
    ref: call.id,
    run_at: ports.now + BILL_WAIT_MS,
  });
  return cost;
}

// Carriers set the price some time after the end of a call.
const BILL_WAIT_MS = 60_000;
