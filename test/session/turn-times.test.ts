import fc from 'fast-check';
import { createTurnTimes } from '../../engine/src/session/turn-times.ts';

it('measures from the end of what the person said to the reply, once a turn', () => {
  const times = createTurnTimes();
  expect([times.firstAudioMs, times.percentile(0.5), times.spokenTurns]).toEqual([null, null, 0]);
  times.agentSpoke(350.4);
  times.personSpoke(1_000);
  times.agentSpoke(1_600);
  times.agentSpoke(9_000);
  times.personSpoke(10_000);
  // They went on: the wait counts from the last word.
  times.personSpoke(11_000);
  times.agentSpoke(11_200);
  expect(times.firstAudioMs).toBe(350);
  expect(times.spokenTurns).toBe(3);
  expect([times.percentile(0.5), times.percentile(0.95)]).toEqual([200, 600]);
});

it('a percentile is a wait that happened, and so many of all waits stayed within it', () => {
  const waits = fc.array(fc.nat(5_000), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(waits, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
      const times = createTurnTimes();
      for (const wait of all) {
        times.personSpoke(0);
        times.agentSpoke(wait);
      }
      const found = times.percentile(share) ?? -1;
      expect(all).toContain(found);
      expect(all.filter((wait) => wait <= found).length / all.length).toBeGreaterThanOrEqual(
        share - 1e-9,
      );
    }),
    { numRuns: 200 },
  );
});
