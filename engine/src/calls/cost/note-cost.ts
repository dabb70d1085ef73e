// Job: asks the carrier what a call that has ended did cost, and corrects cost and spending with it.
// A carrier that has no price after a day leaves the cost estimated.
import type { Network } from '../../contract/vocabulary.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Database } from '../../lib/database.ts';
import type { Log } from '../../lib/log.ts';
import type { Micros } from '../../lib/money.ts';
import type { AttemptRecord } from '../call-record.ts';
import type { CallStore } from '../ports.ts';
import { actual, usageOf } from './cost.ts';
import type { CarrierPrices, Spend } from './ports.ts';

export interface NoteCostPorts {
  database: Database;
  calls: Pick<CallStore, 'find' | 'attempts' | 'update'>;
  carrierPrices: Partial<Record<Network, CarrierPrices>>;
  spend: Spend;
  clock: Clock;
  log: Log;
}

const MINUTE_MS = 60_000;
// When the carrier is asked, counted from the end of the call. "May not be immediately available":
// https://www.twilio.com/docs/voice/api/call-resource
const ASKED_AFTER_MS = [1, 5, 15, 60, 180, 360, 720, 1_440].map((minutes) => minutes * MINUTE_MS);

/** Returns when to ask again, or undefined when there is nothing left to ask. */
export async function noteCost(
  callId: string,
  ports: NoteCostPorts,
): Promise<{ again_at: number } | undefined> {
  const call = await ports.calls.find(ports.database, callId);
  const terms = await ports.spend.terms(ports.database, callId);
  if (call?.status !== 'ended' || call.ended_at === null || !terms) return undefined;
  const attempts = await ports.calls.attempts(ports.database, callId);
  // It may have rung, and no record of the carrier can be asked about it.
  if (attempts.some(isLost)) return undefined;
  const bill = await askCarrier(attempts, terms.quote.currency, ports);
  if (bill === 'never') return undefined;
  if (bill === 'not_yet') return nextLook(call.ended_at, ports.clock.now());

  const { cost, total } = actual(terms, usageOf(attempts, call.ended_at), bill);
  await ports.database.transaction(async (tx) => {
    await ports.calls.update(tx, callId, ['ended'], { cost });
    await ports.spend.settle(tx, callId, total);
  });
  return undefined;
}

const isLost = ({ carrier_call_id, end_reason }: AttemptRecord): boolean =>
  carrier_call_id === null && end_reason === 'lost_contact';

/** Returns the sum over all attempts, once the carrier has a price for each. */
async function askCarrier(
  attempts: readonly AttemptRecord[],
  currency: string,
  { carrierPrices, log }: NoteCostPorts,
): Promise<Micros | 'not_yet' | 'never'> {
  const answers = await Promise.all(
    attempts.map(async ({ network, carrier_call_id }) =>
      carrier_call_id === null
        ? { amount: 0, currency }
        : ((await carrierPrices[network]?.billed(carrier_call_id)) ?? 'unknown'),
    ),
  );
  let sum = 0;
  for (const answer of answers) {
    if (answer === 'not_yet' || answer === 'unknown') return 'not_yet';
    if (answer.amount > 0 && answer.currency !== currency) {
      log.warn({ carrier_currency: answer.currency, currency }, 'a bill in another currency');
      return 'never';
    }
    sum += answer.amount;
  }
  return sum;
}

function nextLook(endedAt: number, now: number): { again_at: number } | undefined {
  const later = ASKED_AFTER_MS.find((after) => endedAt + after > now);
  return later === undefined ? undefined : { again_at: endedAt + later };
}
