import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CarrierPrices } from '../../engine/src/calls/cost/ports.ts';
import { PriceBook } from '../../engine/src/calls/cost/price-book.ts';
import { createTwilioPrices } from '../../engine/src/carriers/twilio/prices.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Database } from '../../engine/src/lib/database.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';
import { migrate } from '../../engine/src/store/migrations.ts';
import { createPriceLists } from '../../engine/src/store/prices.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { ACCOUNT, AUTH_TOKEN, CALL, until } from './twilio-server.ts';

const HOUR_MS = 3_600_000;
const clock = createClock({ rate: 50 });
let simulator: Simulator;
let prices: CarrierPrices;
let folder: string;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recado-prices-'));
  simulator = await startSimulator({ clock, log: silentLog, cacheDir: folder });
  const { url: baseUrl, ...account } = simulator.carrier;
  prices = createTwilioPrices({ ...account, baseUrl, clock, log: silentLog });
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  database = await openSqlite({ file: join(folder, `${clock.monotonic()}.db`), clock });
  await migrate(database, clock.now());
});
afterEach(async () => {
  for (const fault of Object.keys(simulator.faults.carrier))
    delete simulator.faults.carrier[fault as keyof typeof simulator.faults.carrier];
  await database.close();
});

/** A carrier that counts what it is asked. */
function counted() {
  const asked: string[] = [];
  const carrier: CarrierPrices = {
    ...prices,
    list(name) {
      asked.push(Object.values(name).join());
      return prices.list(name);
    },
  };
  return { asked, carrier };
}

/** A book whose clock stands `later` after the start. */
function bookAt(
  carrier: CarrierPrices,
  change: { later?: () => number; overrides?: Record<string, number>; currency?: string } = {},
): PriceBook {
  const start = clock.now();
  return new PriceBook({
    carriers: { simulated: carrier },
    lists: createPriceLists(database),
    overrides: change.overrides ?? {},
    currency: change.currency ?? 'USD',
    clock: { ...clock, now: () => start + (change.later?.() ?? 0) },
    log: silentLog,
  });
}

const from_number = '+15005550006';
const perMinute = async (book: PriceBook, phone_number: string, from = from_number) =>
  (await book.quote('simulated', { from_number: from, phone_number }))?.per_minute;

describe('the price of calling a number', () => {
  it('is that of its longest prefix, and of the longest prefix of the calling number', async () => {
    const { asked, carrier } = counted();
    const book = bookAt(carrier);
    expect(await book.quote('simulated', { from_number, phone_number: '+12025550100' })).toEqual({
      ...{ currency: 'USD', per_minute: 14_000, billing_increment_seconds: 60 },
      ...{ fees_per_minute: 4_000, fees_per_answer: 7_500 },
    });
    expect(await perMinute(book, '+19072223333')).toBe(90_000);
    expect(await perMinute(book, '+351211234567')).toBe(24_000);
    expect(await perMinute(book, '+351912345678')).toBe(350_000);
    expect(await perMinute(book, '+351912345678', '+351211234567')).toBe(40_500);
    expect(asked).toEqual(['US', 'PT']);
  });

  it('C13: is unknown when the carrier has none, asked once an hour, and known once it has one', async () => {
    const { asked, carrier } = counted();
    let later = 0;
    const book = bookAt(carrier, { later: () => later });
    simulator.faults.carrier.unpricedCountries = ['ES'];
    for (const phone_number of ['+34911234567', '+34911234568'])
      expect(await perMinute(book, phone_number)).toBeUndefined();
    // Neighbours share the answer, and nobody's whole number is kept.
    expect(asked).toEqual(['ES', '+34911234567']);
    expect(JSON.stringify(await database.query('SELECT * FROM price_lists'))).not.toContain('4567');
    delete simulator.faults.carrier.unpricedCountries;
    expect(await perMinute(book, '+34911234567')).toBeUndefined();
    later = HOUR_MS;
    expect(await perMinute(book, '+34911234567')).toBe(50_000);
  });

  it('is asked for once by many at once, and once a day by all processes', async () => {
    const { asked, carrier } = counted();
    let later = 0;
    const book = bookAt(carrier, { later: () => later });
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => perMinute(book, `+1202555${1_000 + at}`)),
    );
    later = 24 * HOUR_MS - 1_000;
    expect(await perMinute(book, '+12025550100')).toBe(14_000);
    expect(await perMinute(bookAt(carrier), '+12025550100')).toBe(14_000);
    expect(asked).toEqual(['US']);
    later = 24 * HOUR_MS + 1_000;
    await perMinute(book, '+12025550100');
    expect(asked).toEqual(['US', 'US']);
  });

  it('is taken a week long from what is kept while the carrier cannot be asked, then unknown', async () => {
    const { asked, carrier } = counted();
    let later = 0;
    const book = bookAt(carrier, { later: () => later });
    await perMinute(book, '+12025550100');
    simulator.faults.carrier.failPricing = { status: 503, times: 100 };
    later = 6 * 24 * HOUR_MS;
    expect(await perMinute(book, '+12025550100')).toBe(14_000);
    expect(await perMinute(book, '+12025550100')).toBe(14_000);
    // The second did not ask: a carrier that is down is left alone for half a minute.
    expect(asked).toEqual(['US', 'US']);
    later = 7 * 24 * HOUR_MS + 1_000;
    expect(await perMinute(book, '+12025550100')).toBeUndefined();
    delete simulator.faults.carrier.failPricing;
    later += 31_000;
    expect(await perMinute(book, '+12025550100')).toBe(14_000);
  });

  it('is the operator’s own where there is one, and the carrier is not asked', async () => {
    const { asked, carrier } = counted();
    const book = bookAt(carrier, { overrides: { PT: 30_000, '*': 50_000 }, currency: 'EUR' });
    expect(await book.quote('live', { from_number, phone_number: '+351911234567' })).toEqual({
      ...{ currency: 'EUR', per_minute: 30_000, billing_increment_seconds: 60 },
      ...{ fees_per_minute: 0, fees_per_answer: 0 },
    });
    expect(await perMinute(book, '+34911234567')).toBe(50_000);
    expect(asked).toEqual([]);
  });

  it('in another currency than that of the limits is no price', async () => {
    const book = bookAt(prices, { currency: 'EUR' });
    expect(await perMinute(book, '+12025550100')).toBeUndefined();
  });

  it('is unknown where no carrier is', async () => {
    const quote = bookAt(prices).quote('live', { from_number, phone_number: '+12025550100' });
    expect(await quote).toBeUndefined();
  });
});

