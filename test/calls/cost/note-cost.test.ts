import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttemptRecord } from '../../../engine/src/calls/call-record.ts';
import { actual, usageOf } from '../../../engine/src/calls/cost/cost.ts';
import { noteCost } from '../../../engine/src/calls/cost/note-cost.ts';
import type { CarrierPrices, CostTerms } from '../../../engine/src/calls/cost/ports.ts';
import { createTwilioPrices } from '../../../engine/src/carriers/twilio/prices.ts';
import { createClock } from '../../../engine/src/lib/clock.ts';
import type { Database } from '../../../engine/src/lib/database.ts';
import { silentLog } from '../../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../../engine/src/simulator/index.ts';
import { callStore } from '../../../engine/src/store/calls.ts';
import { migrate } from '../../../engine/src/store/migrations.ts';
import { createSpend } from '../../../engine/src/store/spend.ts';
import { openSqlite } from '../../../engine/src/store/sqlite.ts';
import { until } from '../../carriers/twilio-server.ts';
import { sampleAttempt, sampleCall } from '../../conformance/sample-records.ts';

const MINUTE_MS = 60_000;
const ENDED_AT = 1_790_000_060_000;
const TERMS: CostTerms = {
  quote: {
    ...{ currency: 'USD', per_minute: 100_000, billing_increment_seconds: 60 },
    ...{ fees_per_minute: 4_000, fees_per_answer: 7_500 },
  },
  model_rate: {
    ...{ currency: 'USD', per_minute: 30_000, per_call: 2_000 },
    ...{ worst_per_minute: 120_000, worst_per_call: 10_000 },
  },
};

const clock = createClock({ rate: 50 });
const spend = createSpend({ call: null, key_day: null, day: null, month: null });
let folder: string;
let simulator: Simulator;
let simulated: CarrierPrices;
let database: Database;
let now: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recado-cost-'));
  simulator = await startSimulator({ clock, log: silentLog, cacheDir: folder });
  const { url: baseUrl, ...account } = simulator.carrier;
  simulated = createTwilioPrices({ ...account, baseUrl, clock, log: silentLog });
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  simulator.faults.carrier.billAfterMs = 0;
  now = ENDED_AT + MINUTE_MS;
  database = await openSqlite({ file: join(folder, `${clock.monotonic()}.db`), clock });
  await migrate(database, 1);
});
afterEach(() => database.close());

const run = (callId: string, carrierPrices: { simulated?: CarrierPrices } = { simulated }) =>
  noteCost(callId, {
    ...{ database, calls: callStore, carrierPrices, spend, log: silentLog },
    clock: { ...clock, now: () => now },
  });

/** A real phone call at the simulated carrier that is over. */
async function phoned(to: string, twiml: string): Promise<string> {
  const { url, accountSid, authToken, fromNumber } = simulator.carrier;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const body = new URLSearchParams({ To: to, From: fromNumber, Twiml: twiml });
  const address = `${url}/2010-04-01/Accounts/${accountSid}/Calls.json`;
  const reply = await fetch(address, { method: 'POST', headers: { authorization }, body });
  const { sid } = (await reply.json()) as { sid: string };
  await until(() => simulator.calls().find((call) => call.sid === sid)?.endedAt ?? undefined);
  return sid;
}

const TALKED = {
  answered_at: ENDED_AT - 30_000,
  media_started_at: ENDED_AT - 30_000,
  ended_at: ENDED_AT,
};

/** A call that has ended and been settled by our own clock, as the end of a call leaves it. */
async function endedCall(attempts: Partial<AttemptRecord>[]): Promise<string> {
  const call = sampleCall({ status: 'ended', ended_at: ENDED_AT });
  await database.transaction(async (tx) => {
    await callStore.insert(tx, call);
    for (const [at, change] of attempts.entries())
      await callStore.insertAttempt(
        tx,
        sampleAttempt(call.id, { number: at + 1, status: 'ended', ...change }),
      );
    const { id: call_id, key_id, network } = call;
    const request = { call_id, key_id, network, amount: 900_000, max_cost: null, at: ENDED_AT };
    await spend.reserve(tx, { ...request, terms: TERMS, enforced: true });
    const bill = actual(TERMS, usageOf(await callStore.attempts(tx, call.id), ENDED_AT));
    await spend.settle(tx, call.id, bill.total);
    await callStore.update(tx, call.id, ['ended'], { cost: bill.cost });
  });
  return call.id;
}
const costOf = async (callId: string) => (await callStore.find(database, callId))?.cost;
const spent = async () =>
  (await spend.totals(database, { network: 'simulated', at: ENDED_AT })).day;

