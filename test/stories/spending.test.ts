import { axiosTransport } from '../../engine/src/client/axios.ts';
import { type Client, createClient, RecadoProblem } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { makeKey } from '../../engine/src/http/api-key.ts';
import { createWorld, type World } from '../world.ts';

// Fifty people in cities of the US, whose phones are busy.
const AREAS =
  '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 ' +
  '248 251 252 253 254 256 260 262 267 269 270 272 276 281 301 302 303 304 305 307 308 309 310 312 313';
const PEOPLE = AREAS.split(' ').map((area) => `+1${area}5550104`);
// Nobody's phone rings before, so that no money comes back while it is counted.
const LATER = { schedule: { not_before: '2026-11-24T20:00:00Z' } };
const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';

const HOUR_MS = 3_600_000;

let world: World | undefined;
const open = async (env: Record<string, string>): Promise<World> => {
  world = await createWorld({
    at: '2026-11-24T19:00:00Z', // Hours are open from coast to coast.
    env: { REQUIRE_CONSENT_COUNTRIES: '', CALLS_PER_SECOND: '100', ...env },
  });
  return world;
};
afterEach(() => world?.close());

const place = (client: Client, phone_number: string, more: object = {}): Promise<Call> =>
  client.placeCall({
    body: {
      ...{ task: TASK, phone_number, max_duration_seconds: 60 },
      ...{ retry: { max_attempts: 1 }, ...more },
    },
  }) as Promise<Call>;

/** Returns the call, or the code and status of the problem. */
const tried = (placing: Promise<Call>) =>
  placing.catch((error: unknown) => {
    if (error instanceof RecadoProblem) return error;
    throw error;
  });

it('C12: of 50 calls at once against a limit that fits 10, 10 are accepted; what they did not need is free again', async () => {
  // A call of a minute is two started minutes at the carrier and 60 s of models at most: 0.187 USD.
  const { engine, url, ended, jump } = await open({
    TEST_MODE_RULES: 'full',
    SPEND_LIMIT_DAY: '2',
  });
  // One key may place ten calls a second.
  const clients = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const { key, ...stored } = makeKey('test');
      await engine.keys.add({ ...stored, name: 'workflow' });
      return createClient(axiosTransport({ url, apiKey: key }));
    }),
  );
  const answers = await Promise.all(
    PEOPLE.map((phone_number, at) => tried(place(clients[at % 5] as Client, phone_number, LATER))),
  );
  const problems = answers.filter((answer) => answer instanceof RecadoProblem);
  const calls = answers.filter((answer) => !(answer instanceof RecadoProblem));
  expect(calls).toHaveLength(10);
  for (const { problem } of problems)
    expect(problem).toMatchObject({
      ...{ status: 429, code: 'spend_limit_reached', next_allowed_at: '2026-11-25T00:00:00.000Z' },
    });
  jump(HOUR_MS);
  for (const { id } of calls)
    expect(await ended(id)).toMatchObject({ outcome: 'busy', cost: { total: 0 } });
  expect((await place(clients[5] as Client, '+13155550104')).status).not.toBe('ended');
});

it('C13: a number without a known price is not called, until the operator names one', async () => {
  const first = await open({ TEST_MODE_RULES: 'full' });
  first.simulator.faults.carrier.unpricedCountries = ['US'];
  const refused = await tried(place(first.client, PEOPLE[0] ?? ''));
  expect(refused).toMatchObject({ problem: { status: 403, code: 'price_unknown' } });
  const asData = await place(first.client, PEOPLE[0] ?? '', { on_refusal: 'result' });
  expect(asData).toMatchObject({ outcome: 'call_blocked', refusal: { rule: 'price_unknown' } });
  expect(first.simulator.calls()).toEqual([]);
  await first.close();

  const second = await open({ TEST_MODE_RULES: 'full', CALL_PRICES: '*=0.05' });
  second.simulator.faults.carrier.unpricedCountries = ['US'];
  const call = await place(second.client, PEOPLE[0] ?? '');
  expect((await second.ended(call.id)).outcome).toBe('busy');
});

it('B17: what was set aside for a call that the carrier refuses is free again', async () => {
  const { client, ended, simulator } = await open({
    ...{ TEST_MODE_RULES: 'full', SPEND_LIMIT_DAY: '0.19' },
  });
  simulator.faults.carrier.failCreate = { status: 400, code: 21_215, times: 1 };
  const [first = '', second = '', third = ''] = PEOPLE;
  const { id } = await place(client, first);
  expect(await ended(id)).toMatchObject({
    ...{ end_reason: 'carrier_rejected', retryable: false, cost: { total: 0, estimated: false } },
  });
  await place(client, second, LATER);
  expect(await tried(place(client, third))).toMatchObject({
    problem: { code: 'spend_limit_reached' },
  });
});

it('a call that may cost more than its own limit is refused, and waiting does not help', async () => {
  const { client } = await open({ TEST_MODE_RULES: 'full' });
  const at = (max_cost: number) => tried(place(client, PEOPLE[0] ?? '', { max_cost }));
  expect(await at(0.18)).toMatchObject({
    problem: { status: 429, code: 'spend_limit_reached', next_allowed_at: null },
  });
  expect(await at(0.19)).not.toBeInstanceOf(RecadoProblem);
});

it('a call that was talked has an estimated cost at its end, and soon what the carrier billed', async () => {
  const { client, ended, until, jump } = await open({});
  const { id } = await place(client, '+12025550100');
  const call = await ended(id);
  expect(call.cost).toMatchObject({ currency: 'USD', estimated: true });
  // A started minute with its stream, and one detection.
  expect(call.cost?.carrier).toBe(0.0255);
  expect(call.cost?.model).toBeGreaterThan(0.002);
  jump(60_000);
  const billed = await until(id, ({ cost }) => cost?.estimated === false);
  expect(billed.cost).toEqual({ ...call.cost, estimated: false });
});
