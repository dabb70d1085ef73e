// The end of every schedule: nothing more goes wrong, and all that was begun is brought to its end.
import type { ModelWorld } from './model-world.ts';

const STEPS_MAX = 5_000;
const RING_MS = 45_000;

/** Resolves with true when nothing is left to do; with false when there always was something. */
export async function drain(world: ModelWorld): Promise<boolean> {
  await world.resumeAll();
  for (let step = 0; step < STEPS_MAX; step++) {
    if (await goOn(world)) continue;
    const at = await world.nextAt();
    if (at === undefined) return true;
    await world.advance(at - world.clock.now());
  }
  return false;
}

/** Does the next thing that is under way; false when only time helps. */
const goOn = async (world: ModelWorld): Promise<boolean> =>
  (await world.open(0)) ||
  (await world.deliver(0, false)) ||
  (await world.work(0)) ||
  (await world.work(1)) ||
  (await endPhone(world));

// Who was not picked up for long is not reached; who talks hangs up.
async function endPhone(world: ModelWorld): Promise<boolean> {
  const now = world.clock.now();
  const [first] = world.phones.open;
  if (!first) return false;
  if (first.state === 'answered' || now >= first.created_at + RING_MS)
    return world.hangUp(0, 'no_answer');
  if (first.state === 'queued' && world.picksUp()) return world.pickUp(0);
  await world.advance(RING_MS);
  return true;
}
