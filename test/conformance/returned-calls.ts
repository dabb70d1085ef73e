import { createClock } from '../../engine/src/lib/clock.ts';
import { createSeal } from '../../engine/src/lib/seal.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { createIncomingCalls, numberBook } from '../../engine/src/store/returned-calls.ts';
import type { Opened } from './opened.ts';
import { sampleAttempt, sampleCall } from './sample-records.ts';

/** Registers what the tables of numbers and of people who call them must do. */
export function describeReturnedCalls({ a, b }: Opened): void {
  const incoming = createIncomingCalls({
    seal: createSeal(Buffer.alloc(32, 1)),
    clock: createClock(),
  });

  describe('returned calls', () => {
    it('a number has the defaults until something is said, per network', async () => {
      const number = '+12015550199';
      const find = (network: 'live' | 'simulated') => numberBook.find(b(), network, number);
      expect(await find('live')).toEqual({ on_returned_call: 'continue', forward_to: null });
      for (const on_returned_call of ['message', 'forward'] as const)
        await a().transaction((tx) =>
          numberBook.set(tx, {
            ...{ network: 'live', phone_number: number, now: 1, on_returned_call },
            forward_to: '+351210000000',
          }),
        );
      expect(await find('live')).toEqual({
        on_returned_call: 'forward',
        forward_to: '+351210000000',
      });
      expect((await find('simulated')).on_returned_call).toBe('continue');
    });

    it('the same phone call is noted once, whichever node is told; the caller is counted', async () => {
      const note = (carrier_call_id: string, caller: string | null, now: number, database = a()) =>
        database.transaction((tx) =>
          incoming.note(tx, {
            carrier_call_id,
            network: 'simulated',
            caller,
            since: now - 10,
            now,
          }),
        );
      const told = await Promise.all([
        note('CA1', '+12025550177', 100),
        note('CA1', '+12025550177', 100, b()),
      ]);
      expect(told.filter(({ first }) => first)).toHaveLength(1);
      expect(await note('CA2', '+12025550177', 105)).toEqual({ first: true, recent: 2 });
      expect(await note('CA3', null, 105)).toEqual({ first: true, recent: 1 });
      expect(await note('CA4', '+12025550177', 114)).toEqual({ first: true, recent: 2 });
    });

    it('knows the calls for which a person was dialed from a number, the latest dialed first', async () => {
      const phone_number = '+12025550178';
      const from_number = '+12015550123';
      const dialed = async (at: number, change: object = {}) => {
        const call = sampleCall({ phone_number });
        await a().transaction(async (tx) => {
          await callStore.insert(tx, call);
          const attempt = { phone_number, from_number, started_at: at, ...change };
          await callStore.insertAttempt(tx, sampleAttempt(call.id, attempt));
        });
        return call.id;
      };
      const [old, first, , , last] = [
        await dialed(10),
        await dialed(20),
        await dialed(30, { from_number: '+12015550124' }),
        await dialed(30, { network: 'live' }),
        await dialed(40),
      ];
      const again = sampleAttempt(first ?? '', {
        number: 2,
        phone_number,
        from_number,
        started_at: 50,
      });
      await a().transaction((tx) => callStore.insertAttempt(tx, again));
      const query = { network: 'simulated', phone_number, from_number, since: 15 } as const;
      const known = await incoming.knownCalls(b(), query);
      expect(known.map(({ id }) => id)).toEqual([first, last]);
      expect(known[0]).toMatchObject({ status: 'queued', outcome: null, ended_at: null });
      expect(known.map(({ id }) => id)).not.toContain(old);
    });
  });
}
