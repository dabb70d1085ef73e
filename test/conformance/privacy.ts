import { createClock } from '../../engine/src/lib/clock.ts';
import { createSeal } from '../../engine/src/lib/seal.ts';
import type { ErasureCounts } from '../../engine/src/privacy/ports.ts';
import { tombstoneOf } from '../../engine/src/privacy/tombstone.ts';
import { createAuditLog } from '../../engine/src/store/audit.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { createEventStore } from '../../engine/src/store/events.ts';
import { createPrivacyStore } from '../../engine/src/store/privacy.ts';
import { retentionStore } from '../../engine/src/store/retention.ts';
import { createSuppressionList } from '../../engine/src/store/suppressions.ts';
import type { Opened } from './opened.ts';
import { sampleAttempt, sampleCall } from './sample-records.ts';

/** Registers what the tables of suppressions, of the log of acts and of what is held on people must do. */
export function describePrivacy({ a, b }: Opened): void {
  const clock = createClock();
  const seal = createSeal(Buffer.alloc(32, 3));
  const list = createSuppressionList({ seal, clock });
  const audit = createAuditLog({ seal, clock });
  const events = createEventStore({
    clock,
    onRecorded: () => undefined,
    onQueued: () => undefined,
    bodyOf: JSON.stringify,
  });
  const entry = (at: number) => ({
    phone_number: `+35191${String(at).padStart(7, '0')}`,
    reason: 'imported' as const,
    source: 'import',
    note: at % 2 === 0 ? 'a note' : null,
  });

  describe('suppressions', () => {
    it('are added once, also when two nodes add the same at once, found by number and never stored in clear', async () => {
      const add = (on: ReturnType<typeof a>) =>
        on.transaction((tx) => list.add(tx, { ...entry(1), call_id: 'call_x' }));
      const added = await Promise.all([add(a()), add(b()), add(a())]);
      expect(added.filter((one) => one.added)).toHaveLength(1);
      expect(await list.isSuppressed(b(), entry(1).phone_number)).toBe(true);
      expect(await list.isSuppressed(b(), entry(2).phone_number)).toBe(false);
      expect(JSON.stringify(await a().query('SELECT * FROM suppressions'))).not.toContain('35191');
    });

    it('come in thousands, in pages, and lose their number but not their meaning', async () => {
      const entries = Array.from({ length: 1_203 }, (_, at) => entry(at));
      const add = () => a().transaction((tx) => list.addAll(tx, [...entries, entry(5)]));
      expect([await add(), await add()]).toEqual([1_203, 0]);
      const seen: string[] = [];
      for (let before: { created_at: number; id: string } | undefined; ; ) {
        const page = await list.page(b(), { limit: 500, before });
        seen.push(...page.map(({ phone_number }) => phone_number ?? ''));
        before = page.at(-1);
        if (page.length < 500) break;
      }
      expect(new Set(seen)).toEqual(new Set(entries.map(({ phone_number }) => phone_number)));
      const forget = () => a().transaction((tx) => list.forget(tx, entry(4).phone_number));
      expect([await forget(), await forget()]).toEqual([1, 0]);
      expect(await list.find(b(), entry(4).phone_number)).toMatchObject({
        phone_number: null,
        note: null,
        reason: 'imported',
      });
    });
  });

  describe('the log of acts', () => {
    it('is one chain, also when two nodes write it at once, and stays one when its beginning goes', async () => {
      const write = (on: ReturnType<typeof a>, at: number) =>
        on.transaction((tx) =>
          audit.record(tx, {
            ...{ actor: 'key_a', mode: at % 2 ? 'live' : 'test', action: 'key.created' as const },
            ...{ object: `key_${at}`, detail: { at, text: 'à 😀' } },
          }),
        );
      await Promise.all(Array.from({ length: 12 }, (_, at) => write(at % 3 ? a() : b(), at)));
      expect(await audit.verify(b())).toEqual({ entries: 12, broken_at: null });
      expect(await audit.page(b(), { limit: 100, mode: 'live' })).toHaveLength(6);
      await a().transaction((tx) => audit.trim(tx, clock.now() + 1, 5));
      expect(await audit.verify(b())).toEqual({ entries: 8, broken_at: null });
      await a().query(`UPDATE audit SET actor = 'key_b' WHERE sequence = 9`);
      expect((await audit.verify(b())).broken_at).toBe(9);
    });
  });

  describe('what is held on a person', () => {
    const number = '+12025550143';
    const second = '+12025550144';
    const person = { phone_number: number, typed: number };
    const privacy = () => createPrivacyStore({ database: a(), seal });
    const place = async (change: Parameters<typeof sampleCall>[0] = {}) => {
      const call = sampleCall({ phone_number: number, idempotency_key: null, ...change });
      call.order = { ...call.order, phone_numbers: [call.phone_number ?? '', second] };
      await a().transaction(async (tx) => {
        await callStore.insert(tx, call);
        const { id, phone_number } = call;
        const dialed = { phone_number: phone_number ?? '', recording: `${id}.wav` };
        await callStore.insertAttempt(tx, sampleAttempt(id, dialed));
        await events.record(tx, { type: 'call.started', call, data: { words: 'Zephyrine' } });
        await events.record(tx, { type: 'call.ended', call, data: { words: 'Zephyrine' } });
      });
      return call;
    };
    const ids = async (phone: string, modes: ('test' | 'live')[]) =>
      (
        await privacy().callsOf(
          b(),
          { phone_number: phone, typed: phone },
          { modes, after: null, limit: 10 },
        )
      ).map(({ id }) => id);

    it('is found by each of its numbers and by mode, and is gone after an erasure, with its events', async () => {
      const call = await place({ idempotency_key: 'k-1', status: 'ended' });
      const live = await place({ mode: 'live' });
      const other = await place({ phone_number: '+12025550145' });
      expect(await ids(number, ['test'])).toEqual([call.id]);
      expect((await ids(number, ['live', 'test'])).sort()).toEqual([call.id, live.id].sort());
      expect(await ids(second, ['test'])).toContain(other.id);
      expect(await privacy().recordingsOf(b(), call.id)).toEqual([`${call.id}.wav`]);
      const taken = await a().transaction((tx) =>
        privacy().eraseCall(tx, call, tombstoneOf(call), ({ id, type }) => `${type} ${id}`),
      );
      expect(taken).toMatchObject({ attempts: 1, events: 2 });
      expect(await ids(number, ['test'])).toEqual([]);
      expect(await ids(second, ['test'])).toEqual([other.id]);
      const left = await callStore.find(b(), call.id);
      expect(left).toMatchObject({ phone_number: null, task: null, variables: {} });
      const kept = await events.ofCall(b(), call.id, 0, 10);
      expect(kept.map(({ type, body }) => [type, body.includes('Zephyrine')])).toEqual([
        ['call.ended', false],
      ]);
      expect((await callStore.findByIdempotencyKey(b(), call.key_id, 'k-1'))?.id).toBe(call.id);
    });

    it('has a receipt, the same again, the latest first', async () => {
      const counts: ErasureCounts = {
        ...{ calls: 1, attempts: 1, turns: 2, answers: 0, recordings: 1, events: 3 },
        ...{ deliveries: 0, suppressions: 1 },
      };
      const keep = (id: string, erased_at: number) =>
        a().transaction((tx) =>
          privacy().keepErasure(tx, person, { id, mode: 'test', erased_at, counts }),
        );
      await keep('era_1', 1_000);
      await keep('era_2', 2_000);
      const last = await privacy().lastErasure(b(), person, 'test');
      expect(last).toEqual({ id: 'era_2', mode: 'test', erased_at: 2_000, counts });
      expect(await privacy().lastErasure(b(), person, 'live')).toBeUndefined();
      await privacy().settleFiles();
    });
  });

  describe('the sweep', () => {
    it('is claimed once over all nodes', async () => {
      const claim = (on: ReturnType<typeof a>) =>
        on.transaction((tx) => retentionStore.claimSweep(tx));
      const claimed = await Promise.all([claim(a()), claim(b()), claim(a())]);
      expect(claimed.filter(Boolean)).toHaveLength(1);
    });

    it('goes through ended calls by the time of their end, and takes events that nobody waits for', async () => {
      for (const ended_at of [300, 100, 200])
        await a().transaction(async (tx) => {
          const call = sampleCall({ status: 'ended', ended_at, idempotency_key: null });
          await callStore.insert(tx, call);
          await events.record(tx, { type: 'call.ended', call, data: {} });
        });
      const after = await retentionStore.mark(b(), 'results');
      const page = await retentionStore.endedBetween(b(), after, 300, 10);
      expect(page.map((call) => call.ended_at)).toEqual([100, 200]);
      const mark = { ended_at: 200, id: page[1]?.id ?? '' };
      await a().transaction((tx) => retentionStore.setMark(tx, 'results', mark));
      expect(await retentionStore.mark(b(), 'results')).toEqual(mark);
      expect(await retentionStore.endedBetween(b(), mark, 301, 10)).toHaveLength(1);
      const drop = () =>
        a().transaction((tx) => retentionStore.dropEvents(tx, clock.now() + 1_000, 2));
      expect([await drop(), await drop(), await drop()]).toEqual([2, 1, 0]);
      await a().transaction((tx) => retentionStore.dropDedupeKeys(tx, clock.now()));
    });
  });
}
