import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../../engine/src/lib/clock.ts';
import { silentLog } from '../../../engine/src/lib/log.ts';
import {
  numberFor,
  readWatermark,
  type Simulator,
  startSimulator,
} from '../../../engine/src/simulator/index.ts';
import { createSpeaker, type Speaker } from '../../../engine/src/simulator/speech/speaker.ts';
import { type StandIn, startStandIn, twilioFor, until } from './engine-stand-in.ts';

const cacheDir = mkdtempSync(join(tmpdir(), 'speech-'));
let simulator: Simulator;
let engine: StandIn;
let speaker: Speaker;

beforeAll(async () => {
  simulator = await startSimulator({ clock: createClock({ rate: 10 }), log: silentLog, cacheDir });
  speaker = createSpeaker({ cacheDir, log: silentLog });
});
beforeEach(async () => {
  engine = await startStandIn(simulator.carrier.authToken);
});
afterEach(async () => {
  for (const call of simulator.calls()) await end(call.sid);
  delete simulator.faults.carrier.callbacksOutOfOrder;
  delete simulator.faults.carrier.dropMediaAfterMs;
  await engine.close();
});
afterAll(async () => {
  await simulator.close();
  await speaker.close();
  rmSync(cacheDir, { recursive: true });
});

const end = (sid: string) =>
  client()
    .calls(sid)
    .update({ status: 'completed' })
    .catch(() => undefined);
const client = () => twilioFor(simulator);
const place = (to: string, more: object = {}) =>
  client().calls.create({
    to,
    from: simulator.carrier.fromNumber,
    url: `${engine.url}/twiml`,
    statusCallback: `${engine.url}/status`,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    ...more,
  });
const callOf = (sid: string) => {
  const call = simulator.calls().find((one) => one.sid === sid);
  if (!call) throw new Error('no such call');
  return call;
};
const sayAsAgent = async (text: string, mark?: string) =>
  engine.play(await speaker.say(text, { voice: 'slt', language: 'en' }), mark);
const saidBy = (sid: string): string[] => callOf(sid).said.map((said) => said.text);
const streaming = () =>
  until(() => engine.messages.some((message) => message.event === 'start'), 'stream start');

describe('creating calls', () => {
  it('answers like Twilio, and finds the call again by id and by number', async () => {
    const to = numberFor('stays_silent', '301');
    const created = await place(to);
    expect(created).toMatchObject({
      status: 'queued',
      direction: 'outbound-api',
      to,
      duration: null,
    });
    expect(created.sid).toMatch(/^CA[0-9a-f]{32}$/);
    expect((await client().calls(created.sid).fetch()).sid).toBe(created.sid);
    expect((await client().calls.list({ to, limit: 5 })).map((call) => call.sid)).toEqual([
      created.sid,
    ]);
    expect(await client().calls.list({ to: '+13015550199', limit: 5 })).toEqual([]);
  });

  it.each([
    [{ to: '0123' }, { status: 400, code: 21_211 }],
    [{ from: '+14155550199' }, { status: 400, code: 21_210 }],
    [{ to: '+15005550001' }, { status: 400, code: 21_217 }],
    [{ to: '+15005550003' }, { status: 400, code: 21_215 }],
    [{ to: numberFor('carrier_error') }, { status: 503, code: 20_503 }],
  ])('refuses %p with the code of Twilio', async (wrong, error) => {
    await expect(place(numberFor('confirms'), wrong)).rejects.toMatchObject(error);
  });

  it('refuses wrong credentials', async () => {
    await expect(twilioFor(simulator, 'wrong').calls.list({ limit: 1 })).rejects.toMatchObject({
      status: 401,
      code: 20_003,
    });
  });

  it('knows the account and its numbers', async () => {
    expect(await client().api.v2010.account.fetch()).toMatchObject({
      status: 'active',
      type: 'Full',
    });
    const numbers = await client().incomingPhoneNumbers.list({
      phoneNumber: simulator.carrier.fromNumber,
    });
    expect(numbers.map((number) => number.phoneNumber)).toEqual([simulator.carrier.fromNumber]);
    expect(await client().outgoingCallerIds.list()).toEqual([]);
  });

  it('makes the call and loses the answer, when told to', async () => {
    simulator.faults.carrier.loseCreateAnswer = 1;
    const to = numberFor('stays_silent', '302');
    await expect(place(to)).rejects.toThrow();
    expect(await client().calls.list({ to, limit: 5 })).toHaveLength(1);
  });

  it('fails as often as told, then works', async () => {
    simulator.faults.carrier.failCreate = { status: 429, code: 20_429, times: 1 };
    await expect(place(numberFor('busy', '303'))).rejects.toMatchObject({
      status: 429,
      code: 20_429,
    });
    await expect(place(numberFor('busy', '303'))).resolves.toMatchObject({ status: 'queued' });
  });
});

