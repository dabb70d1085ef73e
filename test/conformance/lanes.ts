import { jobStore } from '../../engine/src/store/jobs.ts';
import { laneStore } from '../../engine/src/store/lanes.ts';
import type { Opened } from './opened.ts';

/** Registers what the counted limits and the pace of a carrier must do. */
export function describeLanes({ a, b }: Opened): void {
  const take = (attempt: string, lanes: Record<string, number>, on = a()) =>
    on.transaction((tx) =>
      laneStore.take(
        tx,
        Object.entries(lanes).map(([lane, limit]) => ({ lane, limit })),
        attempt,
      ),
    );
  const leave = (attempt: string, now = 50) =>
    a().transaction((tx) => laneStore.leave(tx, attempt, now));
  const turn = (now: number, gap_ms = 100, on = a()) =>
    on.transaction((tx) => laneStore.takeTurn(tx, 'simulated', { now, gap_ms }));
  /** A job that waits in a lane, for far longer than any test lasts. */
  async function waitIn(lane: string, ref: string): Promise<void> {
    await a().transaction((tx) =>
      jobStore.enqueue(tx, { kind: 'dial', ref, run_at: 0, now: 0, payload: {} }),
    );
    const [job] = await jobStore.claim(a(), 'node_a', 1, 1);
    await jobStore.postpone(a(), job?.id ?? -1, 'node_a', 1_000_000, { lane });
  }
  const due = async (now: number): Promise<string[]> =>
    (await jobStore.claim(b(), 'node_b', now, 20)).map(({ ref }) => ref);

  describe('lanes', () => {
    it('hold as many as their limit, and a place that is given back can be taken again', async () => {
      expect(await take('att_1', { number: 2 })).toBeUndefined();
      expect(await take('att_2', { number: 2 })).toBeUndefined();
      expect(await take('att_3', { number: 2 })).toBe('number');
      await leave('att_1');
      expect(await take('att_3', { number: 2 })).toBeUndefined();
      expect(await take('att_4', { number: 2 })).toBe('number');
    });

    it('are taken all or none: what a full one stops holds no place in the others', async () => {
      await take('att_1', { person: 1 });
      expect(await take('att_2', { network: 1, person: 1 })).toBe('person');
      expect(await take('att_3', { network: 1 })).toBeUndefined();
    });

    it('asked by two nodes at once give no more places than there are', async () => {
      const answers = await Promise.allSettled(
        Array.from({ length: 20 }, (_, at) =>
          take(`att_${at}`, { network: 3 }, at % 2 ? a() : b()),
        ),
      );
      const taken = answers.filter(
        (one) => one.status === 'fulfilled' && one.value === undefined,
      ).length;
      expect(taken).toBeLessThanOrEqual(3);
      const rows = await a().query('SELECT slot FROM lane_slots');
      expect(rows).toHaveLength(taken);
    });

    it('wake whoever waits longest, one for each place that is given back', async () => {
      await take('att_1', { network: 1, person: 1 });
      for (const ref of ['first', 'second']) await waitIn('network', ref);
      await waitIn('person', 'third');
      await waitIn('other', 'stranger');
      await leave('att_1');
      expect((await due(50)).sort()).toEqual(['first', 'third']);
      await leave('att_1');
      expect(await due(50)).toEqual([]);
    });
  });

  describe('the pace of a carrier', () => {
    it('gives one turn for each gap, and tells the others when the next is', async () => {
      expect(await turn(1_000)).toBeUndefined();
      expect(await turn(1_000)).toMatchObject({ free_at: 1_100 });
      expect(await turn(1_099)).toMatchObject({ free_at: 1_100 });
      expect(await turn(1_100)).toBeUndefined();
      expect(await turn(5_000)).toBeUndefined();
    });

    it('asked by two nodes at once gives one turn', async () => {
      await turn(0);
      const turns = await Promise.all(
        Array.from({ length: 10 }, (_, at) => turn(1_000, 100, at % 2 ? a() : b())),
      );
      expect(turns.filter((one) => one === undefined)).toHaveLength(1);
    });

    it('lets single calls go before those of a batch, each by how long they wait', async () => {
      const lane = (
        await (async () => {
          await turn(0);
          return turn(1);
        })()
      )?.lane as string;
      for (const ref of ['batch-1', 'batch-2']) await waitIn(`${lane}:batch`, ref);
      for (const ref of ['single-1', 'single-2']) await waitIn(lane, ref);
      const order: string[] = [];
      for (let now = 100; now <= 500; now += 100) {
        await turn(now);
        order.push(...(await due(now + 100)));
      }
      expect(order).toEqual(['single-1', 'single-2', 'batch-1', 'batch-2']);
    });
  });
}
