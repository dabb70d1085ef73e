// People call the number back that called them: the agent goes on where it was, and nobody learns what is not theirs.

import twilio from 'twilio';
import {
  readVoiceNumbers,
  setVoiceUrl,
  voiceUrlAt,
} from '../../engine/src/carriers/twilio/numbers.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import type { SimulatedCall } from '../../engine/src/simulator/index.ts';
import { someone, toldEnds } from '../ended-once.ts';
import { createWorld, pause, type World } from '../world.ts';
import { expectPromises } from './promises.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const MESSAGE = 'automatic message from';
const THANKS = 'Thank you for calling back, this is an AI assistant of';

let world: World;
beforeAll(async () => {
  world = await createWorld({ rate: 20, env: { ORGANISATION: 'Riverside Clinic' } });
  const { url: baseUrl, fromNumber, ...credentials } = world.simulator.carrier;
  const access = { ...credentials, baseUrl, clock: world.clock, log: silentLog };
  const [number] = (await readVoiceNumbers(access, [fromNumber])) as { sid: string }[];
  expect(await setVoiceUrl(access, number?.sid ?? '', voiceUrlAt(world.url))).toBe(true);
});
afterAll(async () => {
  await expectPromises(world);
  await world.close();
});
afterEach(() => onReturnedCall({ on_returned_call: 'continue' }));

const ours = (): string => world.simulator.carrier.fromNumber;
const onReturnedCall = (body: object) =>
  world.client.updateNumber({ params: { phone_number: ours() }, body });

const place = (phone_number: string, more: object = {}): Promise<Call> =>
  world.client.placeCall({
    body: { task: TASK, phone_number, webhook_url: world.receiver.url, ...more },
  }) as Promise<Call>;

/** A call that nobody answered and that waits for its next attempt. */
async function missedBy(phone_number: string, more: object = {}): Promise<Call> {
  const { id } = await place(phone_number, more);
  return world.until(id, ({ status, attempts }) => status === 'scheduled' && attempts.length === 1);
}

const dialIn = (from: string, behaviour: SimulatedCall['behaviour'] = 'confirms'): SimulatedCall =>
  world.simulator.dialIn({ from, to: ours(), behaviour });

async function over(phone: SimulatedCall): Promise<SimulatedCall> {
  const signal = AbortSignal.timeout(25_000);
  while (phone.endedAt === null) {
    if (signal.aborted) throw new Error(`still ${phone.status}: ${JSON.stringify(phone.events)}`);
    await pause(20);
  }
  return phone;
}

const heardBy = (phone: SimulatedCall): string => phone.heard.map(({ text }) => text).join(' ');

async function callsTo(phone_number: string): Promise<Call[]> {
  return (await world.client.listCalls({ query: { phone_number } })).calls as Call[];
}

it('a person who missed a call and calls back gets its next attempt, and is not dialed any more', async () => {
  const person = someone('no_answer');
  const missed = await missedBy(person, { reference: 'visit-1' });
  const phone = await over(dialIn(person));
  const call = await world.ended(missed.id);
  expect(call).toMatchObject({ outcome: 'achieved', reached: true, returned_from: null });
  expect(call.attempts).toMatchObject([
    { number: 1, direction: 'outbound', end_reason: 'no_answer' },
    { number: 2, direction: 'inbound', answered_by: 'human', phone_number: person },
  ]);
  expect(call.attempts[1]?.from_number).toBe(ours());
  expect(heardBy(phone)).toMatch(new RegExp(`^${THANKS} Riverside Clinic`));
  expect(call.disclosure_played_at).not.toBeNull();
  world.jump(60 * 60_000);
  await pause(200);
  expect(world.phone(person)).toHaveLength(1);
  expect(await callsTo(person)).toHaveLength(1);
});

it('after a call that has ended a new one begins, of the same order, and the same receivers hear of it', async () => {
  const person = someone('confirms');
  const metadata = { event_id: 'e-7' };
  const placed = await place(person, { reference: 'visit-2', tag: 'clinic', metadata });
  const first = await world.ended(placed.id);
  await over(dialIn(person));
  const [latest] = await callsTo(person);
  const again = await world.ended(latest?.id ?? '');
  expect(again).toMatchObject({
    ...{ returned_from: first.id, reference: 'visit-2', tag: 'clinic', metadata },
    ...{ task: TASK, outcome: 'achieved', phone_number: person },
  });
  expect(again.attempts).toMatchObject([{ number: 1, direction: 'inbound' }]);
  await world.until(again.id, () => toldEnds(world, again.id).length > 0);
  expect(toldEnds(world, again.id)).toHaveLength(1);
  expect(toldEnds(world, first.id)).toHaveLength(1);
  expect(again.cost?.total).toBeGreaterThan(0);
  expect(world.phone(person)).toHaveLength(1);
});

it('whoever is not known hears who called, in one sentence that tells nothing else', async () => {
  const phone = await over(dialIn(someone('confirms')));
  expect(heardBy(phone)).toContain(`${MESSAGE} Riverside Clinic`);
  expect(phone.status).toBe('completed');
});

it('a person who opted out is answered by the same sentence, whatever call waits', async () => {
  const person = someone('opts_out');
  await world.ended((await place(person)).id);
  const known = await over(dialIn(person));
  const stranger = await over(dialIn(someone('confirms')));
  expect(heardBy(known)).toContain(MESSAGE);
  expect(heardBy(known)).toBe(heardBy(stranger));
  expect(await callsTo(person)).toHaveLength(1);
});

