import type { CostTerms, SpendLimits, SpendRequest } from '../../engine/src/calls/cost/ports.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Database } from '../../engine/src/lib/database.ts';
import { createPriceLists } from '../../engine/src/store/prices.ts';
import { createSpend } from '../../engine/src/store/spend.ts';
import type { Opened } from './opened.ts';

const AT = Date.parse('2026-11-24T23:59:59Z');
const TOMORROW = Date.parse('2026-11-25T00:00:00Z');
const NEXT_MONTH = Date.parse('2026-12-01T00:00:00Z');
const NONE: SpendLimits = { call: null, key_day: null, day: null, month: null };

const TERMS: CostTerms = {
  quote: {
    ...{ currency: 'USD', per_minute: 14_000, billing_increment_seconds: 60 },
    ...{ fees_per_minute: 0, fees_per_answer: 0 },
  },
  model_rate: {
    ...{ currency: 'USD', per_minute: 1, per_call: 2, worst_per_minute: 3, worst_per_call: 4 },
  },
};

const request = (change: Partial<SpendRequest> = {}): SpendRequest => ({
  ...{ call_id: 'call_1', key_id: 'key_1', network: 'live', amount: 100, max_cost: null, at: AT },
  ...{ terms: TERMS, enforced: true },
  ...change,
});

