import { randomBytes } from 'node:crypto';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Egress } from '../../engine/src/lib/egress.ts';
import { createSeal } from '../../engine/src/lib/seal.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { createEventStore } from '../../engine/src/store/events.ts';
import { createKeyStore } from '../../engine/src/store/keys.ts';
import { createWebhookStore } from '../../engine/src/store/webhooks.ts';
import type { Opened } from './opened.ts';
import { sampleCall } from './sample-records.ts';

/** Registers what the tables of keys, webhooks, events and deliveries must do. */
export function describeWebhooks({ a, b }: Opened): void {
  const clock = createClock();
  const seal = createSeal(randomBytes(32));
  const events = createEventStore({
    clock,
    onRecorded: () => undefined,
    onQueued: () => undefined,
    bodyOf: JSON.stringify,
  });
  const anywhere: Egress = {
    judge: async () => undefined,
    send: () => Promise.reject(new Error('nothing is sent here')),
  } as unknown as Egress;
  const stores = () => ({
    keys: createKeyStore({
      database: a(),
      seal,
      clock,
      newSigningSecret: () => 'whsec_x',
      audit: { record: async () => undefined },
    }),
    webhooks: createWebhookStore({
      ...{ database: a(), seal, events, egress: anywhere, clock },
      newSigningSecret: () => 'whsec_y',
    }),
  });
  const addKey = async (public_id = 'aaaaaaaa') =>
    stores().keys.add({ public_id, hash: 'h', mode: 'test', name: 'n' });
  const deliveries = () =>
    b().query<{ event_id: string; webhook_id: string }>('SELECT * FROM deliveries');

  describe('keys', () => {
    it('the first is made once, also when two ask at once', async () => {
      const { keys } = stores();
      const kept: string[] = [];
      const made = await Promise.all(
        ['aaaaaaaa', 'bbbbbbbb'].map((public_id) =>
          keys.addFirst({ public_id, hash: 'h', mode: 'test', name: 'n' }, () => {
            kept.push(public_id);
          }),
        ),
      );
      expect(made.filter((key) => key !== undefined)).toHaveLength(1);
      expect(await keys.list()).toMatchObject(kept.map((public_id) => ({ public_id })));
    });

    it('are found by their public id, and revoked once for all', async () => {
      const key = await addKey();
      const { keys } = stores();
      expect(await keys.find('aaaaaaaa')).toMatchObject({ id: key.id, revoked_at: null });
      expect(await keys.revoke('nobody')).toBe(false);
      expect(await keys.revoke('aaaaaaaa')).toBe(true);
      const revoked = (await keys.find('aaaaaaaa'))?.revoked_at;
      expect(revoked).toEqual(expect.any(Number));
      expect(await keys.revoke(key.id)).toBe(true);
      expect((await keys.find('aaaaaaaa'))?.revoked_at).toBe(revoked);
      expect(await keys.webhookSecret(key.id)).toBe('whsec_x');
    });
  });

  describe('webhooks', () => {
    const wanted = (url: string, more: object = {}) => ({
      url,
      events: ['call.ended' as const],
      ...more,
    });

    it('the same address and events of one key is one subscription, and 50 are the limit', async () => {
      const { id } = await addKey();
      const key = { id, mode: 'test' as const };
      const { webhooks } = stores();
      const first = await webhooks.subscribe(key, wanted('https://a.example/0'));
      const again = await webhooks.subscribe(key, wanted('https://a.example/0'));
      if (first === 'too_many' || again === 'too_many') throw new Error('too early');
      expect(again).toEqual({ webhook: first.webhook, secret: undefined });
      for (let at = 1; at < 50; at++)
        await webhooks.subscribe(key, wanted(`https://a.example/${at}`));
      expect(await webhooks.subscribe(key, wanted('https://a.example/new'))).toBe('too_many');
      const other = await addKey('bbbbbbbb');
      expect(
        await webhooks.subscribe({ id: other.id, mode: 'test' }, wanted('https://a.example/0')),
      ).not.toBe('too_many');
      expect(await webhooks.unsubscribe('live', first.webhook.id)).toBe(false);
      expect(await webhooks.unsubscribe('test', first.webhook.id)).toBe(true);
      expect(await webhooks.unsubscribe('test', first.webhook.id)).toBe(true);
      const list = await webhooks.list('test');
      expect(list.map((webhook) => webhook.id)).not.toContain(first.webhook.id);
      const rows = await b().query('SELECT * FROM webhooks');
      expect(JSON.stringify(rows)).not.toMatch(/a\.example\/|whsec_/);
    });

    it('an event becomes one delivery and one job for each that wants it', async () => {
      const { id } = await addKey();
      const { webhooks } = stores();
      const subscribe = async (url: string, more: object = {}, mode: 'test' | 'live' = 'test') => {
        const made = await webhooks.subscribe({ id, mode }, wanted(url, more));
        if (made === 'too_many') throw new Error('too many');
        return made.webhook.id;
      };
      const all = await subscribe('https://a.example/all');
      const orders = await subscribe('https://a.example/orders', { filter: { tag: 'orders' } });
      await subscribe('https://a.example/other', { filter: { tag: 'other' } });
      await subscribe('https://a.example/started', { events: ['call.started'] });
      await subscribe('https://a.example/live', {}, 'live');
      const gone = await subscribe('https://a.example/gone');
      await webhooks.unsubscribe('test', gone);
      const call = sampleCall({ key_id: id, tag: 'orders' });
      const receiver = {
        url: 'https://a.example/own',
        token: 't',
        events: ['call.ended' as const],
      };
      await a().transaction(async (tx) => {
        await callStore.insert(tx, call);
        await webhooks.addForCall(tx, call, receiver);
        await webhooks.addForCall(tx, call, receiver);
        await events.record(tx, { type: 'call.ended', call, data: {} });
      });
      const told = (await deliveries()).map((row) => row.webhook_id);
      expect(told).toHaveLength(3);
      expect(told).toEqual(expect.arrayContaining([all, orders]));
      const jobs = await b().query("SELECT ref FROM jobs WHERE kind = 'deliver'");
      expect(jobs).toHaveLength(3);
    });

    it('a call ends once: a second call.ended breaks its transaction', async () => {
      const { id } = await addKey();
      const call = sampleCall({ key_id: id, status: 'ended' });
      const end = () =>
        a().transaction((tx) => events.record(tx, { type: 'call.ended', call, data: { n: 1 } }));
      await a().transaction((tx) => callStore.insert(tx, call));
      await end();
      await expect(end()).rejects.toThrow();
      const stored = await events.ofCall(b(), call.id, 0, 10);
      expect(stored).toMatchObject([{ type: 'call.ended' }]);
      expect(await events.ofCall(b(), call.id, stored[0]?.sequence ?? 0, 10)).toEqual([]);
      // Whoever comes later is told of the end that there was, once.
      const late = { url: 'https://a.example/late', token: null, events: ['call.ended' as const] };
      const { webhooks } = stores();
      for (let at = 0; at < 2; at++)
        await a().transaction((tx) => webhooks.addForCall(tx, call, late));
      expect(await deliveries()).toMatchObject([{ event_id: stored[0]?.id }]);
    });
  });
}
