// Whether a call is accepted: every number of the person is judged, and what the call may cost is set aside.
import type { ProblemFailure } from '../contract/problem.ts';
import type { Clock } from '../lib/clock.ts';
import type { Queryable, Transaction } from '../lib/database.ts';
import type { CallRecord } from './call-record.ts';
import type { CostTerms } from './cost/ports.ts';
import type { Destination } from './destination.ts';
import { judgeCall, type PolicyFacts, type Verdict } from './policy.ts';
import { enforcedRules, gatherFacts, loadHolidays, type PolicyPorts } from './policy-facts.ts';
import { likelyCost, reserveFor, type SpendingPorts, termsFor } from './spending.ts';

export interface AcceptancePorts extends PolicyPorts, SpendingPorts {
  clock: Clock;
}

/** What a request asks for, as far as the rules look at it. */
export interface Wanted {
  numbers: readonly Destination[];
  /** When the phone is to ring. */
  at: number;
  terms: CostTerms | undefined;
}

export type Acceptance =
  /** The numbers that may be called, the first of them at `dial_at`. */
  | {
      kind: 'go';
      dial_at: number;
      phone_numbers: [string, ...string[]];
      cost: CallRecord['cost'];
    }
  | { kind: 'refuse'; refusal: ProblemFailure };

/** Returns the prices of a call. Asks the carrier and loads what the rules read, so it comes before the transaction. */
export async function lookUpTerms(
  call: Pick<CallRecord, 'network' | 'order'>,
  numbers: readonly Destination[],
  ports: AcceptancePorts,
): Promise<CostTerms | undefined> {
  for (const destination of numbers) await loadHolidays(call.order, destination);
  const from_number = call.order.from_number ?? ports.settings.from_numbers[call.network][0];
  if (from_number === undefined || numbers.length === 0) return undefined;
  const phone_numbers = numbers.map(({ phone_number }) => phone_number);
  return termsFor(call.network, { from_number, phone_numbers }, ports);
}

/** Judges a call and sets its money aside. */
export async function acceptCall(
  tx: Transaction,
  call: CallRecord,
  wanted: Wanted,
  ports: AcceptancePorts,
): Promise<Acceptance> {
  const judged = await judgeNumbers(tx, call, wanted, ports);
  const { terms } = wanted;
  if (judged.kind === 'refuse' || !terms) return judged;
  const [first] = judged.phone_numbers;
  const enforced = enforcedRules(call.mode, first, ports.settings).spend;
  const spend = await reserveFor(tx, call, { terms, at: judged.dial_at, enforced }, ports);
  if (spend.ok) return judged;
  const destination = wanted.numbers.find(({ phone_number }) => phone_number === first);
  const verdict =
    destination && (await judge(tx, call, { destination, at: wanted.at, spend }, ports));
  return verdict?.kind === 'refuse' ? verdict : judged;
}

/** Judges every number of a person. One that may not be called is left out; the call is refused when none is left. */
export async function judgeNumbers(
  on: Queryable,
  call: CallRecord,
  { numbers, at, terms }: Wanted,
  ports: AcceptancePorts,
): Promise<Acceptance> {
  const allowed: string[] = [];
  let dialAt: number | undefined;
  let refused: ProblemFailure | undefined;
  const spend: PolicyFacts['spend'] = terms && { ok: true };
  for (const destination of numbers) {
    const verdict = await judge(on, call, { destination, at, spend }, ports);
    if (verdict.kind === 'refuse') {
      refused ??= verdict.refusal;
      continue;
    }
    allowed.push(destination.phone_number);
    dialAt ??= verdict.kind === 'wait' ? verdict.until : at;
  }
  const [first, ...others] = allowed;
  if (first === undefined || dialAt === undefined)
    return { kind: 'refuse', refusal: refused ?? { code: 'invalid_phone_number', refusal: true } };
  const { not_after } = call.order.window;
  if (not_after !== null && dialAt > not_after)
    return { kind: 'refuse', refusal: closedUntil(not_after, dialAt) };
  return {
    kind: 'go',
    dial_at: dialAt,
    phone_numbers: [first, ...others],
    cost: likelyCost(terms),
  };
}

async function judge(
  on: Queryable,
  { id: call_id, mode, network, order }: CallRecord,
  asked: { destination: Destination; at: number; spend: PolicyFacts['spend'] },
  ports: AcceptancePorts,
): Promise<Verdict> {
  return judgeCall(await gatherFacts(on, { call_id, mode, network, order, ...asked }, ports));
}

const closedUntil = (notAfter: number, opensAt: number): ProblemFailure => ({
  code: 'outside_calling_hours',
  refusal: true,
  detail: `The person may be called again only after ${new Date(notAfter).toISOString()}, when the call is no longer wanted.`,
  next_allowed_at: new Date(opensAt).toISOString(),
});
