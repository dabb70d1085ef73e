import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { encodeMuLaw, FRAME_BYTES, SILENCE } from '../../engine/src/lib/mu-law.ts';
import { noFaults } from '../../engine/src/simulator/faults.ts';
import { type ModelServer, startModelServer } from '../../engine/src/simulator/model/index.ts';
import { createSpeaker, type Speaker } from '../../engine/src/simulator/speech/speaker.ts';
import { createWatermarkReader } from '../../engine/src/simulator/speech/watermark.ts';

type Event = Record<string, unknown> & { type: string };

const API_KEY = 'sk-simulated';
const clock = createClock({ rate: 20 });
const faults = noFaults();
const open: OpenAIRealtimeWS[] = [];
let cacheDir: string;
let speaker: Speaker;
let server: ModelServer;

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'model-test-'));
  speaker = createSpeaker({ cacheDir, log: silentLog });
  server = await startModelServer({ clock, log: silentLog, speaker, apiKey: API_KEY, faults });
});

afterEach(() => {
  for (const rt of open.splice(0)) rt.close();
  Object.assign(faults, noFaults());
});

afterAll(async () => {
  await server.close();
  await speaker.close();
  await rm(cacheDir, { recursive: true });
});

const client = (apiKey = API_KEY): OpenAI =>
  new OpenAI({ apiKey, baseURL: server.url, maxRetries: 0 });

const BLOCK = {
  task: 'Confirm the appointment on 12 March.',
  recipient_name: 'Ana',
  language: 'en',
  outcomes: [{ value: 'confirmed' }, { value: 'rescheduled' }, { value: 'canceled' }],
  questions: [{ key: 'guests', ask: 'How many guests come?', type: 'number' }],
};
const INSTRUCTIONS = `You call people.\n\`\`\`json\n${JSON.stringify(BLOCK)}\n\`\`\``;

const tool = (name: string) => ({
  type: 'function',
  name,
  parameters: { type: 'object', properties: {} },
});

