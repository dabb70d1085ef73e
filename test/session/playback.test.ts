import fc from 'fast-check';
import { createPlayback } from '../../engine/src/session/playback.ts';

// 8 bytes are one millisecond of telephone audio.
const ms = (count: number): number => count * 8;

describe('the playout clock', () => {
  it('starts audio when it is sent, or when what was sent before has been played', () => {
    const playback = createPlayback();
    expect(playback.add('a', ms(100), 0)).toBe(0);
    expect(playback.add('a', ms(100), 10)).toBe(ms(100));
    expect(playback.add('b', ms(50), 500)).toBe(ms(500));
    expect(playback.endsAtMs()).toBe(550);
  });

  it('tells how much of each item was heard at a moment', () => {
    const playback = createPlayback();
    playback.add('a', ms(200), 0);
    playback.add('b', ms(100), 0);
    expect(playback.heard('a', 50)).toEqual({ itemId: 'a', heardMs: 50, sentMs: 200 });
    expect(playback.heard('b', 250)).toEqual({ itemId: 'b', heardMs: 50, sentMs: 100 });
    expect(playback.isPlaying(299)).toBe(true);
    expect(playback.isPlaying(300)).toBe(false);
  });

  it('a cut names every item that was not heard to its end, oldest first, with 0 for what never began', () => {
    const playback = createPlayback();
    playback.add('played', ms(100), 0);
    playback.add('cut', ms(100), 0);
    playback.add('unheard', ms(100), 0);
    expect(playback.cut(150)).toEqual([
      { itemId: 'cut', heardMs: 50, sentMs: 100 },
      { itemId: 'unheard', heardMs: 0, sentMs: 100 },
    ]);
    expect(playback.isPlaying(150)).toBe(false);
    expect(playback.cut(150)).toEqual([]);
  });

  it('after a cut new audio starts at once, and what was cut stays unheard', () => {
    const playback = createPlayback();
    playback.add('a', ms(1_000), 0);
    playback.cut(400);
    expect(playback.add('b', ms(100), 450)).toBe(ms(450));
    expect(playback.heard('a', 5_000).heardMs).toBe(400);
  });

  it('whatever is sent: nobody hears more than was sent, and hearing never goes backwards', () => {
    const sends = fc.array(
      fc.record({ item: fc.constantFrom('a', 'b', 'c'), bytes: fc.nat(4_000), gap: fc.nat(300) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(sends, fc.nat(20_000), fc.nat(20_000), (pieces, first, second) => {
        const playback = createPlayback();
        let now = 0;
        for (const { item, bytes, gap } of pieces) {
          now += gap;
          playback.add(item, bytes, now);
        }
        const [early, late] = [Math.min(first, second), Math.max(first, second)];
        for (const item of ['a', 'b', 'c']) {
          const before = playback.heard(item, early);
          const after = playback.heard(item, late);
          expect(before.heardMs).toBeLessThanOrEqual(after.heardMs);
          expect(after.heardMs).toBeLessThanOrEqual(after.sentMs);
        }
      }),
    );
  });
});
