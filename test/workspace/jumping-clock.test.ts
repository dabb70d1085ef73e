import { createJumpingClock } from '../jumping-clock.ts';

it('after a jump all that came due fires, in order, once; what is later keeps its time', async () => {
  const clock = createJumpingClock({ rate: 50 });
  const fired: string[] = [];
  const start = clock.now();
  clock.after(2 * 86_400_000, () => fired.push('in two days'));
  clock.after(3_600_000, () => fired.push('in an hour'));
  clock.after(60_000, () => fired.push('in a minute'));
  clock.after(120_000, () => fired.push('canceled')).cancel();
  clock.jump(86_400_000);
  expect(fired).toEqual(['in a minute', 'in an hour']);
  expect(clock.now() - start).toBeGreaterThanOrEqual(86_400_000);
  expect(clock.now() - start).toBeLessThan(86_460_000);
  clock.jump(86_400_000);
  expect(fired).toEqual(['in a minute', 'in an hour', 'in two days']);
});

it('a sleep ends by a jump, by its time, and by its signal', async () => {
  const clock = createJumpingClock({ rate: 50 });
  const asleep = clock.sleep(30 * 86_400_000);
  clock.jump(30 * 86_400_000);
  await asleep;
  await clock.sleep(50);
  const stop = new AbortController();
  const stopped = clock.sleep(86_400_000, stop.signal);
  stop.abort();
  await stopped;
});

it('what repeats goes on after a jump, and is not made up for', async () => {
  const clock = createJumpingClock({ rate: 50 });
  let beats = 0;
  const heart = clock.every(100, () => void beats++);
  clock.jump(1_000_000);
  expect(beats).toBe(1);
  await clock.sleep(350);
  heart.cancel();
  expect(beats).toBeGreaterThanOrEqual(2);
  expect(beats).toBeLessThan(20);
});