const SESSION = {
  type: 'realtime',
  instructions: INSTRUCTIONS,
  output_modalities: ['audio'],
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: { model: 'gpt-transcribe', language: 'en' },
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

/** A client that remembers every event. */
function realtime(apiKey = API_KEY) {
  const rt = new OpenAIRealtimeWS(
    {
      model: 'gpt-realtime-2.1-mini',
      options: {
        createConnection: (o: { port: number; host: string }) => connect(o.port, o.host),
      } as never,
    },
    client(apiKey),
  );
  open.push(rt);
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  let isClosed = false;
  let refusal = '';
  const tell = (): void => {
    for (const check of waiting) check();
  };
  rt.on('event', (event) => {
    events.push(event as unknown as Event);
    tell();
  });
  rt.on('error', (error) => {
    refusal ||= error.message;
  });
  rt.socket.on('close', () => {
    isClosed = true;
    tell();
  });
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const send = (event: Record<string, unknown>): void => rt.send(event as never);
  return {
    events,
    send,
    closed: async () => {
      await until(() => isClosed);
      return refusal;
    },
    of: (type: string) => events.filter((event) => event.type === type),
    /** Waits for the n-th event of a type. */
    async nth(type: string, count = 1): Promise<Event> {
      await until(() => events.filter((event) => event.type === type).length >= count);
      return events.filter((event) => event.type === type)[count - 1] as Event;
    },
    async ready(session: Record<string, unknown> = SESSION): Promise<void> {
      await this.nth('session.created');
      send({ type: 'session.update', session });
      await this.nth('session.updated');
    },
    hear(audio: Uint8Array): void {
      for (let at = 0; at < audio.length; at += FRAME_BYTES) {
        const frame = Buffer.from(audio.subarray(at, at + FRAME_BYTES));
        send({ type: 'input_audio_buffer.append', audio: frame.toString('base64') });
      }
    },
    async say(text: string): Promise<void> {
      this.hear(await speaker.say(text, { voice: 'rms', language: 'en' }));
      this.hear(silence(700));
    },
  };
}

const silence = (ms: number): Uint8Array => new Uint8Array(ms * 8).fill(SILENCE);

const said = (events: readonly Event[]): unknown[] =>
  events
    .filter(({ type }) => type === 'response.output_audio_transcript.done')
    .map((event) => event['transcript']);

const wordsIn = (audio: Uint8Array): string[] => {
  const reader = createWatermarkReader();
  reader.push(audio);
  return reader.utterances().map(({ text }) => text);
};

describe('the plain endpoints', () => {
  it('lists models for the right key and refuses any other', async () => {
    expect((await client().models.list()).data.map(({ id }) => id)).toContain(
      'gpt-realtime-2.1-mini',
    );
    await expect(client('sk-other').models.list()).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
  });

  it('gives speech as WAV whose words survive 16-bit samples', async () => {
    const answer = await client().audio.speech.create({
      model: 'gpt-4o-mini-tts',
      input: 'This is an automated call.',
      voice: 'marin',
      response_format: 'wav',
    });
    const file = Buffer.from(await answer.arrayBuffer());
    expect(file.readUInt32LE(24)).toBe(8000);
    const samples = Int16Array.from({ length: (file.length - 44) / 2 }, (_, i) =>
      file.readInt16LE(44 + i * 2),
    );
    expect(wordsIn(encodeMuLaw(samples))).toEqual(['This is an automated call.']);
  });

  const read = () =>
    client().responses.create({
      model: 'gpt-5.6-luna',
      input: [
        { role: 'system', content: INSTRUCTIONS },
        {
          role: 'user',
          content: '[0] agent: Does that work for you?\n[1] recipient: Yes, it works.',
        },
      ],
      text: {
        format: {
          type: 'json_schema',
          name: 'call_result',
          strict: true,
          schema: {
            type: 'object',
            properties: { outcome: { type: 'string' }, summary: { type: 'string' } },
          },
        },
      },
    });

  it('reads a transcript as the schema asks', async () => {
    const answer = await read();
    expect(JSON.parse(answer.output_text)).toMatchObject({ outcome: 'confirmed' });
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  });

  it('fails as often as it is told to, and answers with broken JSON when told to', async () => {
    faults.model = { failResponses: { status: 503, times: 1 }, badResponses: true };
    await expect(read()).rejects.toMatchObject({ status: 503 });
    const broken = (await read()).output_text;
    expect(() => JSON.parse(broken)).toThrow();
  });
});

describe('a realtime connection', () => {
  it('is refused at the upgrade without the key', async () => {
    expect(await realtime('sk-other').closed()).toMatch(/401/);
  });

  it('is refused as often as it is told to, then counted', async () => {
    faults.model = { refuseUpgrade: { status: 429, times: 1 } };
    const before = server.sessions;
    expect(await realtime().closed()).toMatch(/429/);
    await realtime().ready();
    expect(server.sessions).toBe(before + 1);
  });

  it('is dropped when it is told to', async () => {
    faults.model = { dropSocketAfterMs: 200 };
    const rt = realtime();
    await rt.nth('session.created');
    await rt.closed();
    expect(rt.events).toHaveLength(1);
  });

  it('refuses settings that it does not know, naming them, and keeps the session', async () => {
    const rt = realtime();
    await rt.nth('session.created');
    rt.send({
      type: 'session.update',
      event_id: 'mine',
      session: { type: 'realtime', voice: 'marin' },
    });
    expect((await rt.nth('error'))['error']).toMatchObject({
      type: 'invalid_request_error',
      code: 'unknown_parameter',
      param: 'session.voice',
      event_id: 'mine',
    });
    rt.send({ type: 'session.update', session: { instructions: 'x' } });
    expect((await rt.nth('error', 2))['error']).toMatchObject({ param: 'session.type' });
    await rt.ready();
  });

  it('changes only the settings that an update names', async () => {
    const rt = realtime();
    await rt.ready();
    const turn_detection = {
      type: 'server_vad',
      create_response: false,
      interrupt_response: false,
    };
    rt.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection } } },
    });
    expect((await rt.nth('session.updated', 2))['session']).toMatchObject({
      instructions: INSTRUCTIONS,
      audio: {
        input: { format: { type: 'audio/pcmu' }, turn_detection: { create_response: false } },
      },
    });
  });
});

