import { dedupeKeyStore } from '../../engine/src/store/dedupe-keys.ts';
import type { Opened } from './opened.ts';

/** Registers what the names of business events must do. */
export function describeDedupeKeys({ a, b }: Opened): void {
  const claim = (
    call_id: string,
    { now = 0, mode = 'test' as 'test' | 'live', on = a() } = {},
  ): Promise<string | undefined> =>
    on.transaction((tx) =>
      dedupeKeyStore.claim(tx, {
        ...{ mode, dedupe_key: 'order-1', call_id, now },
        expires_at: now + 100,
      }),
    );

  describe('names of business events', () => {
    it('belong to the call that took them first, until they expire', async () => {
      expect(await claim('call_1')).toBeUndefined();
      expect(await claim('call_2', { now: 99 })).toBe('call_1');
      expect(await claim('call_2', { now: 100 })).toBeUndefined();
      expect(await claim('call_3', { now: 150 })).toBe('call_2');
    });

    it('are apart for test and live calls', async () => {
      await claim('call_1');
      expect(await claim('call_2', { mode: 'live' })).toBeUndefined();
    });

    it('taken over belong to the new call, for its time', async () => {
      await claim('call_1');
      await a().transaction((tx) =>
        dedupeKeyStore.replace(tx, {
          ...{ mode: 'test', dedupe_key: 'order-1', call_id: 'call_2', expires_at: 500 },
        }),
      );
      expect(await claim('call_3', { now: 499 })).toBe('call_2');
    });

    it('asked for by two nodes at once, also when they have just expired, go to one call', async () => {
      for (const now of [0, 100]) {
        const holders = await Promise.all(
          Array.from({ length: 10 }, (_, at) =>
            claim(`call_${now}_${at}`, { now, on: at % 2 ? a() : b() }),
          ),
        );
        expect(holders.filter((one) => one === undefined)).toHaveLength(1);
        expect(new Set(holders.filter((one) => one !== undefined)).size).toBe(1);
      }
    });
  });
}