it('the carrier’s bill takes the place of the estimate, in the call and in what is spent', async () => {
  const carrier_call_id = await phoned('+12025550100', '<Response><Pause length="61"/></Response>');
  const callId = await endedCall([{ ...TALKED, carrier_call_id }]);
  const model = 15_000 + 2_000;
  const fees = 4_000 + 7_500;
  expect(await costOf(callId)).toMatchObject({ carrier: 0.1115, estimated: true });
  expect(await spent()).toEqual({ reserved: 0, spent: 100_000 + fees + model });

  expect(await run(callId)).toBeUndefined();
  expect(await costOf(callId)).toEqual({
    ...{ currency: 'USD', carrier: 0.0395, model: 0.017, total: 0.0565, estimated: false },
  });
  expect(await spent()).toEqual({ reserved: 0, spent: 28_000 + fees + model });
  // Asked once more, as after a kill between bill and job.
  expect(await run(callId)).toBeUndefined();
  expect(await spent()).toEqual({ reserved: 0, spent: 28_000 + fees + model });
});

it('several attempts are one sum, with those that nobody answered and that were never placed', async () => {
  const callId = await endedCall([
    { carrier_call_id: null, end_reason: 'error_telephony', ended_at: ENDED_AT },
    { carrier_call_id: await phoned('+12025550104', '<Response/>'), ended_at: ENDED_AT },
    { ...TALKED, carrier_call_id: await phoned('+12025550100', '<Response/>') },
  ]);
  await run(callId);
  expect(await costOf(callId)).toMatchObject({ carrier: 0.0255, estimated: false });
});

it('a bill that is late is asked for again, ever more seldom, for a day; then the estimate stays', async () => {
  simulator.faults.carrier.billAfterMs = 1_000 * 24 * 60 * MINUTE_MS;
  const carrier_call_id = await phoned('+12025550100', '<Response/>');
  const callId = await endedCall([{ ...TALKED, carrier_call_id }]);
  const estimate = await costOf(callId);
  const asked: number[] = [];
  for (let again: { again_at: number } | undefined = { again_at: now }; again; ) {
    now = again.again_at;
    asked.push((now - ENDED_AT) / MINUTE_MS);
    again = await run(callId);
  }
  expect(asked).toEqual([1, 5, 15, 60, 180, 360, 720, 1_440]);
  expect(await costOf(callId)).toEqual(estimate);
  expect(estimate?.estimated).toBe(true);

  simulator.faults.carrier.billAfterMs = 0;
  now = ENDED_AT + MINUTE_MS;
  expect(await run(callId)).toBeUndefined();
  expect((await costOf(callId))?.estimated).toBe(false);
});

it('stays estimated where nobody can know: contact lost, another currency, no carrier, no terms', async () => {
  const lost = await endedCall([
    { carrier_call_id: null, end_reason: 'lost_contact', ended_at: ENDED_AT },
  ]);
  expect(await run(lost)).toBeUndefined();
  expect((await costOf(lost))?.estimated).toBe(true);

  const euros: CarrierPrices = {
    ...simulated,
    billed: async () => ({ amount: 1, currency: 'EUR' }),
  };
  const foreign = await endedCall([{ ...TALKED, carrier_call_id: 'CA1' }]);
  expect(await run(foreign, { simulated: euros })).toBeUndefined();
  expect((await costOf(foreign))?.estimated).toBe(true);

  expect(await run(foreign, {})).toEqual({ again_at: ENDED_AT + 5 * MINUTE_MS });
  const free = sampleCall({ status: 'ended', ended_at: ENDED_AT });
  await database.transaction(async (tx) => void (await callStore.insert(tx, free)));
  expect(await run(free.id)).toBeUndefined();
  expect(await run('call_nobody')).toBeUndefined();
});
