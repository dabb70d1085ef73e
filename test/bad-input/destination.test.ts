// Group B of the bad inputs, told against the whole engine. Only the United States may be called here.
import { numberFor } from '../../engine/src/simulator/index.ts';
import { type BadInputWorld, createBadInputWorld, TASK } from './bad-input-world.ts';

let world: BadInputWorld;
let open: BadInputWorld;
beforeAll(async () => {
  world = await createBadInputWorld({ ALLOWED_COUNTRIES: 'US' });
  open = await createBadInputWorld();
});
afterAll(async () => {
  await world.close();
  await open.close();
});

/** Says what a number gets as an error, and that check, place and data agree about it. */
async function expectRefused(phone_number: string, status: number, code: string, where = world) {
  const placed = await where.place({ phone_number, task: TASK });
  expect([phone_number, placed.status, placed.json.code]).toEqual([phone_number, status, code]);
  const checked = await where.check({ phone_number, task: TASK });
  expect(checked.json).toMatchObject({ allowed: false, refusal: { rule: code } });
  expect(where.dials()).toBe(0);
  expect(await where.stored()).toBe(0);
  expect(placed.text).not.toContain(phone_number);
  return placed.json;
}

const PREMIUM = ['+19005551234', '+449098790000', '+33892123456', '+351760123456'];
const SHARED = ['+34902123456', '+491801234567', '+80812345678'];
const PERSONAL = ['+447012345678', '+447640123456'];

describe.each([
  ['where only one country is allowed', () => world],
  ['where every country is allowed', () => open],
] as const)('a class that is never called, %s', (_where, of) => {
  it.each(PREMIUM)('B1 %s is premium: 403, and the class is named', async (number) => {
    const { detail } = await expectRefused(number, 403, 'number_class_blocked', of());
    expect(detail).toContain('premium_rate');
  });
  it.each(SHARED)('B2 %s is shared cost: 403, and the class is named', async (number) => {
    const { detail } = await expectRefused(number, 403, 'number_class_blocked', of());
    expect(detail).toContain('shared_cost');
  });
  it.each(PERSONAL)('B3 %s is a personal number or a pager: 403', async (number) => {
    await expectRefused(number, 403, 'number_class_blocked', of());
  });
  it.each(['+881612345678', '+870773123456', '+979123456789', '+883510000000'])(
    'B4 %s belongs to no country: 403',
    async (number) => {
      await expectRefused(number, 403, 'country_not_allowed', of());
    },
  );
});

it.each([
  ['+18765551234', 'JM'],
  ['+18095551234', 'DO'],
  ['+12644972518', 'AI'],
])(
  'B5 %s looks like the United States and is %s: 403, and the region is named',
  async (number, region) => {
    const { detail } = await expectRefused(number, 403, 'country_not_allowed');
    expect(detail).toContain(region);
    expect(detail).toContain('ALLOWED_COUNTRIES');
  },
);

it.each(['911', '112', '999', '190', '9112', '9-1-1', ' 112 ', '116117'])(
  'B6 %j is a short number: 403, also with a country to read it in',
  async (number) => {
    await expectRefused(number, 403, 'emergency_number_blocked');
    const inCountry = await world.check({ phone_number: number, country: 'US', task: TASK });
    expect(inCountry.json.refusal.rule).toBe('emergency_number_blocked');
  },
);
it.each(['+1911', '+112', '+116117'])('B6 %s is no number of any country: 422', async (number) => {
  await expectRefused(number, 422, 'invalid_phone_number');
});

it.each([
  'whatsapp:+12025550100',
  'tel:+12025550100',
  'sip:a@b',
  'client:bob',
  '\u202a+12025550100\u202c',
])('B7 %j is an address of another kind: 422', async (text) => {
  await expectRefused(text, 422, 'invalid_phone_number');
});

it.each(['+12025550100;ext=5', '+12025550100,,5', '+12025550100x1', '+12025550100 ext. 5'])(
  'B8 %j has an extension: 422',
  async (text) => {
    await expectRefused(text, 422, 'invalid_phone_number');
  },
);

it.each(['+1202555O100', '+１２０２５５５０１００', '＋12025550100', '+1-800-FLOWERS'])(
  'B9 %j has something that is not a digit: 422',
  async (text) => {
    await expectRefused(text, 422, 'invalid_phone_number');
  },
);

it('B10 two numbers in one text, a list or a number instead of a text: 422', async () => {
  await expectRefused('+1 202 555 0100\n+19005551234', 422, 'invalid_phone_number');
  for (const phone_number of [['+12025550100', '+12025550101'], 12025550100, null, { a: 1 }]) {
    const reply = await world.place({ phone_number, task: TASK });
    expect([reply.status, reply.json.code]).toEqual([422, 'invalid_request']);
    expect(reply.json.errors[0]?.pointer).toBe('/phone_number');
  }
});

it('B11 an area code that nobody has: 422', async () => {
  await expectRefused('+14715550123', 422, 'invalid_phone_number');
});

it('B12 a new area code is known: the number data is fresh', async () => {
  const reply = await world.check({ phone_number: '+19835550123', task: TASK });
  expect(reply.json).toMatchObject({ allowed: true, phone_number: '+19835550123', country: 'US' });
});

it('B13 a number without country code: 422 alone, read and echoed in full with a country', async () => {
  await expectRefused('2025550100', 422, 'invalid_phone_number');
  const reply = await world.check({ phone_number: '(202) 555-0100', country: 'us', task: TASK });
  expect(reply.json).toMatchObject({ allowed: true, phone_number: '+12025550100', country: 'US' });
});

it('B15 a number that Recado calls from is never called, named as the caller or not', async () => {
  const own = world.simulator.carrier.fromNumber;
  await expectRefused(own, 403, 'loop_blocked');
  const named = await world.place({ phone_number: own, from_number: own, task: TASK });
  expect([named.status, named.json.code]).toEqual([403, 'loop_blocked']);
  const foreign = await world.place({
    phone_number: numberFor('confirms'),
    from_number: '+12025550199',
    task: TASK,
  });
  expect([foreign.status, foreign.json.code]).toEqual([422, 'from_number_not_owned']);
});

it('B16 a test key may give any valid number: it is checked as real and would be simulated', async () => {
  const reply = await open.check({ phone_number: '+351912345678', task: TASK });
  expect(reply.json).toMatchObject({ allowed: true, country: 'PT' });
});

it.each([
  [21_215, 'call_failed', 'carrier_rejected'],
  [21_216, 'call_failed', 'carrier_rejected'],
  [21_211, 'invalid_number', 'invalid_number'],
  [13_227, 'call_failed', 'carrier_rejected'],
] as const)(
  'B17 the carrier refuses with %i: the call ends once as %s, and is not to be tried again',
  async (code, outcome, end_reason) => {
    open.simulator.faults.carrier.failCreate = { status: 400, code, times: 1 };
    const placed = await open.place({
      phone_number: numberFor('confirms', '203'),
      task: TASK,
      webhook_url: open.receiver.url,
    });
    const call = await open.ended(placed.json.id);
    expect(call).toMatchObject({ outcome, end_reason, retryable: false, reached: false });
    expect(call.attempts).toHaveLength(1);
    expect(call.attempts[0]?.carrier?.code).toBe(String(code));
    const ends = () =>
      open.receiver.received.filter(({ event }) => event.data['id'] === call.id).length;
    await open.until(call.id, () => ends() === 1);
    expect(open.dials()).toBe(0);
  },
);
