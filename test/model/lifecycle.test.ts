// A model of a call's life: thousands of schedules of what engines, carriers and people do, in any order, against the
// real verbs on real tables. MODEL_SCHEDULES says how many; MODEL_SEED and MODEL_PATH repeat what a failure printed.
import fc from 'fast-check';
import { drain } from './drain.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { ModelWorld } from './model-world.ts';
import { brokenPromises } from './promises.ts';
import { perform, requestOf, type Schedule, schedule } from './schedules.ts';

const SCHEDULES = Number(process.env['MODEL_SCHEDULES'] ?? 2_000);

let store: MemoryStore;
beforeAll(async () => {
  store = await createMemoryStore();
});
afterAll(() => store.close());

/** Plays a schedule to its end and returns which promises it broke, with the story. */
async function play(chosen: Schedule): Promise<{ broken: string[]; story: string[] }> {
  store.empty();
  const world = new ModelWorld(store, chosen);
  await world.advance(0);
  for (const asked of chosen.calls) await world.place(requestOf(asked));
  for (const act of chosen.acts) await perform(world, act);
  const isDrained = await drain(world);
  const broken = isDrained ? [] : ['there is always something left to do'];
  return { broken: [...broken, ...(await brokenPromises(world, store))], story: world.story };
}

describe('whatever happens in whatever order', () => {
  it(
    'a call rings once an attempt, one person talks once at a time, and every call ends once',
    async () => {
      const { env } = process;
      await fc.assert(
        fc.asyncProperty(schedule, async (chosen) => {
          const { broken, story } = await play(chosen);
          if (broken.length > 0) throw new Error(`${broken.join('\n')}\n${story.join('\n')}`);
        }),
        {
          numRuns: SCHEDULES,
          ...(env['MODEL_SEED'] ? { seed: Number(env['MODEL_SEED']) } : {}),
          ...(env['MODEL_PATH'] ? { path: env['MODEL_PATH'] } : {}),
        },
      );
    },
    SCHEDULES * 60 + 30_000,
  );
});
