import { Webhook } from 'standardwebhooks';
import type { Call } from '../../engine/src/contract/call.ts';
import { type Clock, createClock } from '../../engine/src/lib/clock.ts';
import { endedOnce, someone, toldEnds } from '../ended-once.ts';
import { twilioFor, until } from '../simulator/carrier/engine-stand-in.ts';
import { createWorld, type World } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const QUESTIONS = [
  { ask: 'How do you rate us from 0 to 10?', type: 'number' as const, key: 'rating' },
];

let world: World;
const clock = leapingClock();
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());
afterEach(() => {
  world.simulator.faults.carrier = {};
  world.simulator.faults.model = {};
  world.receiver.answers.length = 0;
});

const place = async (body: Record<string, unknown>): Promise<Call> =>
  (await world.client.placeCall({
    // What one attempt comes to; that it is tried again is another story.
    body: { task: TASK, webhook_url: world.receiver.url, retry: { max_attempts: 1 }, ...body },
  })) as Call;

describe('a carrier that fails', () => {
  it.each([
    [400, 21_215, { outcome: 'call_failed', end_reason: 'carrier_rejected' }],
    [400, 21_211, { outcome: 'invalid_number', end_reason: 'invalid_number' }],
    [401, 20_003, { outcome: 'call_failed', end_reason: 'carrier_rejected' }],
  ])('says no with %i and code %i: nobody is called', async (status, code, expected) => {
    world.simulator.faults.carrier.failCreate = { status, code, times: 1 };
    const call = await endedOnce(world, await place({ phone_number: someone() }), 0);
    expect(call).toMatchObject({ ...expected, reached: false, transcript: [], retryable: false });
  });

  it('has too many requests for a moment: the same attempt is made, once', async () => {
    world.simulator.faults.carrier.failCreate = { status: 429, code: 20_429, times: 1 };
    const call = await endedOnce(world, await place({ phone_number: someone() }), 1);
    expect(call.outcome).toBe('achieved');
  });

  it.each(['confirms', 'no_answer', 'busy'] as const)(
    'dials, and its answer is lost (%s): nobody is dialed a second time',
    async (behaviour) => {
      world.simulator.faults.carrier.loseCreateAnswer = 1;
      const call = await endedOnce(world, await place({ phone_number: someone(behaviour) }), 1);
      expect(call.outcome).toBe(behaviour === 'confirms' ? 'achieved' : behaviour);
    },
  );

  it('does not say whether it dials while another call talks to the same person: that one goes on', async () => {
    world.simulator.faults.carrier.failCreate = { status: 503, code: 20_503, times: 1 };
    const phone_number = someone();
    const unclear = await place({ phone_number });
    await world.until(unclear.id, () => world.simulator.faults.carrier.failCreate?.times === 0);
    const other = await place({ phone_number });
    expect(await endedOnce(world, other, 1)).toMatchObject({ outcome: 'achieved' });
    expect(await endedOnce(world, unclear, 1)).toMatchObject({ end_reason: 'lost_contact' });
  });

  it.each(['confirms', 'busy'] as const)(
    'reports out of order (%s): nothing moves backwards',
    async (behaviour) => {
      world.simulator.faults.carrier.callbacksOutOfOrder = true;
      const call = await endedOnce(world, await place({ phone_number: someone(behaviour) }), 1);
      expect(call.outcome).toBe(behaviour === 'confirms' ? 'achieved' : behaviour);
    },
  );

  it('cancels a ringing phone that nobody asked to cancel: the call does not end as canceled', async () => {
    const phone_number = someone('no_answer');
    const { id } = await place({ phone_number, retry: { max_attempts: 1 } });
    await world.until(id, (call) => call.status === 'ringing');
    const sid = world.phone(phone_number)[0]?.sid ?? '';
    await twilioFor(world.simulator).calls(sid).update({ status: 'canceled' });
    expect(await endedOnce(world, { id, phone_number } as Call, 1)).toMatchObject({
      end_reason: 'error_engine',
      outcome: 'call_failed',
    });
  });
});

describe('a speech model that fails', () => {
  it.each([401, 429, 503])('refuses with %i: nobody’s phone rings', async (status) => {
    world.simulator.faults.model.refuseUpgrade = { status, times: 10 };
    const call = await endedOnce(world, await place({ phone_number: someone() }), 0);
    expect(call).toMatchObject({
      outcome: 'call_failed',
      end_reason: 'error_ai_provider',
      reached: false,
      transcript: [],
    });
  });

  it.each([1, 50, 1_000])(
    'breaks off %i ms after it was ready, before anybody answers: the phone does not go on ringing',
    async (ms) => {
      world.simulator.faults.model.dropSocketAfterMs = ms;
      const phone_number = someone('no_answer');
      const call = await world.ended((await place({ phone_number })).id);
      expect(call).toMatchObject({ end_reason: 'error_ai_provider', outcome: 'call_failed' });
      // Nobody waits for it: it must be over long before the carrier would give up.
      await world.until(call.id, () => world.phone(phone_number).every((one) => one.endedAt), 2);
      await endedOnce(world, call, world.phone(phone_number).length);
    },
  );

  it('breaks off while the call waits at the carrier, whose answer is lost: the phone is stopped as soon as it rings', async () => {
    world.simulator.faults.model.dropSocketAfterMs = 3_000;
    const phone_number = someone('no_answer');
    world.simulator.faults.carrier = {
      creates: { numbers: { [phone_number]: ['drop_response'] } },
      callsPerSecond: 0.1,
    };
    const before = someone('busy');
    await place({ phone_number: before });
    await until(() => world.phone(before).length > 0, 'the phone before it');
    const { id } = await place({ phone_number });
    const { attempts } = await world.until(id, (call) => call.attempts[0]?.status === 'ended');
    expect(attempts[0]).toMatchObject({
      end_reason: 'error_ai_provider',
      carrier: { call_id: null },
    });
    await world.until(id, () => world.phone(phone_number)[0]?.endedAt !== null, 4);
    expect(world.phone(phone_number)[0]?.status).toBe('canceled');
  });

  it('breaks off in mid-call: the phone is hung up and what was said until then stands', async () => {
    world.simulator.faults.model.dropSocketAfterMs = 15_000;
    const phone_number = someone('talks_without_answering');
    const call = await endedOnce(world, await place({ phone_number }), 1);
    expect(call).toMatchObject({ end_reason: 'error_ai_provider', outcome: 'call_failed' });
    expect(call.transcript.length).toBeGreaterThanOrEqual(1);
    expectHeard(call);
    expect(world.phone(phone_number)[0]?.status).toBe('completed');
  });
});