describe('what a call cost', () => {
  async function place(To: string, Twiml: string): Promise<string> {
    const { url, accountSid, authToken } = simulator.carrier;
    const reply = await fetch(`${url}/2010-04-01/Accounts/${accountSid}/Calls.json`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
      },
      body: new URLSearchParams({ To, From: from_number, Twiml }),
    });
    return ((await reply.json()) as { sid: string }).sid;
  }
  const ended = (sid: string) =>
    until(() => simulator.calls().find((call) => call.sid === sid)?.endedAt ?? undefined);

  it('is billed by the started minute, some time after its end', async () => {
    simulator.faults.carrier.billAfterMs = HOUR_MS;
    const sid = await place('+12025550100', '<Response><Pause length="61"/></Response>');
    expect(await prices.billed(sid)).toBe('not_yet');
    await ended(sid);
    expect(await prices.billed(sid)).toBe('not_yet');
    simulator.faults.carrier.billAfterMs = 0;
    expect(await prices.billed(sid)).toEqual({ amount: 28_000, currency: 'USD' });
  });

  it('is nothing when nobody answered', async () => {
    const sid = await place('+12025550104', '<Response/>');
    await ended(sid);
    expect(await prices.billed(sid)).toEqual({ amount: 0, currency: 'USD' });
  });

  it('is unknown for a call that the carrier does not know', async () => {
    expect(await prices.billed(CALL)).toBe('unknown');
  });
});

describe('answers that are not as documented', () => {
  async function told(status: number, body: unknown): Promise<CarrierPrices> {
    const server = createServer((_request, reply) => {
      reply.writeHead(status, { 'content-type': 'application/json' });
      reply.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${port}`;
    const account = { accountSid: ACCOUNT, authToken: AUTH_TOKEN, baseUrl };
    return createTwilioPrices({ ...account, clock: createClock(), log: silentLog, timeoutMs: 500 });
  }
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const row = { origination_prefixes: ['ALL'], destination_prefixes: ['351'] };
  it.each([
    ['a price that is no number', { ...row, current_price: 'free' }],
    ['a price below nothing', { ...row, current_price: '-0.1' }],
    ['no price', row],
    ['no prefixes', { current_price: '0.1' }],
  ])('%s is no list of prices', async (_name, one) => {
    const carrier = await told(200, { price_unit: 'USD', outbound_prefix_prices: [one] });
    expect(await carrier.list({ country: 'PT' })).toBe('unavailable');
  });

  it('prices may be numbers, are rounded up, and their currency is written large', async () => {
    const one = { ...row, current_price: 0.0123456 };
    const carrier = await told(200, { price_unit: 'eur', outbound_prefix_prices: [one] });
    expect(await carrier.list({ country: 'PT' })).toMatchObject({
      currency: 'EUR',
      prices: [{ per_minute: 12_346 }],
    });
  });

  it.each([
    [404, 'none'],
    [400, 'none'],
    [401, 'unavailable'],
    [500, 'unavailable'],
  ])('HTTP %i means %s', async (status, answer) => {
    const carrier = await told(status, { code: 20_404, status });
    expect(await carrier.list({ country: 'PT' })).toBe(answer);
  });

  it.each([
    [{ status: 'completed', price: null, price_unit: 'USD' }, 'not_yet'],
    [{ status: 'in-progress', price: null, price_unit: 'USD' }, 'not_yet'],
    [{ status: 'completed', price: 'soon', price_unit: 'USD' }, 'not_yet'],
    [
      { status: 'completed', price: '-0.02700', price_unit: 'eur' },
      { amount: 27_000, currency: 'EUR' },
    ],
    [
      { status: 'no-answer', price: null, price_unit: 'USD' },
      { amount: 0, currency: 'USD' },
    ],
    [{ status: 'new-word', price: '-1', price_unit: 'USD' }, 'not_yet'],
  ])('a bill of %j', async (body, answer) => {
    expect(await (await told(200, { sid: CALL, ...body })).billed(CALL)).toEqual(answer);
  });
});
