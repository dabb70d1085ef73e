import type { Call } from '../../engine/src/contract/call.ts';
import type { OwnPhone } from '../../engine/src/contract/own-phone.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { createWorld, type World } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';

let world: World;
beforeAll(async () => {
  // Eleven at night in New York: by the rules nobody there is called.
  world = await createWorld({
    at: '2026-06-02T03:00:00Z',
    env: { TEST_MODE_RULES: 'full', CALL_PRICES: '*=0.02' },
  });
});
afterAll(() => world.close());

// Whoever says hello in the middle of the code hears it again; a silent phone keeps this story short.
const phone = numberFor('stays_silent', '212');
const place = async (): Promise<Call> =>
  (await world.client.placeCall({
    body: { phone_number: phone, task: TASK, consent_source: 'booking form' },
  })) as Call;

it('an own phone is proved by the code spoken on it, and then rings at any hour, as often as asked', async () => {
  const closed = await place();
  expect(closed.status).toBe('scheduled');
  await world.client.cancelCall({ params: { id: closed.id } });

  // By day the phone is called and hears its code.
  world.jump(12 * 3_600_000);
  const added = (await world.client.addOwnPhone({ body: { phone_number: phone } })) as OwnPhone;
  expect(added).toMatchObject({ phone_number: phone, verified_at: null });
  const call = await world.ended(added.call_id ?? '');
  const heard = world.phone(phone).flatMap((one) => one.heard.map(({ text }) => text));
  const spoken = /code is ((?:\d,? ?){6})/.exec(heard.join(' '))?.[1]?.replace(/\D/g, '');
  expect([spoken, heard, call.end_reason]).toEqual([
    expect.stringMatching(/^\d{6}$/),
    heard,
    call.end_reason,
  ]);
  // The words of that call are nobody's to read.
  expect(JSON.stringify(call)).not.toContain([...(spoken ?? '')].join(', '));
  expect(call.transcript.every(({ text }) => text === '…')).toBe(true);

  const verify = (code: string) =>
    world.client.verifyOwnPhone({ params: { id: added.id }, body: { code } });
  const wrong = spoken === '000000' ? '000001' : '000000';
  await expect(verify(wrong)).rejects.toMatchObject({ status: 422, code: 'code_not_valid' });
  const verified = (await verify([...(spoken ?? '')].join(' '))) as OwnPhone;
  expect(verified.verified_at).not.toBeNull();

  world.jump(12 * 3_600_000);
  for (let at = 0; at < 4; at++)
    expect((await world.ended((await place()).id)).attempts).toHaveLength(1);
  await world.client.removeOwnPhone({ params: { id: added.id } });
  await expect(place()).rejects.toMatchObject({ status: 429, code: 'frequency_cap' });
}, 60_000);

it('a code is good for five tries, and there are five own phones at most', async () => {
  world.jump(12 * 3_600_000);
  const ids: string[] = [];
  for (const area of ['213', '214', '215', '216', '217']) {
    const body = { phone_number: numberFor('no_answer', area) };
    ids.push(((await world.client.addOwnPhone({ body })) as OwnPhone).id);
  }
  const sixth = { phone_number: numberFor('no_answer', '218') };
  await expect(world.client.addOwnPhone({ body: sixth })).rejects.toMatchObject({
    code: 'too_many_own_phones',
  });
  const [id = ''] = ids;
  for (let tries = 0; tries < 6; tries++)
    await expect(
      world.client.verifyOwnPhone({ params: { id }, body: { code: 'nothing' } }),
    ).rejects.toMatchObject({ code: 'code_not_valid' });
  await expect(
    world.client.verifyOwnPhone({ params: { id: `phn_${'0'.repeat(26)}` }, body: { code: '1' } }),
  ).rejects.toMatchObject({ status: 404 });
});