it('with message nobody talks, and the call waits on as it did', async () => {
  await onReturnedCall({ on_returned_call: 'message' });
  const person = someone('no_answer');
  const missed = await missedBy(person);
  expect(heardBy(await over(dialIn(person)))).toContain(MESSAGE);
  const call = await world.until(missed.id, () => true);
  expect(call).toMatchObject({ status: 'scheduled', scheduled_at: missed.scheduled_at });
  await world.client.cancelCall({ params: { id: missed.id } });
});

it('while a person talks with us, no other call of theirs rings, and they cannot begin a second talk', async () => {
  const person = someone('no_answer');
  const missed = await missedBy(person);
  const phone = dialIn(person);
  await world.until(missed.id, ({ status }) => status === 'in_progress');
  const other = await place(person, { dedupe_key: 'another' });
  const second = await over(dialIn(person));
  expect(heardBy(second)).toContain(MESSAGE);
  await over(phone);
  const talk = (await world.ended(missed.id)).attempts[1];
  const { attempts } = await world.until(other.id, (call) => call.attempts.length > 0);
  expect(Date.parse(attempts[0]?.started_at ?? '')).toBeGreaterThanOrEqual(
    Date.parse(talk?.ended_at ?? ''),
  );
  await world.client.cancelCall({ params: { id: other.id } });
  await world.ended(other.id);
});

it('the dial that is due while the person calls in finds them on the phone and rings nobody', async () => {
  const person = someone('no_answer');
  const missed = await missedBy(person);
  const phone = dialIn(person);
  await world.until(missed.id, ({ status }) => status === 'in_progress');
  await world.clock.sleep(Math.max(Date.parse(missed.scheduled_at ?? '') - world.clock.now(), 0));
  await over(phone);
  const call = await world.ended(missed.id);
  expect(call.attempts.map(({ direction }) => direction)).toEqual(['outbound', 'inbound']);
  expect(world.phone(person)).toHaveLength(1);
});

it('whoever calls again and again hears the sentence from the fourth call in ten minutes on', async () => {
  const person = someone('confirms');
  await world.ended((await place(person)).id);
  for (let times = 0; times < 3; times++) await over(dialIn(person, 'hangs_up_before_answering'));
  expect(heardBy(await over(dialIn(person)))).toContain(MESSAGE);
});

it('a person who calls and hangs up before anybody speaks is called again as it was planned', async () => {
  const person = someone('no_answer');
  const missed = await missedBy(person, { retry: { delays_minutes: [300] } });
  // The carrier asks, is told to connect the sound, and the caller is gone.
  const token = await askAsCarrier(person, `CA${'7'.repeat(32)}`);
  expect(token).toContain('<Stream');
  await world.until(missed.id, ({ status }) => status === 'in_progress');
  world.jump(60_000);
  const call = await world.until(missed.id, ({ status }) => status === 'scheduled');
  expect(call.scheduled_at).toBe(missed.scheduled_at);
  expect(call.attempts[1]).toMatchObject({ direction: 'inbound', end_reason: 'error_media' });
  await world.client.cancelCall({ params: { id: missed.id } });
});

it('the same request of the carrier again begins nothing', async () => {
  const person = someone('confirms');
  await world.ended((await place(person)).id);
  const sid = `CA${'8'.repeat(32)}`;
  expect(await askAsCarrier(person, sid)).toContain('<Stream');
  expect(await askAsCarrier(person, sid)).toContain(MESSAGE);
  expect(await callsTo(person)).toHaveLength(2);
});

it('with forward the phone of the operator rings, and the number of the caller is not shown', async () => {
  const forward_to = '+12125550100';
  await expect(
    onReturnedCall({ on_returned_call: 'forward', forward_to: null }),
  ).rejects.toMatchObject({
    code: 'invalid_request',
  });
  await expect(onReturnedCall({ forward_to: '+19005550100' })).rejects.toMatchObject({
    status: 403,
    code: 'number_class_blocked',
  });
  await expect(onReturnedCall({ forward_to: ours() })).rejects.toMatchObject({
    code: 'loop_blocked',
  });
  await onReturnedCall({ on_returned_call: 'forward', forward_to });
  const twiml = await askAsCarrier(someone('confirms'), `CA${'9'.repeat(32)}`);
  expect(twiml).toContain(`<Dial callerId="${ours()}"`);
  expect(twiml).toContain(`>${forward_to}</Dial>`);
  const { numbers } = await world.client.listNumbers({});
  expect(numbers).toMatchObject([{ on_returned_call: 'forward', forward_to }]);
  await world.client.addSuppression({ body: { phone_number: forward_to, reason: 'requested' } });
  const refused = await askAsCarrier(someone('confirms'), `CA${'6'.repeat(32)}`);
  expect(refused).toContain(MESSAGE);
});

/** Asks what to do with a call as the carrier does, and returns the TwiML. */
async function askAsCarrier(From: string, CallSid: string): Promise<string> {
  const { accountSid: AccountSid, authToken } = world.simulator.carrier;
  const url = voiceUrlAt(world.url);
  const fields = { AccountSid, CallSid, From, To: ours(), CallStatus: 'ringing' };
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(authToken, url, fields),
    },
    body: new URLSearchParams(fields).toString(),
  });
  return answer.text();
}