describe('calls that are not answered', () => {
  it.each([
    ['busy', ['initiated', 'busy'], '486'],
    ['no_answer', ['initiated', 'ringing', 'no-answer'], '487'],
    ['unreachable', ['initiated', 'failed'], '408'],
  ] as const)('%s is reported in order and signed', async (behaviour, statuses, sip) => {
    const { sid } = await place(numberFor(behaviour, '304'), { timeout: 5 });
    await until(() => engine.statuses().length === statuses.length, 'all callbacks');
    expect(engine.statuses()).toEqual(statuses);
    expect(engine.hooks.every((hook) => hook.signed)).toBe(true);
    expect(engine.hooks.map((hook) => hook.fields['SequenceNumber'])).toEqual(
      statuses.map((_, i) => String(i)),
    );
    expect(engine.hooks.at(-1)?.fields).toMatchObject({ CallSid: sid, SipResponseCode: sip });
    await expect(client().calls(sid).update({ status: 'completed' })).rejects.toMatchObject({
      status: 400,
      code: 21_220,
    });
  });

  it('a ringing call can be canceled; an unknown one is not found', async () => {
    const { sid } = await place(numberFor('no_answer', '305'));
    await until(() => callOf(sid).status === 'ringing', 'ringing');
    expect((await client().calls(sid).update({ status: 'canceled' })).status).toBe('canceled');
    await until(() => engine.statuses().includes('canceled'), 'callback');
    await expect(
      client()
        .calls(`CA${'0'.repeat(32)}`)
        .update({ status: 'completed' }),
    ).rejects.toMatchObject({ status: 404, code: 20_404 });
  });

  it('callbacks come in swapped pairs, when told to', async () => {
    simulator.faults.carrier.callbacksOutOfOrder = true;
    await place(numberFor('no_answer', '306'), { timeout: 2 });
    await until(() => engine.statuses().length === 3, 'all callbacks');
    expect(engine.statuses()).toEqual(['ringing', 'initiated', 'no-answer']);
  });
});