/** Registers what the tables of spending and prices must do. */
export function describeSpend({ a, b }: Opened): void {
  const on = (limits: Partial<SpendLimits> = {}) => createSpend({ ...NONE, ...limits });
  const reserve = (database: Database, limits: Partial<SpendLimits>, change = {}) =>
    database.transaction((tx) => on(limits).reserve(tx, request(change)));
  const settle = (callId: string, actual: number) =>
    a().transaction((tx) => on().settle(tx, callId, actual));
  const release = (callId: string) => a().transaction((tx) => on().release(tx, callId));
  const totals = (change: { at?: number; network?: 'live' | 'simulated'; key_id?: string } = {}) =>
    on().totals(b(), { network: 'live', key_id: 'key_1', at: AT, ...change });
  const same = (reserved: number, spent: number) => ({
    key_day: { reserved, spent },
    day: { reserved, spent },
    month: { reserved, spent },
  });

  describe('spending', () => {
    it.each(['key_day', 'day', 'month'] as const)(
      'C12: of 50 calls at once against a %s that fits 10, 10 get their money and no sum passes the limit',
      async (limit) => {
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, at) =>
            reserve(at % 2 ? a() : b(), { [limit]: 1_000 }, { call_id: `call_${at}` }),
          ),
        );
        expect(answers.filter((answer) => answer.ok)).toHaveLength(10);
        const refused = answers.filter((answer) => !answer.ok);
        const next_allowed_at = limit === 'month' ? NEXT_MONTH : TOMORROW;
        expect(refused).toEqual(refused.map(() => ({ ok: false, limit, next_allowed_at })));
        expect(await totals()).toEqual(same(1_000, 0));

        const won = answers.flatMap((answer, at) => (answer.ok ? [`call_${at}`] : []));
        for (const [at, callId] of won.entries())
          await (at % 2 ? settle(callId, 30) : release(callId));
        expect(await totals()).toEqual(same(0, 150));
        // What was not needed may be used by others.
        expect(await reserve(a(), { [limit]: 1_000 }, { call_id: 'later', amount: 850 })).toEqual({
          ok: true,
        });
        expect(await reserve(a(), { [limit]: 1_000 }, { call_id: 'more', amount: 1 })).toEqual({
          ...{ ok: false, limit, next_allowed_at },
        });
      },
    );

    it('a refusal leaves every sum as it was, whichever limit it broke', async () => {
      await reserve(a(), {}, { call_id: 'first', amount: 60 });
      const limits = { key_day: 1_000, day: 1_000, month: 100 };
      expect(await reserve(a(), limits)).toMatchObject({ ok: false, limit: 'month' });
      expect(await totals()).toEqual(same(60, 0));
      expect(await on().terms(a(), 'call_1')).toBeUndefined();
    });

    it('a limit on one key leaves the others alone', async () => {
      expect(await reserve(a(), { key_day: 100 })).toEqual({ ok: true });
      const second = { call_id: 'call_2' };
      expect(await reserve(a(), { key_day: 100 }, second)).toMatchObject({ limit: 'key_day' });
      expect(await reserve(a(), { key_day: 100 }, { ...second, key_id: 'key_2' })).toEqual({
        ok: true,
      });
      expect((await totals({ key_id: 'key_2' })).key_day).toEqual({ reserved: 100, spent: 0 });
    });

    it('what can never fit is told apart from what fits tomorrow', async () => {
      const no = (limit: string) => ({ ok: false, limit, next_allowed_at: null });
      expect(await reserve(a(), { call: 99 })).toEqual(no('call'));
      expect(await reserve(a(), { call: 100 }, { max_cost: 99 })).toEqual(no('call'));
      expect(await reserve(a(), { day: 99 })).toEqual(no('day'));
      expect(await reserve(a(), { day: 0 })).toEqual(no('day'));
      expect(await totals()).toEqual(same(0, 0));
      expect(await reserve(a(), { call: 100, day: 100 }, { max_cost: 100 })).toEqual({ ok: true });
    });

    it('where limits are not enforced money is counted all the same', async () => {
      const free = { enforced: false, max_cost: 1, network: 'simulated' as const };
      expect(await reserve(a(), { call: 1, day: 1, month: 1, key_day: 1 }, free)).toEqual({
        ok: true,
      });
      expect(await totals({ network: 'simulated' })).toEqual(same(100, 0));
      expect(await totals()).toEqual(same(0, 0));
    });

    it('a call counts once, however often it is reserved, settled and corrected', async () => {
      for (let times = 0; times < 2; times++) await reserve(a(), { day: 100 });
      expect(await totals()).toEqual(same(100, 0));
      expect(await on().terms(b(), 'call_1')).toEqual(TERMS);
      for (let times = 0; times < 2; times++) await settle('call_1', 40);
      expect(await totals()).toEqual(same(0, 40));
      await settle('call_1', 45);
      await release('call_1');
      expect(await totals()).toEqual(same(0, 45));
      expect(await reserve(a(), { day: 1 })).toEqual({ ok: true });
      expect(await totals()).toEqual(same(0, 45));
      await settle('nobody', 5);
      await release('nobody');
      expect(await totals()).toEqual(same(0, 45));
    });

    it('two settlements at once of one call leave one amount', async () => {
      await reserve(a(), {});
      await Promise.all([
        a().transaction((tx) => on().settle(tx, 'call_1', 40)),
        b().transaction((tx) => on().settle(tx, 'call_1', 40)),
      ]);
      expect(await totals()).toEqual(same(0, 40));
    });

    it('a retry on another day takes its money along; one that is refused leaves it where it was', async () => {
      await reserve(a(), {});
      const moved = { at: TOMORROW, amount: 130 };
      expect(await reserve(a(), { day: 129 }, moved)).toMatchObject({ ok: false, limit: 'day' });
      expect(await totals()).toEqual(same(100, 0));
      await reserve(a(), {}, { call_id: 'other', at: TOMORROW, amount: 50 });
      expect(await reserve(a(), { day: 150 }, moved)).toEqual({
        ...{ ok: false, limit: 'day', next_allowed_at: TOMORROW + 86_400_000 },
      });
      expect((await totals()).day).toEqual({ reserved: 100, spent: 0 });
      expect(await reserve(a(), { day: 180 }, moved)).toEqual({ ok: true });
      expect((await totals()).day).toEqual({ reserved: 0, spent: 0 });
      expect(await totals({ at: TOMORROW })).toEqual(same(180, 0));
      await settle('call_1', 7);
      expect((await totals({ at: TOMORROW })).day).toEqual({ reserved: 50, spent: 7 });
    });

    it('moves and new calls at once neither wait for each other for ever nor lose an amount', async () => {
      await Promise.all(
        Array.from({ length: 20 }, (_, at) => reserve(a(), {}, { call_id: `call_${at}` })),
      );
      await Promise.all(
        Array.from({ length: 40 }, (_, at) =>
          reserve(at % 2 ? a() : b(), {}, { call_id: `call_${at}`, at: TOMORROW }),
        ),
      );
      expect((await totals()).day).toEqual({ reserved: 0, spent: 0 });
      expect((await totals({ at: TOMORROW })).day).toEqual({ reserved: 4_000, spent: 0 });
    });
  });

  describe('price lists', () => {
    it('are kept whole, replaced, and apart per network', async () => {
      const lists = createPriceLists(a());
      const list = {
        ...{ currency: 'USD', billing_increment_seconds: 60, fees_per_minute: 1 },
        fees_per_answer: 2,
        prices: [
          { destination_prefixes: ['351'], origination_prefixes: ['ALL'], per_minute: 24_000 },
        ],
      };
      const now = createClock().now();
      expect(await lists.find('live', 'country PT')).toBeUndefined();
      await lists.keep('live', 'country PT', { list: null, fetched_at: 1 });
      await lists.keep('live', 'country PT', { list, fetched_at: now });
      const other = createPriceLists(b());
      expect(await other.find('live', 'country PT')).toEqual({ list, fetched_at: now });
      expect(await other.find('simulated', 'country PT')).toBeUndefined();
    });
  });
}
