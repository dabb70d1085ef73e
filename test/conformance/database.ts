// What every store must do: the same suite runs on each of them.
import type { Database } from '../../engine/src/lib/database.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { migrate } from '../../engine/src/store/migrations.ts';
import { describeBatches } from './batches.ts';
import { describeCalls } from './calls.ts';
import { describeDedupeKeys } from './dedupe-keys.ts';
import { describeDeliveries } from './deliveries.ts';
import { describeJobs } from './jobs.ts';
import { describeLanes } from './lanes.ts';
import type { Opened, StoreUnderTest } from './opened.ts';
import { describePrivacy } from './privacy.ts';
import { describeReturnedCalls } from './returned-calls.ts';
import { sampleCall } from './sample-records.ts';
import { describeSpend } from './spend.ts';
import { describeWebhooks } from './webhooks.ts';

/** Registers the suite for the store that `make` makes. */
export function describeDatabase(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let store: StoreUnderTest;
    let a: Database;
    let b: Database;
    beforeEach(async () => {
      store = await make();
      a = await store.open();
      await migrate(a, 1);
      b = await store.open();
    });
    afterEach(async () => {
      await a?.close();
      await b?.close();
      await store?.destroy();
    });
    const opened: Opened = { a: () => a, b: () => b };
    describeTransactions(opened, () => store.openNarrow());
    describeCalls(opened);
    describeReturnedCalls(opened);
    describeBatches(opened);
    describeJobs(opened);
    describeLanes(opened);
    describeDedupeKeys(opened);
    describeWebhooks(opened);
    describeDeliveries(opened);
    describeSpend(opened);
    describePrivacy(opened);
  });
}

function describeTransactions({ a, b }: Opened, openNarrow: () => Promise<Database>): void {
  describe('transactions and migrations', () => {
    it('migrating twice, also from two nodes, changes nothing', async () => {
      expect(await migrate(a(), 2)).toEqual([]);
      expect(await migrate(b(), 3)).toEqual([]);
      const rows = await a().query<{ run_at: number }>('SELECT run_at FROM migrations');
      expect(rows.map((row) => Number(row.run_at))).toEqual(rows.map(() => 1));
    });

    it('a throw takes back everything and is thrown on; hooks run only after a commit', async () => {
      const hooks: string[] = [];
      const call = sampleCall();
      const failing = a().transaction(async (tx) => {
        tx.afterCommit(() => void hooks.push('rolled back'));
        await callStore.insert(tx, call);
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      expect(await callStore.find(a(), call.id)).toBeUndefined();
      await a().transaction(async (tx) => {
        tx.afterCommit(() => void hooks.push('committed'));
        await callStore.insert(tx, call);
        expect(hooks).toEqual([]);
      });
      expect(hooks).toEqual(['committed']);
      expect((await callStore.find(b(), call.id))?.id).toBe(call.id);
    });

    it('a statement that fails inside leaves the connection usable', async () => {
      const call = sampleCall();
      await expect(
        a().transaction(async (tx) => {
          await callStore.insert(tx, call);
          await callStore.insert(tx, call);
        }),
      ).rejects.toThrow();
      await expect(a().query('SELECT nothing FROM nowhere')).rejects.toThrow();
      expect(await a().query<{ one: number }>('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('what is not committed is seen by nobody else, and two writers follow one another', async () => {
      const call = sampleCall({ metadata: { n: 0 } });
      await a().transaction((tx) => callStore.insert(tx, call));
      const addOne = (database: Database) =>
        database.transaction(async (tx) => {
          const found = await callStore.find(tx, call.id);
          const n = Number(found?.metadata['n']) + 1;
          await callStore.update(tx, call.id, ['queued'], { metadata: { n } });
        });
      await Promise.all(Array.from({ length: 10 }, (_, at) => addOne(at % 2 ? a() : b())));
      expect((await callStore.find(b(), call.id))?.metadata).toEqual({ n: 10 });
    });

    it('a statement beside its own open transaction fails in time instead of waiting for ever', async () => {
      const database = await openNarrow();
      const stuck = database.transaction(async () => {
        await database.query('SELECT 1 AS one');
      });
      await expect(stuck).rejects.toThrow(/too busy/);
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await database.close();
    });
  });
}