describe('answered calls', () => {
  it('stream audio both ways: the person hears the agent, answers, and the agent hears that', async () => {
    const { sid } = await place(numberFor('confirms', '307'));
    await streaming();
    expect(engine.upgradeSigned).toEqual([true]);
    const [first, second] = engine.messages;
    expect(first).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    expect(second).toMatchObject({
      sequenceNumber: '1',
      start: {
        callSid: sid,
        customParameters: { token: 'a&b' },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      },
    });
    await until(() => saidBy(sid).length === 1, 'hello');
    await sayAsAgent('Hello. Shall I note: coming or not coming?', 'asked');
    await until(() => saidBy(sid).length === 2, 'reply');
    expect(saidBy(sid)).toEqual(['Hello?', 'Yes. Please note: coming.']);
    await until(
      () =>
        readWatermark(engine.audio()).utterances.length === 2 &&
        readWatermark(engine.audio()).utterances.every((u) => u.complete),
      'audio of the reply',
    );
    expect(readWatermark(engine.audio()).utterances.map((heard) => heard.text)).toEqual(
      saidBy(sid),
    );
    expect(callOf(sid).heard).toMatchObject([
      { text: 'Hello. Shall I note: coming or not coming?', complete: true, missingFrames: 0 },
    ]);
    expect(callOf(sid).marks).toMatchObject([{ name: 'asked', how: 'played' }]);
    const [heard] = callOf(sid).heard;
    expect(Math.abs((callOf(sid).marks[0]?.atMs ?? 0) - (heard?.endMs ?? 0))).toBeLessThanOrEqual(
      20,
    );
    await end(sid);
    await until(() => engine.messages.at(-1)?.event === 'stop', 'stop');
    await until(() => engine.statuses().includes('completed'), 'completed');
    expect(engine.statuses()).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
  });

  it('send 50 numbered frames of 20 ms a second', async () => {
    await place(numberFor('stays_silent', '308'));
    await until(
      () => engine.messages.filter((message) => message.event === 'media').length >= 100,
      'two seconds of audio',
    );
    const media = engine.messages.flatMap((message) => (message.media ? [message.media] : []));
    expect(media.slice(0, 100).map((frame) => frame.timestamp)).toEqual(
      Array.from({ length: 100 }, (_, i) => String(i * 20)),
    );
    expect(new Set(media.map((frame) => Buffer.from(frame.payload, 'base64').length))).toEqual(
      new Set([160]),
    );
    const numbered = engine.messages.filter((message) => message.event !== 'connected');
    expect(numbered.map((message) => message.sequenceNumber)).toEqual(
      numbered.map((_, i) => String(i + 1)),
    );
  });

  it('clear drops what was not played and gives all marks back', async () => {
    const { sid } = await place(numberFor('stays_silent', '309'));
    await streaming();
    await sayAsAgent(
      'This is a long sentence that will not be heard to its end, because it is cut off in the middle.',
      'never',
    );
    await until(() => (callOf(sid).heard[0]?.text ?? '').length > 10, 'the first words');
    engine.send({ event: 'clear', streamSid: engine.streamSid() });
    await until(
      () => engine.messages.some((message) => message.mark?.name === 'never'),
      'the mark',
    );
    const call = callOf(sid);
    expect(call.marks).toMatchObject([{ name: 'never', how: 'cleared' }]);
    expect(call.clears[0]?.droppedMs).toBeGreaterThan(1000);
    expect(call.heard).toMatchObject([{ complete: false }]);
    expect(
      'This is a long sentence that will not be heard to its end'.startsWith(
        call.heard[0]?.text ?? 'x',
      ),
    ).toBe(true);
  });

  it('a mark with nothing before it comes back at once, and nonsense is only a warning', async () => {
    const { sid } = await place(numberFor('stays_silent', '310'));
    await streaming();
    engine.send({ event: 'nonsense' });
    engine.send({ event: 'mark', streamSid: engine.streamSid(), mark: { name: 'now' } });
    await until(() => engine.messages.some((message) => message.mark?.name === 'now'), 'the mark');
    expect(callOf(sid).events).toContainEqual(
      expect.objectContaining({ event: 'stream_warning', detail: '31951' }),
    );
  });

  it('go on at the action when the engine closes the stream', async () => {
    const { sid } = await place(numberFor('stays_silent', '311'));
    await streaming();
    engine.socket()?.close();
    await until(() => callOf(sid).status === 'completed', 'the end');
    expect(engine.hooks.map((hook) => hook.path)).toContain('/after');
    await until(
      () => engine.hooks.filter((hook) => hook.path === '/stream').length === 2,
      'stream callbacks',
    );
    expect(
      engine.hooks
        .filter((hook) => hook.path === '/stream')
        .map((hook) => hook.fields['StreamEvent']),
    ).toEqual(['stream-started', 'stream-stopped']);
    expect(engine.hooks.every((hook) => hook.signed)).toBe(true);
  });

  it('end at their time limit', async () => {
    const { sid } = await place(numberFor('stays_silent', '312'), { timeLimit: 3 });
    await until(() => engine.statuses().includes('completed'), 'the end');
    expect(callOf(sid).events.map(({ event }) => event)).toContain('time_limit');
    expect(
      Number(
        engine.hooks.find((hook) => hook.fields['CallStatus'] === 'completed')?.fields[
          'CallDuration'
        ],
      ),
    ).toBeLessThanOrEqual(4);
  });

  it('break without a stop, when told to', async () => {
    simulator.faults.carrier.dropMediaAfterMs = 500;
    const { sid } = await place(numberFor('stays_silent', '313'));
    await until(() => callOf(sid).status === 'completed', 'the end');
    expect(engine.messages.some((message) => message.event === 'stop')).toBe(false);
    expect(engine.messages.some((message) => message.event === 'media')).toBe(true);
  });

  it.each([
    ['hang up', '<Response><Hangup/></Response>'],
    ['say and pause', '<Response><Say>One moment please.</Say><Pause length="1"/></Response>'],
    ['end when the TwiML cannot be read', '<Response><Connect>'],
  ])('%s as TwiML says', async (_what, twiml) => {
    engine.twiml = twiml;
    const { sid } = await place(numberFor('stays_silent', '314'));
    await until(() => callOf(sid).status === 'completed', 'the end');
    expect(callOf(sid).heard.map((heard) => heard.text)).toEqual(
      twiml.includes('<Say>') ? ['One moment please.'] : [],
    );
  });
});

