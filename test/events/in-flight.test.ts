import { InFlight, PER_HOST_MAX, type Room } from '../../engine/src/events/in-flight.ts';
import { type Clock, createClock } from '../../engine/src/lib/clock.ts';

/** A clock that stands still until it is moved. */
function standing(): Clock & { move(ms: number): void } {
  let time = 1_000_000;
  return {
    ...createClock(),
    now: () => time,
    monotonic: () => time,
    move(ms) {
      time += ms;
    },
  };
}
const enterAll = (inFlight: InFlight, host: string, count: number): Room[] =>
  Array.from({ length: count }, () => inFlight.enter(host));
const leave = (room: Room | undefined): void => {
  if (room?.ok) room.leave();
};

describe('deliveries in flight', () => {
  it('are limited per host, and room that is given back is taken again', () => {
    const inFlight = new InFlight(standing());
    const rooms = enterAll(inFlight, 'slow', PER_HOST_MAX);
    expect(rooms.every(({ ok }) => ok)).toBe(true);
    expect(inFlight.enter('slow').ok).toBe(false);
    expect(inFlight.enter('other').ok).toBe(true);
    leave(rooms[0]);
    expect(inFlight.enter('slow').ok).toBe(true);
    expect(inFlight.enter('slow').ok).toBe(false);
  });

  it('are limited in all, below what a node runs at once', () => {
    const inFlight = new InFlight(standing());
    const rooms = Array.from({ length: 60 }, (_, at) => inFlight.enter(`host${at}`));
    expect(rooms.filter(({ ok }) => ok)).toHaveLength(32);
    leave(rooms[0]);
    expect(inFlight.enter('host0').ok).toBe(true);
  });

  it('whoever finds no room is told a later turn the longer the line is, at most a minute off', () => {
    const clock = standing();
    const inFlight = new InFlight(clock);
    enterAll(inFlight, 'slow', PER_HOST_MAX);
    const turns = enterAll(inFlight, 'slow', 2_000).map((room) => (room.ok ? 0 : room.again_at));
    expect(turns).toEqual([...turns].sort((a, b) => a - b));
    expect(turns[0]).toBeGreaterThan(clock.now());
    expect(turns[1_000] ?? 0).toBeGreaterThan(turns[100] ?? 0);
    expect(Math.max(...turns)).toBeLessThanOrEqual(clock.now() + 60_000);
  });

  it('turns of a host that takes long are further apart than of one that is quick', () => {
    const clock = standing();
    const inFlight = new InFlight(clock);
    const gapAfter = (host: string, tookMs: number): number => {
      for (let sent = 0; sent < 40; sent++) {
        const room = inFlight.enter(host);
        clock.move(tookMs);
        leave(room);
        enterAll(inFlight, host, 1);
      }
      enterAll(inFlight, host, PER_HOST_MAX);
      const [first, second] = enterAll(inFlight, host, 2).map((room) =>
        room.ok ? 0 : room.again_at,
      );
      return (second ?? 0) - (first ?? 0);
    };
    expect(gapAfter('slow', 4_000)).toBeGreaterThan(5 * gapAfter('quick', 20));
  });
});
