import fc from 'fast-check';
import { afterTry, TRIES_MAX } from '../../engine/src/events/retry-table.ts';
import { EGRESS_FAILURES, type EgressReply } from '../../engine/src/lib/egress.ts';

const status = (code: number): EgressReply => ({ ok: true, status: code });
const HOUR_MS = 3_600_000;
const MIDDLE = 0.5;

/** Every pause of a delivery that is never taken, given the random number of each try. */
function pausesOf(randoms: readonly number[]): number[] {
  let now = 1_000_000;
  return randoms.slice(0, TRIES_MAX - 1).map((random, index) => {
    const settled = afterTry({ tries: index + 1 }, status(500), now, random);
    if (settled.state !== 'pending') throw new Error(`try ${index + 1} was ${settled.state}`);
    const pause = settled.next_try_at - now;
    now = settled.next_try_at;
    return pause;
  });
}

describe('the retry table', () => {
  it('F1: tries ten times over 75.6 hours, then the delivery is dead', () => {
    expect(TRIES_MAX).toBe(10);
    const pauses = pausesOf(Array.from({ length: 9 }, () => MIDDLE));
    expect(pauses.map((ms) => ms / 1000)).toEqual([
      5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]);
    expect(pauses.reduce((sum, ms) => sum + ms, 0) / HOUR_MS).toBeCloseTo(75.6, 1);
    expect(afterTry({ tries: 10 }, status(500), 0, MIDDLE)).toEqual({ state: 'dead' });
    expect(afterTry({ tries: 11 }, status(500), 0, MIDDLE)).toEqual({ state: 'dead' });
  });

  it('spreads each pause by at most 20 %, never shortens the order of them, and stays within 20 % in sum', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(random, { minLength: 9, maxLength: 9 }), (randoms) => {
        const pauses = pausesOf(randoms);
        const middle = pausesOf(randoms.map(() => MIDDLE));
        pauses.forEach((pause, index) => {
          const expected = middle[index] ?? 0;
          expect(pause).toBeGreaterThanOrEqual(expected * 0.8);
          expect(pause).toBeLessThanOrEqual(expected * 1.2 + 1);
          expect(Number.isInteger(pause)).toBe(true);
        });
        const total = pauses.reduce((sum, ms) => sum + ms, 0) / HOUR_MS;
        expect(total).toBeGreaterThanOrEqual(75.58 * 0.8);
        expect(total).toBeLessThanOrEqual(75.59 * 1.2);
      }),
    );
    for (const same of [0, MIDDLE, 0.999]) {
      const pauses = pausesOf(Array.from({ length: 9 }, () => same));
      expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    }
  });

  it.each([200, 201, 202, 204, 299])('%i settles a delivery at any try', (code) => {
    for (const tries of [1, 5, 10])
      expect(afterTry({ tries }, status(code), 0, MIDDLE)).toEqual({ state: 'delivered' });
  });

  it('F2: 410 means that the receiver wants no more', () => {
    for (const tries of [1, 10])
      expect(afterTry({ tries }, status(410), 0, MIDDLE)).toEqual({ state: 'gone' });
  });

  it.each([100, 300, 304, 400, 401, 404, 409, 425, 429, 500, 502, 503, 504])(
    '%i is tried again',
    (code) => {
      expect(afterTry({ tries: 1 }, status(code), 1_000, MIDDLE)).toEqual({
        state: 'pending',
        next_try_at: 6_000,
      });
    },
  );

  it.each(EGRESS_FAILURES)('%s is tried again', (failure) => {
    expect(afterTry({ tries: 2 }, { ok: false, failure }, 0, MIDDLE)).toEqual({
      state: 'pending',
      next_try_at: 300_000,
    });
  });

  it('waits as long as a receiver asks, but no shorter than the table and no longer than a day', () => {
    const asked = (retryAfterSeconds: number, tries = 1) =>
      afterTry({ tries }, { ok: true, status: 429, retryAfterSeconds }, 0, MIDDLE);
    expect(asked(120)).toEqual({ state: 'pending', next_try_at: 120_000 });
    expect(asked(1)).toEqual({ state: 'pending', next_try_at: 5_000 });
    expect(asked(999_999_999)).toEqual({ state: 'pending', next_try_at: 24 * HOUR_MS });
    expect(asked(60, 10)).toEqual({ state: 'dead' });
  });

  it('gives up sooner, after two tries, what the end of its call waits behind', () => {
    const tried = (tries: number) =>
      afterTry({ tries, is_overtaken: true }, status(500), 0, MIDDLE).state;
    expect([1, 2, 3, 9].map(tried)).toEqual(['pending', 'dead', 'dead', 'dead']);
    expect(afterTry({ tries: 5, is_overtaken: true }, status(200), 0, MIDDLE).state).toBe(
      'delivered',
    );
  });
});
