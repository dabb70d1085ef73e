import type { Call } from '../../engine/src/contract/call.ts';
import { CREATE_FAULTS, type CreateFault } from '../../engine/src/simulator/index.ts';
import { someone, toldEnds } from '../ended-once.ts';
import { createWorld, type World } from '../world.ts';

const ALSO: Partial<Record<CreateFault, readonly CreateFault[]>> = {
  // A list that lags is asked only by somebody who has lost the answer.
  late_list: ['drop_response'],
};
const PEOPLE = new Map(CREATE_FAULTS.map((fault) => [fault, someone('no_answer')]));

let world: World;
const calls = new Map<CreateFault, Promise<Call>>();

beforeAll(async () => {
  world = await createWorld({ rate: 15, env: { RING_SECONDS: '10' } });
  world.simulator.faults.carrier.creates = {
    numbers: Object.fromEntries(
      [...PEOPLE].map(([fault, number]) => [number, [fault, ...(ALSO[fault] ?? [])]]),
    ),
  };
  for (const [fault, phone_number] of PEOPLE) {
    const placed = (await world.client.placeCall({
      body: {
        phone_number,
        task: 'Confirm the appointment on 2026-12-01 at 14:00.',
        webhook_url: world.receiver.url,
        retry: { max_attempts: 1 },
      },
    })) as Call;
    const ended = world.ended(placed.id, 60);
    ended.catch(() => undefined);
    calls.set(fault, ended);
  }
}, 60_000);
afterAll(() => world.close());

describe.each([
  ['drop_response', { rings: 1, made: 1, outcome: 'no_answer' }],
  ['fail_after_create', { rings: 1, made: 1, outcome: 'no_answer' }],
  ['fail_before_create', { rings: 0, made: 0, outcome: 'unknown' }],
  ['slow_response', { rings: 1, made: 1, outcome: 'no_answer' }],
  ['callback_before_response', { rings: 1, made: 1, outcome: 'no_answer' }],
  ['late_callbacks', { rings: 1, made: 1, outcome: 'no_answer' }],
  ['late_list', { rings: 1, made: 1, outcome: 'no_answer' }],
  ['duplicate_callbacks', { rings: 1, made: 1, outcome: 'no_answer' }],
  ['too_many_requests', { rings: 1, made: 1, outcome: 'no_answer' }],
  // Who would be called hours later is taken out of the carrier's queue instead.
  ['long_queue', { rings: 0, made: 1, outcome: 'no_answer' }],
] as const)('D10: a carrier with %s', (fault, expected) => {
  it('rings at most once, and the call ends once and is told once', async () => {
    const call = await calls.get(fault);
    if (!call) throw new Error('not placed');
    expect(call.outcome).toBe(expected.outcome);
    const phones = world.phone(PEOPLE.get(fault) ?? '');
    expect(phones).toHaveLength(expected.made);
    const rang = phones.filter(({ events }) => events.some(({ event }) => event === 'ringing'));
    expect(rang).toHaveLength(expected.rings);
    expect(phones.every(({ endedAt }) => endedAt !== null)).toBe(true);

    await world.until(call.id, () => toldEnds(world, call.id).length > 0);
    expect(toldEnds(world, call.id)).toHaveLength(1);
    const stored: string[] = [];
    for await (const { event } of await world.client.streamCall({ params: { id: call.id } }))
      stored.push(event.type);
    expect(stored.filter((type) => type === 'call.ended')).toHaveLength(1);
    expect(call.attempts).toHaveLength(1);
  }, 60_000);
});
