import { randomBytes } from 'node:crypto';
import type { BatchRecord } from '../../engine/src/batches/batch-record.ts';
import { noteEndedInBatches } from '../../engine/src/batches/end-batch.ts';
import { resumeBatch } from '../../engine/src/batches/steer-batch.ts';
import type { CallRecord } from '../../engine/src/calls/call-record.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Database } from '../../engine/src/lib/database.ts';
import { newId, sha256Hex } from '../../engine/src/lib/id.ts';
import { createSeal } from '../../engine/src/lib/seal.ts';
import { callsOfBatch, createBatchStore } from '../../engine/src/store/batches.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { createEventStore } from '../../engine/src/store/events.ts';
import { jobStore } from '../../engine/src/store/jobs.ts';
import { createWaitStore } from '../../engine/src/store/waits.ts';
import { noteEndedInWaits, settleWait, withdrawWait } from '../../engine/src/waits/close-wait.ts';
import { createWait } from '../../engine/src/waits/create-wait.ts';
import type { Opened } from './opened.ts';
import { sampleCall } from './sample-records.ts';

const ROUNDS = 10;

/** Registers what the tables of batches and waits must do. */
export function describeBatches({ a, b }: Opened): void {
  const clock = createClock();
  const seal = createSeal(randomBytes(32));
  const batches = createBatchStore(seal);
  const waits = createWaitStore(seal);
  const facts = createEventStore({
    ...{ clock, bodyOf: JSON.stringify },
    ...{ onRecorded: () => undefined, onQueued: () => undefined },
  });
  const attention = { needAttention: async () => true };
  const sent: { id: string; body: string }[] = [];
  const messages = {
    send: async (_: unknown, message: { id: string; body: string }) => void sent.push(message),
  };
  beforeEach(() => void sent.splice(0));

  const batchOf = (change: Partial<BatchRecord> = {}): BatchRecord => ({
    ...{ id: newId('bat'), mode: 'test', network: 'simulated', key_id: 'key_1', name: 'Ação 😀' },
    ...{ status: 'running', pause_reason: null, calls_per_hour: null, stop_after_failures: null },
    ...{ failures_in_row: 0, source: null, total: 2, idempotency_key: null, fingerprint: 'f' },
    ...{ created_at: 1_790_000_000_123, placed_at: 1, ended_at: null, end_event_id: null },
    ...change,
  });
  const request = {
    ok: true as const,
    value: { task: 'Call', phone_number: '+12025550100' } as never,
  };

  /** A batch of calls that are being talked to. */
  async function placed(calls = 2): Promise<{ batch: BatchRecord; ids: string[] }> {
    const batch = batchOf({ total: calls });
    const ids: string[] = [];
    await a().transaction(async (tx) => {
      await batches.insert(
        tx,
        batch,
        Array.from({ length: calls }, () => request),
      );
      for (let index = 0; index < calls; index++) {
        const place = { batch_id: batch.id, batch_index: index };
        const call = sampleCall({ status: 'in_progress', outcome_group: 'answered', ...place });
        await callStore.insert(tx, call);
        await batches.settleItem(tx, batch.id, index, { call_id: call.id });
        ids.push(call.id);
      }
    });
    return { batch, ids };
  }
  const endOf = (on: Database, callId: string, change: Partial<CallRecord> = {}) =>
    on.transaction(async (tx) => {
      await callStore.update(tx, callId, ['in_progress'], { status: 'ended', ...change });
      const call = await callStore.find(tx, callId);
      if (!call) throw new Error('no call');
      await noteEndedInBatches(tx, call, { batches, facts, attention, clock });
      await noteEndedInWaits(tx, call, { waits, messages, clock });
    });
  const ends = async (batchId: string) =>
    (
      await b().query<{ body: string }>("SELECT body FROM events WHERE type = 'batch.ended'")
    ).filter(({ body }) => JSON.parse(body).data.id === batchId);

  describe('batches', () => {
    it('keep every field; requests are sealed and gone once placed', async () => {
      const batch = batchOf({ calls_per_hour: 12, stop_after_failures: 3, source: 'n8n' });
      const problem = {
        code: 'invalid_request' as const,
        errors: [{ pointer: '/calls/1', code: 'x' }],
      };
      await a().transaction((tx) =>
        batches.insert(tx, batch, [request, { ok: false, failure: problem }]),
      );
      expect(await batches.find(b(), batch.id)).toEqual(batch);
      const rows = await b().query('SELECT * FROM batch_items');
      expect(JSON.stringify(rows)).not.toContain('+1202');
      expect(await batches.waitingItems(b(), batch.id, 10)).toEqual([
        { index: 0, request: { task: 'Call', phone_number: '+12025550100' } },
      ]);
      expect(await batches.hasOpenCalls(b(), batch.id)).toBe(true);
      const refused = { code: 'invalid_phone_number' as const };
      await a().transaction((tx) => batches.settleItem(tx, batch.id, 0, { problem: refused }));
      expect(await batches.waitingItems(b(), batch.id, 10)).toEqual([]);
      expect(await batches.hasOpenCalls(b(), batch.id)).toBe(false);
      expect(await batches.items(b(), batch.id, 0, 10)).toMatchObject([
        { index: 0, call_id: null, problem: refused, status: null },
        { index: 1, call_id: null, problem },
      ]);
      expect(await batches.counts(b(), batch.id)).toEqual([
        { refused: true, status: null, outcome_group: null, count: 2 },
      ]);
    });

    it('with one Idempotency-Key are one, also when two nodes are asked at once', async () => {
      const copies = Array.from({ length: 6 }, () => batchOf({ idempotency_key: 'tuesday' }));
      const added = await Promise.all(
        copies.map((batch, at) =>
          (at % 2 ? a() : b()).transaction((tx) => batches.insert(tx, batch, [request])),
        ),
      );
      expect(added.filter((isNew) => isNew)).toHaveLength(1);
      expect(await b().query('SELECT id FROM batches')).toHaveLength(1);
      expect(await b().query('SELECT idx FROM batch_items')).toHaveLength(1);
      const found = await batches.findByIdempotencyKey(b(), 'key_1', 'tuesday');
      expect(found?.id).toBe(copies[added.indexOf(true)]?.id);
    });

    it('end once, although their last calls end at the same moment on two nodes', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { batch, ids } = await placed(4);
        await Promise.all(ids.map((id, at) => endOf(at % 2 ? a() : b(), id)));
        const told = await ends(batch.id);
        expect(told).toHaveLength(1);
        const { data } = JSON.parse(told[0]?.body ?? '');
        expect(data.counts).toMatchObject({ total: 4, ended: 4, scheduled: 0, in_progress: 0 });
        expect(data.items).toHaveLength(4);
        const stored = await batches.find(b(), batch.id);
        expect(stored).toMatchObject({ status: 'ended', ended_at: expect.any(Number) });
        expect(stored?.end_event_id).toMatch(/^evt_/);
      }
    });

    it('pause after so many failures in a row; what was not called does not count, what worked begins anew', async () => {
      const { batch, ids } = await placed(8);
      await a().transaction((tx) =>
        batches.update(tx, batch.id, ['running'], { stop_after_failures: 2 }),
      );
      const statusAfter = async (at: number, outcome_group: CallRecord['outcome_group']) => {
        await endOf(a(), ids[at] ?? '', { outcome_group });
        return (await batches.find(b(), batch.id))?.status;
      };
      expect(await statusAfter(0, 'problem')).toBe('running');
      expect(await statusAfter(1, 'not_reached')).toBe('running');
      expect(await statusAfter(2, 'problem')).toBe('running');
      expect(await batches.isHeld(b(), batch.id)).toBe(false);
      expect(await statusAfter(3, 'not_called')).toBe('running');
      expect(await statusAfter(4, 'problem')).toBe('paused');
      expect(await batches.isHeld(b(), batch.id)).toBe(true);
      expect(await batches.find(b(), batch.id)).toMatchObject({ pause_reason: 'failures' });
      for (const at of [5, 6, 7]) await statusAfter(at, 'problem');
      expect(await ends(batch.id)).toHaveLength(1);
    });

    it('resumed twice at once on two nodes, have a dial for every call that was not dialed', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { batch, ids } = await placed(3);
        await a().query("UPDATE calls SET status = 'queued' WHERE batch_id = $1", [batch.id]);
        const change = { status: 'paused', calls_per_hour: 60 } as const;
        await a().transaction((tx) => batches.update(tx, batch.id, ['running'], change));
        const jobs = {
          enqueue: (tx: never, job: { kind: string; ref: string; run_at: number }) =>
            jobStore.enqueue(tx, { ...job, now: clock.now() }),
        };
        const resume = (database: Database) =>
          resumeBatch(batch.id, { database, batches, calls: callStore, jobs, clock } as never);
        const resumed = await Promise.all([a(), b(), a(), b()].map(resume));
        expect(resumed.map(({ ok }) => ok)).toEqual([true, true, true, true]);
        const dials = await b().query<{ ref: string }>(
          "SELECT DISTINCT ref FROM jobs WHERE kind = 'dial' AND ref IN ($1, $2, $3)",
          ids,
        );
        expect(dials).toHaveLength(3);
        expect(await batches.isHeld(b(), batch.id)).toBe(false);
      }
    });

    it('are listed newest first, page by page, of one mode', async () => {
      const made = [3, 1, 2].map((at) => batchOf({ created_at: at, total: 0 }));
      const live = batchOf({ mode: 'live', created_at: 9 });
      await a().transaction(async (tx) => {
        for (const batch of [...made, live]) await batches.insert(tx, batch, []);
      });
      const first = await batches.list(b(), { mode: 'test', limit: 2 });
      expect(first.map(({ created_at }) => created_at)).toEqual([3, 2]);
      const rest = await batches.list(b(), { mode: 'test', limit: 2, before: first[1] });
      expect(rest.map(({ created_at }) => created_at)).toEqual([1]);
      expect(await batches.list(b(), { mode: 'test', status: 'paused', limit: 2 })).toEqual([]);
    });
  });

  describe('waits', () => {
    const key = { id: 'key_1', mode: 'test' as const };
    const receivers = { judge: async () => undefined };
    const jobs = {
      enqueue: (tx: never, job: { kind: string; ref: string; run_at: number }) =>
        jobStore.enqueue(tx, { ...job, now: clock.now() }),
    };
    const create = async (on: Database, call_ids: string[], until = 60) => {
      const ports = { database: on, waits, callsOfBatch, receivers, jobs: jobs as never, clock };
      const made = await createWait(
        { call_ids, url: 'https://a.example/x', until } as never,
        key,
        ports,
      );
      if (!made.ok) throw new Error(JSON.stringify(made.failure));
      return made.value;
    };

    it('made while the last call ends say at once that all are over, or are told, never neither', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { ids } = await placed(2);
        sent.splice(0);
        const [made] = await Promise.all([
          create(b(), ids),
          ...ids.map((id, at) => endOf(at % 2 ? a() : b(), id)),
        ]);
        expect(sent.length).toBe(made.over ? 0 : 1);
        if (!made.over)
          expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
            ...{ wait_id: made.wait.id, done: true, ended: 2, total: 2 },
          });
      }
    });

    it('keep address, token and secret sealed or hashed', async () => {
      const { ids } = await placed(1);
      const made = await create(a(), ids);
      if (made.over) throw new Error('over');
      const rows = JSON.stringify(await b().query('SELECT * FROM waits'));
      expect(rows).not.toContain('a.example');
      expect(rows).not.toContain(made.secret);
      expect(await waits.find(b(), made.wait.id)).toEqual({
        ...made.wait,
        token_hash: sha256Hex(made.secret),
      });
    });

    it('are closed once: by the last call, by the time or by who withdraws, and forgotten long after', async () => {
      const { ids } = await placed(1);
      const made = await create(a(), ids, 0.001);
      if (made.over) throw new Error('over');
      const { wait, secret } = made;
      const later = { ...clock, now: () => wait.until + 1 };
      const ports = { waits, messages, database: a(), clock: later };
      const again = await settleWait(wait.id, ports);
      expect(again?.again_at).toBeGreaterThan(wait.until);
      expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ done: false, ended: 0, total: 1 });
      await settleWait(wait.id, ports);
      await endOf(a(), ids[0] ?? '');
      expect(await withdrawWait(wait.id, secret, ports)).toBe(true);
      expect(await withdrawWait(wait.id, 'guess', ports)).toBe(false);
      expect(sent).toHaveLength(1);
      const longAfter = { ...clock, now: () => wait.until + 31 * 86_400_000 };
      expect(await settleWait(wait.id, { ...ports, clock: longAfter })).toBeUndefined();
      expect(await waits.find(b(), wait.id)).toBeUndefined();
      expect(await b().query('SELECT wait_id FROM wait_calls')).toEqual([]);
    });
  });
}