describe('a media socket that breaks', () => {
  it('in mid-call: the call ends once, as error_media, with what was said', async () => {
    world.simulator.faults.carrier.dropMediaAfterMs = 12_000;
    const phone_number = someone('talks_without_answering');
    const call = await endedOnce(world, await place({ phone_number }), 1);
    expect(call).toMatchObject({ end_reason: 'error_media', outcome: 'call_failed' });
    expect(call.transcript.length).toBeGreaterThanOrEqual(2);
    expectHeard(call);
    expect(world.phone(phone_number)[0]?.status).toBe('completed');
  });
});

describe('a reader that fails', () => {
  it('is down and comes back: the conversation is read again and the outcome comes', async () => {
    world.simulator.faults.model.failResponses = { status: 503, times: 1 };
    const placed = await place({
      phone_number: someone('answers_survey'),
      questions: QUESTIONS,
    });
    const call = await endedOnce(world, placed, 1);
    expect(call).toMatchObject({ result: { rating: 9 }, result_status: 'ok' });
    expect(world.simulator.faults.model.failResponses.times).toBe(0);
  });

  it('stays down for a quarter of an hour: what the agent noted counts, where the person’s words prove it', async () => {
    world.simulator.faults.model.failResponses = { status: 503, times: 10_000 };
    const placed = await place({
      phone_number: someone('answers_survey'),
      questions: QUESTIONS,
    });
    await world.until(placed.id, (call) => call.status === 'finalizing');
    clock.leap(16 * 60_000);
    const call = await endedOnce(world, placed, 1);
    for (const { turn, quote } of call.result_evidence) {
      expect(call.transcript[turn]?.speaker).toBe('recipient');
      expect(call.transcript[turn]?.text).toContain(quote);
    }
    const rating = call.result?.['rating'] ?? null;
    const proof = call.result_evidence.find(({ field }) => field === 'rating');
    expect([null, 9]).toContain(rating);
    expect(rating === null).toBe(proof === undefined);
    expect(call.summary).toBeNull();
  });

  it('stays down and nothing was noted: inconclusive, never a guess', async () => {
    world.simulator.faults.model.failResponses = { status: 503, times: 10_000 };
    const placed = await place({
      phone_number: someone('talks_without_answering'),
      questions: QUESTIONS,
    });
    await world.until(placed.id, (call) => call.status === 'finalizing');
    clock.leap(16 * 60_000);
    const call = await endedOnce(world, placed, 1);
    expect(call).toMatchObject({
      outcome: 'inconclusive',
      outcome_evidence: null,
      result_status: 'unavailable',
      result: null,
    });
  });

  it('answers nonsense: no result, marked invalid, never a made-up value', async () => {
    world.simulator.faults.model.badResponses = true;
    const placed = await place({
      phone_number: someone('answers_survey'),
      questions: QUESTIONS,
    });
    await world.until(placed.id, (call) => call.status === 'finalizing');
    clock.leap(2 * 60_000);
    const call = await endedOnce(world, placed, 1);
    expect(call).toMatchObject({
      outcome: 'inconclusive',
      result: null,
      result_status: 'invalid',
      result_evidence: [],
      answers_text: null,
    });
  });
});

describe('a receiver that fails', () => {
  it('answers 500, then 200: the same event comes again, signed each time', async () => {
    world.receiver.answers.push(500);
    const placed = await place({ phone_number: someone('busy') });
    const call = await world.ended(placed.id);
    await world.until(call.id, () => toldEnds(world, call.id).length === 2);
    const tries = toldEnds(world, call.id);
    expect(new Set(tries.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
    const { webhook_secret } = await world.client.getAccount();
    for (const { headers, body } of tries) {
      const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
      const expected = new Webhook(webhook_secret).sign(String(headers['webhook-id']), at, body);
      expect(String(headers['webhook-signature']).split(' ')).toContain(expected);
    }
  });

  it('answers 410: it is never told again', async () => {
    world.receiver.answers.push(410);
    const placed = await place({ phone_number: someone('busy') });
    await world.until(placed.id, () => toldEnds(world, placed.id).length === 1);
    // A whole call takes longer than the pause before a second try.
    await endedOnce(world, await place({ phone_number: someone() }), 1);
    expect(toldEnds(world, placed.id)).toHaveLength(1);
  });
});

function expectHeard(call: Call): void {
  const said = world.phone(call.phone_number ?? '')[0]?.said.map(({ text }) => text) ?? [];
  for (const turn of call.transcript.filter(({ speaker }) => speaker === 'recipient'))
    expect(said.join(' ')).toContain(turn.text);
}

/** A fast clock that can be set forward. */
function leapingClock(): Clock & { leap(ms: number): void } {
  const base = createClock({ rate: 10 });
  let ahead = 0;
  return {
    ...base,
    now: () => base.now() + ahead,
    leap(ms) {
      ahead += ms;
    },
  };
}
