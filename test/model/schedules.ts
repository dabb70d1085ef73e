// Schedules: what is done to a few calls, one thing after the other, in any order.
import fc from 'fast-check';
import type { PlaceCall } from '../../engine/src/contract/place-call.ts';
import { type ModelWorld, type Script, STARTS_AT } from './model-world.ts';

const RUSH_STEPS = 25;
const MINUTE_MS = 60_000;
// Two people; the last digits of their numbers switch no rule on.
export const PEOPLE = ['+12025550111', '+12025550112'] as const;

export interface Placing {
  person: number;
  starts_in_minutes: number;
  hours: boolean;
  ends: boolean;
  callback: boolean;
}

export type Act =
  | { do: 'go_on'; choices: number[] }
  | { do: 'rush'; at: number }
  | { do: 'work' | 'cancel' | 'suppress' | 'kill' | 'stop' | 'resume'; at: number }
  | { do: 'ring' | 'pick_up' | 'detect' | 'lose' | 'store_away'; at: number }
  | { do: 'deliver'; at: number; again: boolean }
  | { do: 'hang_up'; at: number; reason: 'busy' | 'no_answer' | 'declined' }
  | { do: 'wait'; ms: number };

export interface Schedule extends Script {
  calls: Placing[];
  acts: Act[];
}

const ODD = ['cancel', 'kill', 'stop', 'resume', 'detect', 'lose', 'store_away'] as const;
const at = fc.nat({ max: 7 });
const one = (name: Extract<Act, { at: number }>['do']) =>
  fc.record({ do: fc.constant(name), at }) as fc.Arbitrary<Act>;

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('go_on' as const),
      choices: fc.array(at, { minLength: 1, maxLength: 9 }),
    }),
  },
  { weight: 4, arbitrary: one('rush') },
  { weight: 7, arbitrary: one('work') },
  { weight: 4, arbitrary: one('pick_up') },
  { weight: 2, arbitrary: one('ring') },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), at, again: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('hang_up' as const), at },
      reason: fc.constantFrom('busy' as const, 'no_answer', 'declined'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(50, 1_000, 6_000, 16_000, 30_000, 70_000, 200_000, 3_600_000, 28_800_000),
    }),
  },
  ...ODD.map((name) => ({ weight: 1, arbitrary: one(name) })),
);

const often = fc.constantFrom(true, true, true, true, true, true, false);

const SIZE = { minLength: 8, maxLength: 28 };

const placing: fc.Arbitrary<Placing> = fc.record({
  person: fc.nat({ max: 1 }),
  starts_in_minutes: fc.constantFrom(0, 0, 0, 1, 500),
  hours: fc.boolean(),
  ends: fc.boolean(),
  callback: fc.boolean(),
});

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  calls: fc.array(placing, { minLength: 1, maxLength: 3 }),
  acts: fc.oneof(
    { weight: 4, arbitrary: fc.array(act, SIZE) },
    {
      weight: 1,
      arbitrary: fc.array(fc.oneof({ weight: 30, arbitrary: act }, one('suppress')), SIZE),
    },
  ),
  creates: fc.array(
    fc.constantFrom(
      'placed',
      'placed',
      'placed',
      'placed',
      'placed',
      'placed',
      'rejected',
      'not_sent',
      'unclear_and_rings',
      'unclear_and_silent',
    ),
    { minLength: 1, maxLength: 5 },
  ),
  opens: fc.array(often, { minLength: 1, maxLength: 5 }),
  picks_up: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
  reads: fc.array(fc.constantFrom('callback', 'opted_out', 'nothing', 'unavailable', 'invalid'), {
    minLength: 1,
    maxLength: 3,
  }),
});

export const requestOf = (asked: Placing): PlaceCall => ({
  phone_number: PEOPLE[asked.person] ?? PEOPLE[0],
  task: 'Confirm the appointment.',
  on_refusal: 'result',
  schedule: {
    timezone: 'Africa/Abidjan',
    at: new Date(STARTS_AT + asked.starts_in_minutes * MINUTE_MS).toISOString(),
    ...(asked.hours ? { calling_hours: { from: '09:00', to: '17:00' } } : {}),
    ...(asked.ends
      ? {
          not_after: new Date(STARTS_AT + (asked.starts_in_minutes + 90) * MINUTE_MS).toISOString(),
        }
      : {}),
  },
  retry: {
    max_attempts: 2,
    delays_minutes: [30],
    on: ['no_answer', 'busy', ...(asked.callback ? ['callback_requested' as const] : [])],
  },
});

/** Does one thing of a schedule; one that makes no sense now does nothing. */
export async function perform(world: ModelWorld, what: Act): Promise<void> {
  switch (what.do) {
    case 'go_on':
      for (const choice of what.choices) if (!(await world.open(choice))) break;
      return;
    case 'rush':
      for (let steps = 0; steps < RUSH_STEPS; steps++) if (!(await world.open(what.at))) break;
      return;
    case 'wait':
      return world.advance(what.ms);
    case 'deliver':
      return void (await world.deliver(what.at, what.again));
    case 'hang_up':
      return void (await world.hangUp(what.at, what.reason));
    case 'suppress':
      return world.suppress(PEOPLE[what.at % PEOPLE.length] ?? PEOPLE[0]);
    default:
      return void (await SIMPLE[what.do](world, what.at));
  }
}

const SIMPLE: Record<
  Exclude<Act['do'], 'go_on' | 'rush' | 'wait' | 'deliver' | 'hang_up' | 'suppress'>,
  (world: ModelWorld, at: number) => unknown
> = {
  work: (world, choice) => world.work(choice),
  cancel: (world, choice) => world.cancel(choice),
  kill: (world, choice) => world.kill(choice),
  stop: (world, choice) => world.stop(choice),
  resume: (world, choice) => world.resume(choice),
  ring: (world, choice) => world.ring(choice),
  pick_up: (world, choice) => world.pickUp(choice),
  detect: (world, choice) => world.detect(choice),
  lose: (world, choice) => world.lose(choice),
  store_away: (world, choice) => world.storeAway(choice),
};