describe('a realtime conversation', () => {
  it('greets first, in the order of the real service, with audio that says the transcript', async () => {
    const rt = realtime();
    await rt.ready();
    rt.send({ type: 'response.create', response: { instructions: 'Greet the person.' } });
    await rt.nth('rate_limits.updated');
    const types = rt.events.slice(2).map(({ type }) => type);
    expect(types.filter((type, at) => type !== types[at - 1] && !type.endsWith('.delta'))).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    const audio = Buffer.concat(
      rt.of('response.output_audio.delta').map(({ delta }) => Buffer.from(String(delta), 'base64')),
    );
    const text =
      'Hello Ana. I am calling to confirm the appointment on 12 March. Does that work for you? Shall I note: confirmed, rescheduled or canceled?';
    expect(wordsIn(audio)).toEqual([text]);
    expect(said(rt.events)).toEqual([text]);
    expect(
      rt
        .of('response.output_audio_transcript.delta')
        .map(({ delta }) => delta)
        .join(''),
    ).toBe(text);
    const done = rt.of('response.done')[0]?.['response'] as {
      status: string;
      usage: { total_tokens: number };
    };
    expect(done.status).toBe('completed');
    expect(done.usage.total_tokens).toBeGreaterThan(0);
  });

  it('has a whole conversation: hears, records, asks, says goodbye and ends the call', async () => {
    const rt = realtime();
    await rt.ready();
    rt.send({ type: 'response.create' });
    await rt.nth('response.done');
    await rt.say('Yes. Please note: confirmed.');
    const heard = await rt.nth('conversation.item.input_audio_transcription.completed');
    expect(heard['transcript']).toBe('Yes. Please note: confirmed.');
    await rt.nth('response.done', 2);
    await rt.say('We are three.');
    const call = await rt.nth('response.function_call_arguments.done');
    expect(call['name']).toBe('record_answer');
    expect(JSON.parse(String(call['arguments']))).toEqual({
      field: 'guests',
      value: 3,
      quote: 'We are three.',
    });
    await rt.nth('response.done', 3);
    rt.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: call['call_id'], output: '{"ok":true}' },
    });
    rt.send({ type: 'response.create' });
    const last = (await rt.nth('response.done', 4))['response'] as {
      output: { type: string; name?: string }[];
    };
    expect(last.output.map(({ type, name }) => name ?? type)).toEqual(['message', 'end_call']);
    expect(said(rt.events).slice(1)).toEqual([
      'How many guests come? Please tell me a number.',
      'Thank you for your time. Goodbye.',
    ]);
    expect(rt.of('error')).toEqual([]);
  });

  it('links a person’s item to the one before it and tells where the speech was', async () => {
    const rt = realtime();
    await rt.ready();
    rt.send({ type: 'response.create' });
    const agentItem = (await rt.nth('response.output_item.done'))['item'] as { id: string };
    rt.hear(silence(1000));
    await rt.say('Yes.');
    const committed = await rt.nth('input_audio_buffer.committed');
    expect(committed['previous_item_id']).toBe(agentItem.id);
    expect((await rt.nth('conversation.item.added', 2))['previous_item_id']).toBe(agentItem.id);
    const started = rt.of('input_audio_buffer.speech_started')[0]?.['audio_start_ms'];
    expect(started).toBeGreaterThanOrEqual(680);
    expect(started).toBeLessThan(1000);
    expect(rt.of('input_audio_buffer.speech_stopped')[0]?.['item_id']).toBe(committed['item_id']);
  });

  it('stops speaking when it is interrupted, and says nothing that was not sent', async () => {
    const interruption = await speaker.say('Sorry, who is calling?', {
      voice: 'rms',
      language: 'en',
    });
    const rt = realtime();
    await rt.ready();
    rt.send({ type: 'response.create' });
    await rt.nth('response.output_audio.delta');
    rt.hear(interruption);
    rt.hear(silence(700));
    const done = (await rt.nth('response.done'))['response'] as {
      status: string;
      status_details: unknown;
    };
    expect(done).toMatchObject({
      status: 'cancelled',
      status_details: { reason: 'turn_detected' },
    });
    await rt.nth('response.done', 2);
    expect(String(said(rt.events)[1])).toMatch(/^Hello Ana\. /);
    expect(String(said(rt.events)[1]).startsWith(String(said(rt.events)[0]))).toBe(true);
  });

  it('hears noise without words as words that could not be made out', async () => {
    const rt = realtime();
    await rt.ready();
    const noise = Int16Array.from({ length: 4000 }, (_, i) => 8000 * Math.sin(i / 3));
    rt.hear(encodeMuLaw(noise));
    rt.hear(silence(700));
    const heard = await rt.nth('conversation.item.input_audio_transcription.completed');
    expect(heard['transcript']).toBe('');
  });

  it('says no when asked to cut more than it said', async () => {
    const rt = realtime();
    await rt.ready();
    rt.send({ type: 'response.create' });
    const { id } = (await rt.nth('response.output_item.done'))['item'] as { id: string };
    const cut = { type: 'conversation.item.truncate', item_id: id, content_index: 0 };
    rt.send({ ...cut, audio_end_ms: 500 });
    expect(await rt.nth('conversation.item.truncated')).toMatchObject({
      item_id: id,
      audio_end_ms: 500,
    });
    rt.send({ ...cut, audio_end_ms: 501 });
    expect((await rt.nth('error'))['error']).toMatchObject({
      message: 'Audio content of 500ms is already shorter than 501ms',
    });
  });

  it('runs one response at a time, and says again what was canceled before its first sound', async () => {
    faults.model = { slowFirstAudioMs: 3_000 };
    const rt = realtime();
    await rt.ready();
    rt.send({ type: 'response.cancel' });
    expect((await rt.nth('error'))['error']).toMatchObject({ code: 'response_cancel_not_active' });
    rt.send({ type: 'response.create' });
    rt.send({ type: 'response.create' });
    expect((await rt.nth('error', 2))['error']).toMatchObject({
      code: 'conversation_already_has_active_response',
    });
    rt.send({ type: 'response.cancel' });
    expect((await rt.nth('response.done'))['response']).toMatchObject({
      status: 'cancelled',
      status_details: { reason: 'client_cancelled' },
    });
    rt.send({ type: 'response.create' });
    await rt.nth('response.done', 2);
    expect(String(said(rt.events)[1])).toMatch(/^Hello Ana\./);
  });

  it('says goodbye when it is told to', async () => {
    const rt = realtime();
    await rt.ready();
    rt.send({ type: 'response.create' });
    await rt.nth('response.done');
    rt.send({ type: 'response.create', response: { instructions: 'Time is up: say goodbye.' } });
    await rt.nth('response.done', 2);
    rt.send({
      type: 'response.create',
      response: { instructions: 'Ask whether they are still there.' },
    });
    await rt.nth('response.done', 3);
    expect(said(rt.events).slice(1)).toEqual([
      'Thank you for your time. Goodbye.',
      'Are you still there?',
    ]);
  });

  it('stays silent after a person’s turn while it may not answer by itself', async () => {
    const rt = realtime();
    const turn_detection = { type: 'server_vad', create_response: false };
    await rt.ready({
      ...SESSION,
      audio: { ...SESSION.audio, input: { ...SESSION.audio.input, turn_detection } },
    });
    await rt.say('Hello?');
    await rt.nth('conversation.item.input_audio_transcription.completed');
    await clock.sleep(2_000);
    expect(rt.of('response.created')).toEqual([]);
  });
});
