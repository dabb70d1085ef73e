import { dialTimes } from '../../engine/src/batches/spread-calls.ts';

const NOW = 1_790_000_000_000;
const waiting = (...times: (number | null)[]) => times.map((scheduled_at) => ({ scheduled_at }));

describe('the times at which the calls of a batch are dialed', () => {
  it('are slots of one call each, in order, from now on', () => {
    expect(dialTimes(waiting(null, null, null), 3_600, NOW)).toEqual([
      NOW,
      NOW + 1_000,
      NOW + 2_000,
    ]);
    expect(dialTimes(waiting(null, null), 7, NOW)).toEqual([NOW, NOW + 514_285]);
    expect(dialTimes([], 1, NOW)).toEqual([]);
  });

  it('never more of them in an hour than the pace says', () => {
    for (const pace of [1, 7, 60, 1_000]) {
      const times = dialTimes(waiting(...Array.from({ length: 1_000 }, () => null)), pace, NOW);
      for (const [at, time] of times.entries()) {
        const later = times[at + pace];
        if (later !== undefined) expect(later - time).toBeGreaterThanOrEqual(3_600_000 - 1);
      }
    }
  });

  it('are never earlier than what a call asked for itself, and after a pause begin anew', () => {
    const tomorrow = NOW + 86_400_000;
    expect(dialTimes(waiting(tomorrow, null), 3_600, NOW)).toEqual([tomorrow, NOW + 1_000]);
    // Slots of before the pause: passed ones move, those to come stay.
    expect(dialTimes(waiting(NOW - 5_000, NOW + 9_000), 3_600, NOW)).toEqual([NOW, NOW + 9_000]);
  });
});
