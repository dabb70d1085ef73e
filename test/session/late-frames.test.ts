import type { Clock } from '../../engine/src/lib/clock.ts';
import { Session } from '../../engine/src/session/session.ts';

it('a frame that comes late is still in the recording, where it belongs', () => {
  const time = steppedClock();
  const recorded: number[] = [];
  const ignore = (): void => undefined;
  const session = new Session({
    clock: time.clock,
    sink: {
      turn: ignore,
      answer: ignore,
      disclosed: ignore,
      ended: ignore,
      recorded: (bytes) => void recorded.push(...bytes),
    },
    disclosure: { text: 'Hello.', audio: new Uint8Array(160) },
    goodbyeInstructions: '',
    stillThereInstructions: '',
    maxDurationMs: 60_000,
    recording: true,
    readTool: () => ({ kind: 'error', detail: '' }),
    hangUp: ignore,
  });
  const line = session.join({ send: ignore, mark: ignore, clear: ignore, close: ignore });
  time.step(3_000);
  // Said at 1,100 ms; the network kept it for almost two seconds.
  line.audio(new Uint8Array(160).fill(7), 1_100);
  time.step(1_000);
  session.end('stopped_by_request');

  const right = recorded.filter((_, at) => at % 2 === 1);
  expect(right).toHaveLength(4_000 * 8);
  expect(right.slice(1_100 * 8, 1_120 * 8)).toEqual(new Array(160).fill(7));
});

/** A clock that stands still until it is told to go on; only what repeats each second is run. */
function steppedClock(): { clock: Clock; step(ms: number): void } {
  let now = 1;
  const repeated: (() => void)[] = [];
  const timer = { cancel: () => undefined };
  return {
    clock: {
      rate: 1,
      now: () => now,
      monotonic: () => now,
      after: () => timer,
      every: (_ms, fn) => {
        repeated.push(fn);
        return timer;
      },
      sleep: async () => undefined,
    },
    step(ms) {
      for (let passed = 0; passed < ms; passed += 1_000) {
        now += 1_000;
        for (const fn of repeated) fn();
      }
    },
  };
}
