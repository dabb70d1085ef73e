// The two simulated parties understand each other over real audio: a bare relay joins the media socket of the
// carrier to the realtime socket of the model, as an engine would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import {
  type Behaviour,
  expectedAnswer,
  numberFor,
  replyForOutcomes,
  type Simulator,
  startSimulator,
} from '../../engine/src/simulator/index.ts';
import { type StandIn, startStandIn, twilioFor, until } from './carrier/engine-stand-in.ts';

const cacheDir = mkdtempSync(join(tmpdir(), 'speech-'));
let simulator: Simulator;
let engine: StandIn;

beforeAll(async () => {
  simulator = await startSimulator({ clock: createClock({ rate: 10 }), log: silentLog, cacheDir });
});
beforeEach(async () => {
  engine = await startStandIn(simulator.carrier.authToken);
});
afterEach(() => engine.close());
afterAll(async () => {
  await simulator.close();
  rmSync(cacheDir, { recursive: true });
});

const OUTCOMES = ['coming', 'another_day', 'not_coming'];
const QUESTIONS = [
  { key: 'guests', ask: 'How many guests come?', type: 'number' },
  { key: 'parking', ask: 'Do you need a parking space?', type: 'yes_no' },
  { key: 'menu', ask: 'Which menu?', type: 'choice', choices: ['meat', 'fish', 'vegetarian'] },
  { key: 'day', ask: 'On which day do you arrive?', type: 'date' },
  { key: 'visit', ask: 'How was your last visit?', type: 'text' },
] as const;

interface ModelEvent {
  type: string;
  delta?: string;
  name?: string;
  arguments?: string;
  call_id?: string;
}

/** Joins the call to the model; returns the functions that the model called. */
async function relay(
  language: string,
): Promise<{ name: string; values: Record<string, unknown> }[]> {
  const called: { name: string; values: Record<string, unknown> }[] = [];
  const url = `${simulator.model.url.replace('http', 'ws')}/realtime?model=gpt-realtime-2.1-mini`;
  const model = new WebSocket(url, {
    headers: { authorization: `Bearer ${simulator.model.apiKey}` },
  });
  const send = (event: object): void => model.send(JSON.stringify(event));
  const on: Record<string, (event: ModelEvent) => void> = {
    'session.created': () => send({ type: 'session.update', session: sessionFor(language) }),
    'session.updated': () => send({ type: 'response.create' }),
    'response.output_audio.delta': ({ delta }) =>
      engine.send({ event: 'media', streamSid: engine.streamSid(), media: { payload: delta } }),
    'input_audio_buffer.speech_started': () =>
      engine.send({ event: 'clear', streamSid: engine.streamSid() }),
    'response.function_call_arguments.done': ({ name = '', arguments: values = '{}', call_id }) => {
      called.push({ name, values: JSON.parse(values) as Record<string, unknown> });
      send({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id, output: '{}' },
      });
      if (name !== 'end_call') send({ type: 'response.create' });
    },
  };
  model.on('message', (data) => {
    const event = JSON.parse(String(data)) as ModelEvent;
    on[event.type]?.(event);
  });
  engine.socket()?.on('message', (data) => {
    const message = JSON.parse(String(data)) as { media?: { payload: string } };
    if (message.media && model.readyState === WebSocket.OPEN)
      send({ type: 'input_audio_buffer.append', audio: message.media.payload });
  });
  engine.socket()?.on('close', () => model.close());
  return called;
}

function sessionFor(language: string): object {
  const block = {
    task: 'Confirm the visit on 3 December.',
    language,
    outcomes: OUTCOMES.map((value) => ({ value })),
    questions: QUESTIONS,
  };
  const tool = (name: string) => ({
    type: 'function',
    name,
    parameters: { type: 'object', properties: {} },
  });
  return {
    type: 'realtime',
    instructions: `Call.\n\`\`\`json\n${JSON.stringify(block)}\n\`\`\``,
    output_modalities: ['audio'],
    audio: {
      input: {
        format: { type: 'audio/pcmu' },
        turn_detection: {
          type: 'server_vad',
          silence_duration_ms: 500,
          create_response: true,
          interrupt_response: true,
        },
      },
      output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
    },
    tools: [tool('end_call'), tool('record_answer')],
  };
}

async function converse(behaviour: Behaviour, language = 'en', timeLimit = 180) {
  const { sid } = await twilioFor(simulator).calls.create({
    to: numberFor(behaviour),
    from: simulator.carrier.fromNumber,
    url: `${engine.url}/twiml?simulate=${behaviour}`,
    timeLimit,
  });
  await until(() => engine.messages.some((message) => message.event === 'start'), 'stream start');
  const called = await relay(language);
  const call = simulator.calls().find((one) => one.sid === sid);
  if (!call) throw new Error('no such call');
  await until(
    () => called.some(({ name }) => name === 'end_call') || call.status === 'completed',
    'the end',
    30_000,
  );
  engine.socket()?.close();
  await until(() => call.status === 'completed', 'hang-up');
  const log = [
    ...call.heard.map(({ text, startMs }) => ({ at: startMs, line: `agent: ${text}` })),
    ...call.said.map(({ text, startMs }) => ({ at: startMs, line: `recipient: ${text}` })),
  ];
  return { call, called, story: log.sort((a, b) => a.at - b.at).map(({ line }) => line) };
}

it.each([
  ['confirms', 'en'],
  ['asks_to_reschedule', 'en'],
  ['declines', 'en'],
  ['confirms', 'pt'],
] as const)(
  'a person who %s (%s) says the expected outcome and, when asked, the expected answers',
  async (behaviour, language) => {
    const { call, called, story } = await converse(behaviour, language);
    const words = OUTCOMES.map((value) => value.replaceAll('_', ' '));
    const said = call.said.map(({ text }) => text);
    expect(story.join('\n')).toContain(replyForOutcomes(words, language, behaviour).says);
    if (behaviour === 'confirms') {
      expect(said).toEqual(
        expect.arrayContaining(
          QUESTIONS.map((question) => expectedAnswer(question, language).says),
        ),
      );
      const answers = called
        .filter(({ name }) => name === 'record_answer')
        .map(({ values }) => values['value']);
      expect(answers).toEqual(
        expect.arrayContaining(
          QUESTIONS.map((question) => expectedAnswer(question, language).value),
        ),
      );
    }
    expect(called.at(-1)?.name).toBe('end_call');
  },
);

it.each(['opts_out', 'wrong_person', 'wants_human', 'interrupts'] as const)(
  'a conversation with a person who %s comes to an end',
  async (behaviour) => {
    const { called, story } = await converse(behaviour);
    expect(story.length).toBeGreaterThan(2);
    expect(called.at(-1)?.name).toBe('end_call');
  },
);

it('a person who talks without answering gives the agent nothing to record', async () => {
  const { call, called } = await converse('talks_without_answering', 'en', 60);
  expect(call.said.length).toBeGreaterThan(2);
  expect(called).toEqual([]);
});
