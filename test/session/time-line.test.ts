// What must hold of a conversation's time line whatever comes in, in whatever order.
import fc from 'fast-check';
import { BYTES_PER_MS, SILENCE } from '../../engine/src/lib/mu-law.ts';
import { createPlayback } from '../../engine/src/session/playback.ts';
import { createStereoTrack } from '../../engine/src/session/stereo-track.ts';
import { createTranscript, heardWords } from '../../engine/src/session/transcript.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const S = SILENCE;

describe('the playout clock', () => {
  const steps = fc.array(
    fc.record({
      waitMs: fc.nat(400),
      item: fc.constantFrom('a', 'b', 'c'),
      bytes: fc.integer({ min: 1, max: 4_000 }),
      cut: fc.boolean(),
    }),
    { maxLength: 40 },
  );

  it('what was heard never shrinks, never exceeds what was sent, and nothing plays twice', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const playback = createPlayback();
        const before = { a: 0, b: 0, c: 0 };
        let now = 0;
        let busyUntil = 0;
        for (const { waitMs, item, bytes, cut } of all) {
          now += waitMs;
          if (cut) {
            playback.cut(now);
            busyUntil = Math.min(busyUntil, now * BYTES_PER_MS);
          }
          const start = playback.add(item as 'a', bytes, now);
          expect(start).toBe(Math.max(now * BYTES_PER_MS, busyUntil));
          busyUntil = start + bytes;
          for (const id of ['a', 'b', 'c'] as const) {
            const { heardMs, sentMs } = playback.heard(id, now);
            expect(heardMs).toBeGreaterThanOrEqual(before[id]);
            expect(heardMs).toBeLessThanOrEqual(sentMs);
            before[id] = heardMs;
          }
        }
        const total = (['a', 'b', 'c'] as const).reduce(
          (sum, id) => sum + playback.heard(id, Number.MAX_SAFE_INTEGER / 16).heardMs,
          0,
        );
        expect(total).toBeLessThanOrEqual(busyUntil / BYTES_PER_MS);
      }),
      { numRuns: 200 },
    );
  });

  it('after a cut nothing is left to be cut, and nothing plays', () => {
    fc.assert(
      fc.property(steps, fc.nat(5_000), (all, extraMs) => {
        const playback = createPlayback();
        let now = 0;
        for (const { waitMs, item, bytes } of all) {
          now += waitMs;
          playback.add(item, bytes, now);
        }
        const cuts = playback.cut(now + extraMs);
        for (const { heardMs, sentMs } of cuts) expect(heardMs).toBeLessThanOrEqual(sentMs);
        expect(playback.isPlaying(now + extraMs)).toBe(false);
        expect(playback.cut(now + extraMs)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the transcript', () => {
  it('whatever the order of arrival, every item with words comes out once', () => {
    const items = fc.array(
      fc.record({ previous: fc.option(fc.nat(20), { nil: undefined }), take: fc.boolean() }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(items, (all) => {
        const transcript = createTranscript();
        const out: string[] = [];
        const take = () => out.push(...transcript.take().map((turn) => turn.text));
        all.forEach(({ previous }, at) => {
          transcript.add(`${at}`, previous === undefined ? undefined : `${previous}`, 'agent', at);
          transcript.setText(`${at}`, `${at}`);
        });
        all.forEach((item, at) => {
          transcript.settle(`${at}`);
          if (item.take) take();
        });
        take();
        expect(out.map(Number).sort((a, b) => a - b)).toEqual(all.map((_, at) => at));
        expect(transcript.open()).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
  it('heard words are a beginning of the text in whole words, and grow with what was heard', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.lorem({ maxCount: 12 }), share, share, (text, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((part) =>
          heardWords(text, part).replace(/…$/, ''),
        );
        expect(text.startsWith(more ?? '?')).toBe(true);
        expect(more?.startsWith(less ?? '?')).toBe(true);
        expect(more === '' || /^( |$)/.test(text.slice(more?.length))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the stereo track', () => {
  it('audio that comes too late is cut where the recording already stands', () => {
    const track = createStereoTrack();
    track.take(2);
    track.recipient(0, bytes(9, 8, 7));
    expect([...track.take(3)]).toEqual([S, 7]);
  });

  it('a sender that runs minutes ahead does not fill the memory', () => {
    const track = createStereoTrack();
    track.agent(8 * 120_000, bytes(1));
    expect(track.take(8 * 120_000 + 1).at(-2)).toBe(S);
  });

  it('however it is taken, the recording is the same, and never loses or repeats a sample', () => {
    const pieces = fc.array(
      fc.record({ gap: fc.nat(20), audio: fc.uint8Array({ minLength: 1, maxLength: 30 }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(pieces, pieces, fc.array(fc.nat(60), { maxLength: 30 }), (left, right, steps) => {
        const track = createStereoTrack();
        const expected: number[] = [];
        const lay = (list: typeof left, channel: 0 | 1, add: typeof track.agent): number => {
          let at = 0;
          for (const { gap, audio } of list) {
            at += gap;
            add(at, audio);
            for (const [offset, byte] of audio.entries())
              expected[(at + offset) * 2 + channel] = byte;
            at += audio.length;
          }
          return at;
        };
        const end = Math.max(lay(left, 0, track.agent), lay(right, 1, track.recipient));
        const taken: number[] = [];
        let until = 0;
        for (const step of steps) {
          until = Math.min(until + step, end);
          taken.push(...track.take(until));
        }
        taken.push(...track.take(end));
        expect(taken).toEqual(Array.from({ length: end * 2 }, (_, at) => expected[at] ?? S));
      }),
      { numRuns: 200 },
    );
  });
});
