import { randomBytes } from 'node:crypto';
import type { EventType } from '../../engine/src/contract/vocabulary.ts';
import type { DeliveryTry } from '../../engine/src/events/ports.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Database } from '../../engine/src/lib/database.ts';
import type { Egress } from '../../engine/src/lib/egress.ts';
import { createSeal } from '../../engine/src/lib/seal.ts';
import { attentionStore } from '../../engine/src/store/attention.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { createDeliveryStore } from '../../engine/src/store/deliveries.ts';
import { createDeliveryList } from '../../engine/src/store/delivery-list.ts';
import { createEventStore } from '../../engine/src/store/events.ts';
import { createWebhookStore } from '../../engine/src/store/webhooks.ts';
import type { Opened } from './opened.ts';
import { sampleCall } from './sample-records.ts';

/** Registers what the tables behind the sending of events must do, on one node and on two. */
export function describeDeliveries({ a, b }: Opened): void {
  const clock = createClock();
  const seal = createSeal(randomBytes(32));
  const nothing = (): void => undefined;
  const events = createEventStore({
    clock,
    onRecorded: nothing,
    onQueued: nothing,
    bodyOf: JSON.stringify,
  });
  const egress = { judge: async () => undefined } as unknown as Egress;
  const webhooksOn = (database: Database) =>
    createWebhookStore({
      database,
      seal,
      events,
      egress,
      clock,
      newSigningSecret: () => 'whsec_x',
    });
  const listOn = (database: Database) => createDeliveryList({ database, clock, onQueued: nothing });
  const storeOn = (database: Database) => createDeliveryStore(database, seal);
  const LIFE: EventType[] = ['call.started', 'call.answered', 'call.ended'];

  async function subscribe(types: EventType[] = LIFE): Promise<string> {
    const wanted = { url: 'https://a.example/hook', events: types };
    const made = await webhooksOn(a()).subscribe({ id: 'key_1', mode: 'test' }, wanted);
    if (made === 'too_many') throw new Error('too many');
    return made.webhook.id;
  }
  async function live(...types: EventType[]): Promise<string> {
    const call = sampleCall();
    await a().transaction((tx) => callStore.insert(tx, call));
    for (const type of types)
      await a().transaction((tx) => events.record(tx, { type, call, data: {} }));
    return call.id;
  }
  const rows = async (call_id: string) =>
    (await listOn(b()).list(b(), { mode: 'test', call_id, limit: 10 })).reverse();
  const jobs = async () =>
    (
      await b().query<{ ref: string }>("SELECT ref FROM jobs WHERE kind = 'deliver' ORDER BY id")
    ).map(({ ref }) => ref);
  const tried = (number: number, settlement: DeliveryTry['settlement']): DeliveryTry => ({
    ...{ number, at: clock.now(), settlement, last_status: 500, last_failure: null },
  });
  const settle = (id: string, number: number, settlement: DeliveryTry['settlement'], on = a()) =>
    on.transaction(async (tx) => {
      if (!(await storeOn(on).countTry(tx, id, number))) return false;
      await storeOn(on).saveTry(tx, id, tried(number, settlement));
      return true;
    });

  describe('deliveries', () => {
    it('of one call to one webhook have one job at a time, and the next gets its own when one is settled', async () => {
      await subscribe();
      const callId = await live('call.started', 'call.answered');
      const [first, second] = await rows(callId);
      expect([first?.event_type, second?.event_type]).toEqual(['call.started', 'call.answered']);
      expect(await jobs()).toEqual([first?.id]);
      const store = storeOn(b());
      expect(await store.loadPending(second?.id ?? '', clock.now())).toBeUndefined();
      expect(await store.loadPending(first?.id ?? '', clock.now())).toMatchObject({
        ...{ tries: 0, tries_before: 0, event_type: 'call.started', call_id: callId },
        ...{ url: 'https://a.example/hook', secrets: ['whsec_x'], bearer: null },
        standing: { failing_since: null, refusals: 0 },
      });
      const later = { state: 'pending' as const, next_try_at: clock.now() + 300_000 };
      expect(await settle(first?.id ?? '', 1, later)).toBe(true);
      expect(await settle(first?.id ?? '', 1, later, b())).toBe(false);
      expect(await jobs()).toEqual([first?.id]);
      expect(await settle(first?.id ?? '', 2, { state: 'delivered' })).toBe(true);
      expect(await jobs()).toEqual([first?.id, second?.id]);
      expect(await rows(callId)).toMatchObject([
        { status: 'delivered', tries: 2, last_status: 500, next_try_at: null },
        { status: 'pending', tries: 0, next_try_at: expect.any(String) },
      ]);
    });

    it('before the end of a call are hurried once it waits', async () => {
      await subscribe();
      const callId = await live('call.started');
      const [first] = await rows(callId);
      const next_try_at = clock.now() + 3_600_000;
      await settle(first?.id ?? '', 1, { state: 'pending', next_try_at });
      await b().query('UPDATE jobs SET run_at = $1', [next_try_at]);
      await a().transaction(async (tx) => {
        expect(await storeOn(a()).isOvertaken(tx, first?.id ?? '')).toBe(false);
      });
      const call = await callStore.find(a(), callId);
      if (!call) throw new Error('no call');
      await a().transaction((tx) => events.record(tx, { type: 'call.ended', call, data: {} }));
      const due = await b().query<{ run_at: number }>('SELECT run_at FROM jobs');
      expect(due.map(({ run_at }) => Number(run_at) <= clock.now())).toEqual([true]);
      await b().transaction(async (tx) => {
        expect(await storeOn(b()).isOvertaken(tx, first?.id ?? '')).toBe(true);
      });
    });

    it('recorded on one node while another settles the one before are never left without a job', async () => {
      await subscribe(['call.started', 'call.answered']);
      for (let round = 0; round < 10; round++) {
        const callId = await live('call.started');
        const [first] = await rows(callId);
        const call = await callStore.find(a(), callId);
        if (!call) throw new Error('no call');
        await Promise.all([
          a().transaction((tx) => events.record(tx, { type: 'call.answered', call, data: {} })),
          settle(first?.id ?? '', 1, { state: 'delivered' }, b()),
        ]);
        const [, second] = await rows(callId);
        expect(await jobs()).toContain(second?.id);
      }
    });

    it('of a paused webhook wait without jobs, and go on in order with one job a call', async () => {
      const webhookId = await subscribe();
      const one = await live('call.started', 'call.answered');
      const two = await live('call.started');
      const webhooks = webhooksOn(b());
      expect(await webhooks.update('test', webhookId, { paused: true })).toMatchObject({
        ...{ status: 'paused', pause_reason: 'requested' },
      });
      expect(await jobs()).toEqual([]);
      const three = await live('call.started', 'call.ended');
      const paused = { mode: 'test' as const, status: 'paused', webhook_id: webhookId, limit: 10 };
      expect(await listOn(a()).list(a(), paused)).toHaveLength(5);
      expect(await webhooks.update('test', webhookId, { paused: false })).toMatchObject({
        ...{ status: 'active', pause_reason: null },
      });
      const heads = await Promise.all([one, two, three].map(async (id) => (await rows(id))[0]?.id));
      expect((await jobs()).sort()).toEqual(heads.sort());
      expect(await listOn(a()).list(a(), paused)).toEqual([]);
    });

    it('that are settled are sent again, one or all since a moment, and only within their mode', async () => {
      const webhookId = await subscribe(['call.ended']);
      const ids: string[] = [];
      for (const state of ['dead', 'delivered', 'dead'] as const) {
        const [row] = await rows(await live('call.ended'));
        ids.push(row?.id ?? '');
        await settle(row?.id ?? '', 1, { state });
      }
      await b().query('DELETE FROM jobs');
      const list = listOn(a());
      const [dead, taken] = ids;
      expect(await list.replay('live', dead ?? '')).toEqual({ ok: false, failure: 'not_found' });
      expect(await list.replay('test', taken ?? '')).toMatchObject({
        value: { status: 'pending', tries: 1, settled_at: null },
      });
      expect(await list.replay('test', taken ?? '')).toMatchObject({
        failure: 'delivery_not_replayable',
      });
      expect(await jobs()).toEqual([taken]);
      const which = { since: 0, statuses: ['dead', 'delivered'] as const };
      expect(await list.replayAll('live', webhookId, which)).toBeUndefined();
      expect(await list.replayAll('test', webhookId, which)).toEqual({ replayed: 2, more: false });
      expect((await jobs()).sort()).toEqual([...ids].sort());
      await webhooksOn(a()).unsubscribe('test', webhookId);
      expect(await list.list(a(), { mode: 'test', status: 'dead', limit: 10 })).toHaveLength(3);
      expect(await list.replay('test', dead ?? '')).toMatchObject({
        failure: 'delivery_not_replayable',
      });
      expect(await list.replayAll('test', webhookId, which)).toBeUndefined();
    });

    it('are listed by every filter, page by page', async () => {
      const webhookId = await subscribe();
      const callId = await live('call.started', 'call.ended');
      await live('call.started');
      const found = (page: object) => listOn(b()).list(b(), { mode: 'test', limit: 10, ...page });
      const all = await found({});
      expect(all).toHaveLength(3);
      expect(await found({ webhook_id: webhookId })).toEqual(all);
      expect(await found({ call_id: callId })).toHaveLength(2);
      expect(await found({ event_type: 'call.ended' })).toHaveLength(1);
      expect(await found({ status: 'pending', event_type: 'call.started' })).toHaveLength(2);
      expect(await found({ mode: 'live' })).toEqual([]);
      const before = { created_at: Date.parse(all[0]?.created_at ?? ''), id: all[0]?.id ?? '' };
      expect(await found({ before, limit: 1 })).toEqual([all[1]]);
    });

    it('how a webhook has done is kept, and a secret that was replaced signs for a day', async () => {
      const webhookId = await subscribe(['call.ended']);
      const [row] = await rows(await live('call.ended'));
      await a().transaction(async (tx) => {
        const store = storeOn(a());
        expect(await store.lockStanding(tx, webhookId)).toEqual({
          failing_since: null,
          refusals: 0,
        });
        await store.saveStanding(tx, webhookId, { failing_since: clock.now(), refusals: null });
      });
      expect(await webhooksOn(b()).find('test', webhookId)).toMatchObject({
        failing_since: expect.any(String),
      });
      await webhooksOn(b()).rotateSecret('test', webhookId);
      const secrets = async (at: number) =>
        (await storeOn(a()).loadPending(row?.id ?? '', at))?.secrets.length;
      expect(await secrets(clock.now())).toBe(2);
      expect(await secrets(clock.now() + 24 * 3_600_000)).toBe(1);
    });
  });

  describe('attention', () => {
    it('of two nodes that need it at once, one tells; the list has it newest first', async () => {
      const need = { kind: 'carrier' as const, object: 'twilio', mode: 'test' as const };
      const claim = (on: Database, now: number) =>
        on.transaction((tx) => attentionStore.claim(tx, need, { now, since: now - 1_000 }));
      const told = await Promise.all([claim(a(), 5_000), claim(b(), 5_000)]);
      expect(told.filter(Boolean)).toHaveLength(1);
      expect(await claim(b(), 5_999)).toBe(false);
      expect(await claim(a(), 6_000)).toBe(true);
      const fact = { type: 'attention.needed' as const, mode: 'test' as const, about: {} };
      for (const text of ['first', 'second'])
        await a().transaction((tx) => events.recordFact(tx, { ...fact, data: { text } }));
      const page = await attentionStore.list(b(), { mode: 'test', before: null, limit: 5 });
      expect(page.map(({ notice }) => notice.text)).toEqual(['second', 'first']);
      const before = page[0]?.sequence ?? null;
      expect(await attentionStore.list(b(), { mode: 'test', before, limit: 5 })).toHaveLength(1);
      const id = page[0]?.notice.id ?? '';
      expect(await attentionStore.find(a(), id)).toMatchObject({ id, text: 'second' });
    });
  });
}