describe('who answers', () => {
  const amd = { machineDetection: 'DetectMessageEnd', asyncAmd: 'true' };
  const verdict = () => engine.hooks.find((hook) => hook.path === '/amd');

  it.each([
    ['stays_silent', 'unknown'],
    ['confirms', 'human'],
    ['voicemail', 'machine_end_beep'],
  ] as const)('%s is told to be %s', async (behaviour, answeredBy) => {
    const { sid } = await place(numberFor(behaviour, '315'), {
      ...amd,
      asyncAmdStatusCallback: `${engine.url}/amd`,
    });
    await until(() => verdict() !== undefined, 'the verdict');
    expect(verdict()).toMatchObject({
      signed: true,
      fields: { CallSid: sid, AnsweredBy: answeredBy },
    });
    if (behaviour === 'voicemail')
      expect(saidBy(sid)).toEqual([
        'You have reached my voicemail. Leave a message after the tone.',
      ]);
  });

  it('the second attempt is answered, where the first is not', async () => {
    const to = numberFor('answers_second_attempt', '316');
    const first = await place(to, { timeout: 2 });
    await until(() => callOf(first.sid).status === 'no-answer', 'no answer');
    const second = await place(to, { timeout: 2 });
    await until(() => callOf(second.sid).status === 'in-progress', 'answer');
    expect(callOf(second.sid).rings).toBe(2);
  });

  it('the query parameter simulate chooses the behaviour of any number', async () => {
    const { sid } = await place('+351912345678', { url: `${engine.url}/twiml?simulate=busy` });
    await until(() => callOf(sid).status === 'busy', 'busy');
  });

  it('a person hangs up in the middle of a sentence, after the answer', async () => {
    const { sid } = await place(numberFor('hangs_up_mid_sentence', '317'));
    await streaming();
    await until(() => saidBy(sid).length === 1, 'hello');
    await sayAsAgent('Does that work for you?');
    await until(() => saidBy(sid).length === 2, 'reply');
    await sayAsAgent(
      'Thank you very much, I have written that down and we look forward to seeing you.',
    );
    await until(() => callOf(sid).status === 'completed', 'hang-up');
    expect(callOf(sid).heard.at(-1)?.complete).toBe(false);
    await until(() => engine.messages.at(-1)?.event === 'stop', 'stop');
  });

  it('a person talks over the second sentence of the agent', async () => {
    const { sid } = await place(numberFor('interrupts', '318'));
    await streaming();
    await until(() => saidBy(sid).length === 1, 'hello');
    await sayAsAgent('This is an automated call.');
    await sayAsAgent(
      'I am calling from Example Clinic to confirm your appointment on Tuesday at nine. Does that work for you?',
    );
    await until(() => saidBy(sid).length === 2, 'interruption');
    const [, sentence] = callOf(sid).heard;
    const started = (callOf(sid).said[1]?.startMs ?? 0) - (sentence?.startMs ?? 0);
    expect(started).toBeGreaterThanOrEqual(1480);
    expect(sentence?.complete).toBe(false);
  });
});
