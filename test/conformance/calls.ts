import type { CallRecord } from '../../engine/src/calls/call-record.ts';
import { listCalls } from '../../engine/src/store/call-list.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import type { Opened } from './opened.ts';
import { sampleAttempt, sampleCall } from './sample-records.ts';

/** Registers what the tables of calls, attempts, turns and answers must do. */
export function describeCalls({ a, b }: Opened): void {
  const insert = async (change: Parameters<typeof sampleCall>[0] = {}) => {
    const call = sampleCall(change);
    await a().transaction((tx) => callStore.insert(tx, call));
    return call;
  };

  describe('calls', () => {
    it('come back as they went in, whatever is in them', async () => {
      const call = await insert();
      expect(await callStore.find(b(), call.id)).toEqual(call);
      expect(await callStore.find(b(), 'call_none')).toBeUndefined();
    });

    it('change only while their status is as expected, and once', async () => {
      const { id } = await insert();
      const change = (database = a()) =>
        database.transaction((tx) =>
          callStore.update(tx, id, ['queued', 'scheduled'], { status: 'dialing', started_at: 7 }),
        );
      expect(await change()).toBe(true);
      expect(await change()).toBe(false);
      expect(await change(b())).toBe(false);
      expect(await callStore.find(b(), id)).toMatchObject({ status: 'dialing', started_at: 7 });
    });

    it('an empty change only asks whether the status is as expected, and no status is never', async () => {
      const { id } = await insert();
      const update = (...rest: [CallRecord['status'][], object]) =>
        a().transaction((tx) => callStore.update(tx, id, ...rest));
      expect(await update(['queued'], {})).toBe(true);
      expect(await update(['ended'], {})).toBe(false);
      expect(await update([], {})).toBe(false);
      expect(await update([], { status: 'ended' })).toBe(false);
      expect((await callStore.find(b(), id))?.status).toBe('queued');
      const attempt = sampleAttempt(id);
      await a().transaction((tx) => callStore.insertAttempt(tx, attempt));
      const touch = (attemptId: string) =>
        a().transaction((tx) => callStore.updateAttempt(tx, attemptId, {}));
      expect(await touch(attempt.id)).toBe(true);
      expect(await touch('att_none')).toBe(false);
    });

    it('of two nodes that want the same change one gets it', async () => {
      const { id } = await insert();
      const won = await Promise.all(
        [a(), b(), a(), b()].map((database) =>
          database.transaction((tx) => callStore.update(tx, id, ['queued'], { status: 'dialing' })),
        ),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('one Idempotency-Key of one key stands for one call; none stands for nothing', async () => {
      const call = await insert({ idempotency_key: 'k' });
      await insert({ idempotency_key: 'k', key_id: 'key_2' });
      await insert();
      await insert();
      const again = sampleCall({ idempotency_key: 'k' });
      expect(await b().transaction((tx) => callStore.insert(tx, again))).toBe(false);
      expect(await callStore.find(a(), again.id)).toBeUndefined();
      expect((await callStore.findByIdempotencyKey(b(), 'key_1', 'k'))?.id).toBe(call.id);
      expect(await callStore.findByIdempotencyKey(b(), 'key_1', 'K')).toBeUndefined();
    });
  });

  describe('attempts', () => {
    it('change only until they have ended, and only where the condition holds', async () => {
      const call = await insert();
      const attempt = sampleAttempt(call.id, { media_token_hash: 'm' });
      await a().transaction((tx) => callStore.insertAttempt(tx, attempt));
      expect(await callStore.findAttempt(b(), attempt.id)).toEqual(attempt);
      expect(await callStore.findAttemptByToken(b(), attempt.token_hash)).toEqual(attempt);
      expect(await callStore.findAttemptByMediaToken(b(), 'm')).toEqual(attempt);

      const update = (...rest: [object, object?]) =>
        a().transaction((tx) => callStore.updateAttempt(tx, attempt.id, ...rest));
      expect(await update({ carrier_call_id: 'CA1' }, { carrier_call_id: null })).toBe(true);
      expect(await update({ carrier_call_id: 'CA2' }, { carrier_call_id: null })).toBe(false);
      expect(await update({ sip_code: 1 }, { carrier_call_id: 'CA2' })).toBe(false);
      expect(await update({ report_sequence: 3 }, { report_sequence_below: 3 })).toBe(true);
      expect(await update({ report_sequence: 3 }, { report_sequence_below: 3 })).toBe(false);
      // The single-use secret opens one door once.
      expect(await update({ media_token_hash: null }, { media_token_hash: 'm' })).toBe(true);
      expect(await update({ media_token_hash: null }, { media_token_hash: 'm' })).toBe(false);
      expect(await update({ status: 'ended', end_reason: 'busy' })).toBe(true);
      expect(await update({ end_reason: 'no_answer' })).toBe(false);
      expect(await callStore.attempts(b(), call.id)).toMatchObject([
        { carrier_call_id: 'CA1', report_sequence: 3, end_reason: 'busy', sip_code: null },
      ]);
    });

    it('one number of a call is dialed by one attempt', async () => {
      const call = await insert();
      const add = () =>
        a().transaction((tx) => callStore.insertAttempt(tx, sampleAttempt(call.id)));
      await add();
      await expect(add()).rejects.toThrow();
    });

    it('whose node is gone are found, the others are not', async () => {
      const call = await insert();
      const add = (change: Parameters<typeof sampleAttempt>[1]) => {
        const attempt = sampleAttempt(call.id, change);
        return a()
          .transaction((tx) => callStore.insertAttempt(tx, attempt))
          .then(() => attempt.id);
      };
      await a().query("INSERT INTO nodes (id, started_at, expires_at) VALUES ('alive', 1, 100)");
      await add({ number: 1, node_id: 'alive' });
      const later = await add({ number: 2, node_id: 'gone', started_at: 2 });
      const gone = await add({ number: 3, node_id: 'gone', started_at: 1 });
      await add({ number: 4, node_id: 'gone', status: 'ended' });
      const ids = async (limit: number) =>
        (await callStore.orphans(b(), limit)).map((attempt) => attempt.id);
      expect(await ids(10)).toEqual([gone, later]);
      expect(await ids(1)).toEqual([gone]);
    });
  });

  describe('turns and answers', () => {
    it('a turn is kept once, in order; of answers the last word counts', async () => {
      const call = await insert();
      const turn = (index: number, text: string) => ({
        ...{ call_id: call.id, attempt_id: 'att_1', index, speaker: 'agent' as const },
        ...{ text, started_ms: index, ended_ms: index + 1, interrupted: index === 1 },
      });
      const answer = (value: unknown, quote: string) => ({
        call_id: call.id,
        field: 'rating',
        value,
        quote,
      });
      await a().transaction(async (tx) => {
        for (const one of [turn(1, 'two'), turn(0, 'one'), turn(1, 'other')])
          await callStore.addTurn(tx, one);
        for (const one of [answer(8, 'eight'), answer(['9', false], 'nine')])
          await callStore.addAnswer(tx, one);
      });
      expect(await callStore.turns(b(), call.id)).toEqual([turn(0, 'one'), turn(1, 'two')]);
      expect(await callStore.answers(b(), call.id)).toEqual([answer(['9', false], 'nine')]);
    });
  });

  describe('the list of calls', () => {
    it('pages through all calls once, newest first, also when many have one time', async () => {
      const ids: string[] = [];
      for (let at = 0; at < 12; at++)
        ids.push((await insert({ created_at: 100 + Math.floor(at / 5) })).id);
      await insert({ mode: 'live' });
      const seen: { id: string; created_at: number }[] = [];
      for (let page = await listCalls(a(), { mode: 'test', limit: 5 }); page.length > 0; ) {
        seen.push(...page);
        // A call that comes in meanwhile shifts nothing.
        await insert({ created_at: 500 });
        const before = page.at(-1);
        page = await listCalls(a(), { mode: 'test', limit: 5, before });
      }
      expect(seen.map(({ id }) => id).sort()).toEqual(ids.sort());
      const times = seen.map((call) => call.created_at);
      expect(times).toEqual([...times].sort((x, y) => y - x));
    });

    it('finds by every filter, alone and together, and takes SQL for text', async () => {
      const facts = {
        ...({ status: 'ended', outcome: 'achieved', outcome_group: 'answered' } as const),
        ...{ source: 'n8n', phone_number: '+12025550177', reference: "o'1", tag: '100%' },
      } as const;
      const { id } = await insert({ ...facts, reached: true, created_at: 50 });
      await insert({ created_at: 60, reached: false });
      await insert({ ...facts, mode: 'live', created_at: 50 });
      const find = async (filter: object) =>
        (await listCalls(b(), { mode: 'test', limit: 10, ...filter })).map((call) => call.id);
      for (const [field, value] of Object.entries(facts)) {
        expect([field, await find({ [field]: value })]).toEqual([field, [id]]);
        expect(await find({ [field]: `${value}' OR '1'='1` })).toEqual([]);
        expect(await find({ [field]: '%' })).toEqual([]);
      }
      expect(await find({ ...facts, reached: true })).toEqual([id]);
      expect(await find({ created_after: 50, created_before: 60 })).toEqual([id]);
      expect(await find({ created_after: 51, created_before: 60 })).toEqual([]);
    });
  });
}
