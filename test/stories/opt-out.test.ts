// A person says that they want no more calls. It holds for every call that waits, rings or is yet to be asked for.
import type { Call } from '../../engine/src/contract/call.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { createWorld, type World } from '../world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const later = { at: '2027-01-04T15:00:00Z' };
const suppress = (phone_number: string) => world.client.addSuppression({ body: { phone_number } });
const endedEvents = (call: { id: string }) =>
  world.receiver.received.filter(
    ({ event }) => event.type === 'call.ended' && event.data['id'] === call.id,
  );

it('M9 who opts out on the phone is on the list when the call ends, is told of by an event, and their calls that wait end as blocked', async () => {
  const phone_number = numberFor('opts_out', '415');
  const secret = await world.client.subscribeWebhook({
    body: { url: world.receiver.url, events: ['call.ended', 'recipient.opted_out'] },
  });
  expect(secret.id).toMatch(/^whk_/);
  const waiting = await world.client.placeCall({
    body: { phone_number, task: `${TASK} Later.`, schedule: later },
  });
  expect(waiting.status).toBe('scheduled');
  const bystander = await world.client.placeCall({
    body: { phone_number: numberFor('confirms', '416'), task: TASK, schedule: later },
  });
  const talked = await world.client.placeCall({ body: { phone_number, task: TASK } });
  const call = await world.ended(talked.id);
  expect([call.outcome, call.outcome_group]).toEqual(['opted_out', 'follow_up']);

  const told = await world.receiver.next('recipient.opted_out');
  expect(told.event.data).toEqual({ phone_number, call_id: call.id });
  const entry = await world.client.checkSuppression({ query: { phone_number } });
  expect(entry.suppression).toMatchObject({
    reason: 'opted_out',
    source: 'call',
    call_id: call.id,
  });
  const stopped = await world.ended(waiting.id);
  expect(stopped).toMatchObject({
    end_reason: 'blocked_suppressed',
    outcome: 'call_blocked',
    refusal: { rule: 'recipient_suppressed' },
    attempts: [],
  });
  await world.receiver.next('call.ended', { from: 1 });
  expect(((await world.client.getCall({ params: { id: bystander.id } })) as Call).status).toBe(
    'scheduled',
  );
  expect(world.phone(phone_number)).toHaveLength(1);
});

it('C1 a suppressed number is refused in whatever form it is written, and a workflow gets it as data', async () => {
  const phone_number = numberFor('confirms', '417');
  await suppress(phone_number);
  const typed = phone_number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 ($1) $2-$3');
  expect(typed).not.toBe(phone_number);
  const refused = world.client.placeCall({ body: { phone_number: typed, task: TASK } });
  await expect(refused).rejects.toMatchObject({
    status: 403,
    problem: { code: 'recipient_suppressed' },
  });
  const check = await world.client.checkCall({ body: { phone_number: typed, task: TASK } });
  expect(check).toMatchObject({ allowed: false, refusal: { rule: 'recipient_suppressed' } });
  const asData = await world.client.placeCall({
    body: {
      phone_number: typed,
      task: TASK,
      on_refusal: 'result',
      webhook_url: world.receiver.url,
    },
  });
  expect(asData).toMatchObject({
    status: 'ended',
    outcome: 'call_blocked',
    end_reason: 'blocked_suppressed',
  });
  await world.receiver.next('call.ended');
  expect(world.simulator.calls()).toEqual([]);
});

it('C2 who is put on the list after a call was accepted is not dialed; the call ends as blocked and says so', async () => {
  const phone_number = numberFor('confirms', '418');
  const at = new Date(world.clock.now() + 40_000).toISOString();
  const placed = await world.client.placeCall({
    body: { phone_number, task: TASK, schedule: { at }, webhook_url: world.receiver.url },
  });
  expect(placed.status).toBe('scheduled');
  await suppress(phone_number);
  const call = await world.ended(placed.id);
  expect(call).toMatchObject({
    outcome: 'call_blocked',
    end_reason: 'blocked_suppressed',
    attempts: [],
  });
  await world.receiver.next('call.ended');
  expect(endedEvents(placed)).toHaveLength(1);
  expect(world.simulator.calls()).toEqual([]);
});

it('C3 who is put on the list between the dial and the answer hears nothing: the carrier is told to hang up', async () => {
  const phone_number = numberFor('confirms', '419');
  const placed = await world.client.placeCall({ body: { phone_number, task: TASK } });
  await world.until(placed.id, ({ status }) => status === 'ringing' || status === 'dialing');
  await suppress(phone_number);
  const call = await world.ended(placed.id);
  expect(call).toMatchObject({ outcome: 'call_blocked', end_reason: 'blocked_suppressed' });
  expect(call.transcript).toEqual([]);
  expect(call.disclosure_played_at).toBeNull();
  expect(world.phone(phone_number)).toHaveLength(1);
});
