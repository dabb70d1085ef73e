// Which phone is called, from which number of ours, and how a call is found again by what its builder knows.
import { RecadoProblem } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { createWorld, pause, type World } from '../world.ts';
import { expectPromises, newClient } from './promises.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const ONCE = { retry: { max_attempts: 1 }, simulate: 'busy' } as const;

let world: World;
beforeAll(async () => {
  world = await createWorld({ rate: 20 });
});
afterAll(async () => {
  await expectPromises(world);
  await world.close();
});

const place = async (body: object): Promise<Call> =>
  (await (await newClient(world)).placeCall({ body: { task: TASK, ...ONCE, ...body } })) as Call;
const tried = (body: object) =>
  place(body).catch((error: unknown) => {
    if (error instanceof RecadoProblem) return error.problem;
    throw error;
  });
const later = { schedule: { at: new Date(Date.now() + 90 * 86_400_000).toISOString() } };

describe('the number that a call comes from', () => {
  it('is one of those that are listed', async () => {
    const { numbers } = await world.client.listNumbers({});
    const { fromNumber } = world.simulator.carrier;
    expect(numbers).toMatchObject([{ phone_number: fromNumber, kind: 'owned', country: 'US' }]);
    const { id } = await place({ phone_number: numberFor('busy', '302'), from_number: fromNumber });
    const call = await world.ended(id);
    expect(call.attempts[0]?.from_number).toBe(fromNumber);
    expect(world.phone(numberFor('busy', '302'))[0]?.from).toBe(fromNumber);
  });

  it('may not be somebody else’s', async () => {
    const answer = await tried({ phone_number: numberFor('busy'), from_number: '+12025550199' });
    expect(answer).toMatchObject({
      ...{ status: 422, code: 'from_number_not_owned', errors: [{ pointer: '/from_number' }] },
    });
  });
});

describe('a number in free text', () => {
  const [person, other] = [numberFor('busy', '305'), numberFor('busy', '307')];
  it.each([
    ['the only one there is', `Please ring ${person} before noon.`],
    ['the one with a label', `Office ${other}. Phone: ${person}`],
    ['the one in a link', `Phone: ${other} <a href="tel:${person}">call</a>`],
    ['not a tax number', `NIF 218 555 0100, mobile ${person}`],
    ['not an order', `Order 2125550104, please call ${person}`],
    ['not a meeting id', `Meeting ID: 812 5550 1044. Reach Ana at ${person}`],
    ['the same one twice', `${person} or (305) 555-0104`],
  ])('is %s', async (_what, find_phone_in) => {
    const call = await place({ find_phone_in, country: 'US', ...later });
    expect(call.phone_number).toBe(person);
    await world.client.cancelCall({ params: { id: call.id } });
  });

  it('of which there are several is nobody’s: the record is told as data, and nobody is called', async () => {
    const find_phone_in = `Ana ${person}, Rui ${other}`;
    expect(await tried({ find_phone_in })).toMatchObject({
      ...{ status: 422, code: 'invalid_phone_number', errors: [{ pointer: '/find_phone_in' }] },
    });
    const asData = await place({ find_phone_in, on_refusal: 'result' });
    expect(asData).toMatchObject({ status: 'ended', outcome: 'invalid_number', attempts: [] });
    expect(asData.refusal?.detail).toContain('more than one');
  });

  it('is looked for only where no number is given', async () => {
    const call = await place({ phone_number: person, find_phone_in: `Call ${other}`, ...later });
    expect(call.phone_number).toBe(person);
    await world.client.cancelCall({ params: { id: call.id } });
  });
});

it('a number without country code is read in the country that is given', async () => {
  const body = { phone_number: '912 345 678', task: TASK };
  const read = await world.client.checkCall({ body: { ...body, country: 'pt' } });
  expect(read).toMatchObject({ allowed: true, phone_number: '+351912345678' });
  expect(await tried(body)).toMatchObject({ code: 'invalid_phone_number' });
});

describe('a call is found again', () => {
  it('by its reference, to be canceled: those that wait or ring stop, those that are over stay', async () => {
    const over = await world.ended(
      (await place({ phone_number: numberFor('busy', '401'), reference: 'order-77' })).id,
    );
    const waits = await place({
      ...{ phone_number: numberFor('busy', '402'), reference: 'order-77', ...later },
    });
    const rings = await place({
      ...{ phone_number: numberFor('no_answer', '404'), reference: 'order-77' },
      simulate: 'no_answer',
    });
    const other = await place({
      ...{ phone_number: numberFor('busy', '405'), reference: 'order-78', ...later },
    });
    await world.until(rings.id, ({ status }) => status === 'ringing');
    const body = { reference: 'order-77' };
    const { calls } = await world.client.cancelByReference({ body });
    expect((calls as Call[]).map(({ id }) => id).sort()).toEqual([waits.id, rings.id].sort());
    for (const { id } of [waits, rings])
      expect(await world.ended(id)).toMatchObject({ outcome: 'call_canceled' });
    expect((await world.ended(over.id)).outcome).toBe('busy');
    expect((await world.client.cancelByReference({ body })).calls).toEqual([]);
    await pause(50);
    const left = (await world.client.getCall({ params: { id: other.id } })) as Call;
    expect(left.status).toBe('scheduled');
    expect(world.phone(numberFor('no_answer', '404')).map(({ status }) => status)).toEqual([
      'canceled',
    ]);
  });

  it('by a value of its metadata, and only by the very same', async () => {
    const ids: string[] = [];
    for (const [area, metadata] of [
      ['406', { event_id: 'e-1', paid: true }],
      ['407', { event_id: 'e-2', count: 3 }],
      ['408', { other_id: 'e-1' }],
    ] as const)
      ids.push((await place({ phone_number: numberFor('busy', area), metadata, ...later })).id);
    const found = async (metadata_key: string, metadata_value: string): Promise<string[]> => {
      const list = await world.client.listCalls({ query: { metadata_key, metadata_value } });
      return (list.calls as Call[]).map(({ id }) => id);
    };
    expect(await found('event_id', 'e-1')).toEqual([ids[0]]);
    expect(await found('event_id', 'e-')).toEqual([]);
    expect(await found('count', '3')).toEqual([ids[1]]);
    expect(await found('paid', 'true')).toEqual([ids[0]]);
  });
});
