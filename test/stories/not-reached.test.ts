import type { Call } from '../../engine/src/contract/call.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { createWorld, type World } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const place = async (body: Record<string, unknown>): Promise<Call> =>
  (await world.client.placeCall({ body: { task: TASK, ...body } })) as Call;
const endEvents = (callId: string): number =>
  world.receiver.received.filter(
    ({ event }) => event.type === 'call.ended' && event.data['id'] === callId,
  ).length;

describe('a person who is not reached', () => {
  it.each([
    ['no_answer', { outcome: 'no_answer', end_reason: 'no_answer', retryable: true }],
    ['busy', { outcome: 'busy', end_reason: 'busy', retryable: true }],
    ['unreachable', { outcome: 'no_answer', end_reason: 'unreachable', retryable: true }],
    // The carrier did not say whether it dials, so nobody may call again blindly.
    ['carrier_error', { outcome: 'unknown', end_reason: 'lost_contact', retryable: false }],
  ] as const)(
    '%s: each attempt rings at most once and the workflow is told once',
    async (behaviour, expected) => {
      const phone_number = numberFor(behaviour);
      const { id } = await place({ phone_number, webhook_url: world.receiver.url });
      const call = await world.ended(id);
      expect(call).toMatchObject({
        ...expected,
        reached: false,
        answered_by: 'nobody',
        transcript: [],
        result: null,
      });
      await world.until(id, () => endEvents(id) > 0);
      expect(endEvents(id)).toBe(1);
      expect(world.phone(phone_number).length).toBeLessThanOrEqual(call.attempts.length);
      // No answer and busy are tried a second time; whatever else was is not.
      const tried = ['no_answer', 'busy'].includes(behaviour) ? 2 : 1;
      expect(call.attempts).toHaveLength(tried);
    },
  );

  it('a voicemail is recognised and hung up on: nothing counts as an answer', async () => {
    const call = await world.ended((await place({ phone_number: numberFor('voicemail') })).id);
    expect(call).toMatchObject({
      outcome: 'voicemail',
      answered_by: 'voicemail',
      end_reason: 'voicemail_hangup',
      reached: false,
    });
    expect(call.outcome_evidence).toBeNull();
  });

  it('a person who stays silent is asked once whether they are there, then left alone', async () => {
    const call = await world.ended((await place({ phone_number: numberFor('stays_silent') })).id);
    expect(call).toMatchObject({ end_reason: 'silence_timeout', outcome: 'inconclusive' });
    expect(call.transcript.at(-1)?.text).toContain('still there');
  });

  it('an impossible number is data for those who ask for it: an ended call, its event, and nobody is called', async () => {
    const call = await place({
      phone_number: '+12025',
      on_refusal: 'result',
      webhook_url: world.receiver.url,
    });
    expect(call).toMatchObject({
      status: 'ended',
      outcome: 'invalid_number',
      outcome_group: 'not_called',
      attempts: [],
    });
    expect(call.refusal).toMatchObject({ rule: 'invalid_phone_number', next_allowed_at: null });
    await world.until(call.id, () => endEvents(call.id) === 1);
  });
});

describe('a call that is canceled', () => {
  it('before it is dialed: it ends at once and no phone rings', async () => {
    // The model does not answer for a while, so the dial waits before the phone rings.
    world.simulator.faults.model.refuseUpgrade = { status: 503, times: 0 };
    const phone_number = numberFor('confirms', '305');
    const placed = await place({ phone_number });
    const canceled = await world.client.cancelCall({ params: { id: placed.id } });
    expect(['ended', 'dialing', 'ringing', 'queued', 'in_progress']).toContain(canceled.status);
    const call = await world.ended(placed.id);
    expect(call).toMatchObject({ outcome: 'call_canceled', outcome_group: 'not_called' });
    expect(world.phone(phone_number).filter((phone) => phone.heard.length > 0)).toEqual([]);
  });

  it('while it rings: the phone stops ringing', async () => {
    const phone_number = numberFor('no_answer', '306');
    const placed = await place({ phone_number });
    await world.until(placed.id, (call) => call.status === 'ringing');
    await world.client.cancelCall({ params: { id: placed.id } });
    const call = await world.ended(placed.id);
    expect(call).toMatchObject({ outcome: 'call_canceled', end_reason: 'canceled_by_request' });
    expect(world.phone(phone_number).map((phone) => phone.status)).toEqual(['canceled']);
  });

  it('while talking: it is hung up, and what was said is kept', async () => {
    const phone_number = numberFor('confirms', '307');
    const placed = await place({ phone_number });
    await world.until(placed.id, (call) => call.transcript.length >= 2);
    await world.client.cancelCall({ params: { id: placed.id } });
    const call = await world.ended(placed.id);
    expect(call.end_reason).toBe('stopped_by_request');
    expect(call.transcript.length).toBeGreaterThanOrEqual(2);
    expect(world.phone(phone_number).map((phone) => phone.status)).toEqual(['completed']);
  });

  it('after it has ended: 409', async () => {
    const call = await place({ phone_number: '+12025', on_refusal: 'result' });
    await expect(world.client.cancelCall({ params: { id: call.id } })).rejects.toMatchObject({
      code: 'call_already_ended',
    });
  });
});

describe('those who follow a call', () => {
  it('see every event once, also when they resume in the middle', async () => {
    const { id } = await place({ phone_number: numberFor('confirms', '308') });
    const seen: { cursor: string | number; type: string }[] = [];
    for await (const { cursor, event } of await world.client.streamCall({ params: { id } })) {
      seen.push({ cursor: cursor ?? '', type: event.type });
    }
    expect(seen.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['call.started', 'call.answered', 'call.turn_added']),
    );
    expect(seen.filter(({ type }) => type === 'call.ended')).toHaveLength(1);
    const middle = seen[2];
    const rest: (string | number)[] = [];
    for await (const { cursor } of await world.client.streamCall({
      params: { id },
      headers: { 'last-event-id': String(middle?.cursor) },
    })) {
      rest.push(cursor ?? '');
    }
    expect(rest).toEqual(seen.slice(3).map(({ cursor }) => cursor));
  });

  it('wait in place for the end with wait_seconds', async () => {
    const phone_number = numberFor('busy', '309');
    const { id } = await place({ phone_number, retry: { max_attempts: 1 } });
    const call = await world.client.getCall({ params: { id }, query: { wait_seconds: 25 } });
    expect(call).toMatchObject({ status: 'ended', outcome: 'busy' });
  });

  it('find it in the list by what they know of it', async () => {
    const { id } = await place({
      phone_number: numberFor('busy', '310'),
      reference: 'order-77',
      tag: 'orders',
    });
    await world.ended(id);
    const { calls } = await world.client.listCalls({
      query: { reference: 'order-77', outcome: 'busy', tag: 'orders' },
    });
    expect(calls.map((call) => call.id)).toEqual([id]);
  });
});
