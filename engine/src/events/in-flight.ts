// How many deliveries this node sends at once: to one host and in all, so that a slow receiver holds up nobody else.
// Whoever finds no room is told when its turn is likely to come, so that a long line is not looked at all the time.
import type { Clock } from '../lib/clock.ts';

export type Room = { ok: true; leave(): void } | { ok: false; again_at: number };

export class InFlight {
  readonly #clock: Clock;
  readonly #hosts = new Map<string, Host>();
  #inAll = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes room to send one delivery to this host; `leave` gives it back. */
  enter(name: string): Room {
    const host = this.#hosts.get(name) ?? { sending: 0, typicalMs: FIRST_GUESS_MS, nextTurnAt: 0 };
    this.#hosts.set(name, host);
    const now = this.#clock.now();
    if (host.sending >= PER_HOST_MAX || this.#inAll >= IN_ALL_MAX)
      return { ok: false, again_at: turnAfter(host, now) };
    host.sending++;
    this.#inAll++;
    const entered = this.#clock.monotonic();
    return { ok: true, leave: () => this.#leave(name, host, this.#clock.monotonic() - entered) };
  }

  #leave(name: string, host: Host, tookMs: number): void {
    host.sending--;
    this.#inAll--;
    host.typicalMs += (tookMs - host.typicalMs) / AVERAGED_OVER;
    // A host that nobody waits for is forgotten, so that the table does not grow with every address ever seen.
    if (host.sending === 0 && host.nextTurnAt <= this.#clock.now()) this.#hosts.delete(name);
  }
}

interface Host {
  sending: number;
  /** How long one delivery takes, averaged. */
  typicalMs: number;
  /** When the next one that finds no room should come back. */
  nextTurnAt: number;
}

export const PER_HOST_MAX = 8;
/** Below the number of jobs that a node runs at once, so that calls always find room beside deliveries. */
const IN_ALL_MAX = 32;
const FIRST_GUESS_MS = 500;
const AVERAGED_OVER = 8;
const TURN_MIN_MS = 50;
const TURN_MAX_MS = 60_000;

function turnAfter(host: Host, now: number): number {
  const gapMs = Math.max(host.typicalMs, TURN_MIN_MS) / PER_HOST_MAX;
  host.nextTurnAt = Math.min(
    Math.max(host.nextTurnAt, now + TURN_MIN_MS) + gapMs,
    now + TURN_MAX_MS,
  );
  return Math.ceil(host.nextTurnAt);
}
