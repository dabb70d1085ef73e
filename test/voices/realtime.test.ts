import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import type { VoiceListener } from '../../engine/src/session/voice.ts';
import { createOpenAiVoice } from '../../engine/src/voices/openai/realtime.ts';

interface Message {
  type: string;
  [field: string]: unknown;
}

/** A model's socket: what it was sent, in order, and a way to send. */
class Model {
  readonly got: Message[] = [];
  readonly socket: WebSocket;
  private seen = 0;
  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.got.push(JSON.parse(String(data)) as Message));
  }
  say(...messages: Message[]): void {
    for (const message of messages) this.socket.send(JSON.stringify(message));
  }
  /** The next message that has not been looked at. */
  async next(): Promise<Message> {
    while (this.got.length <= this.seen) await once(this.socket, 'message');
    return this.got[this.seen++] as Message;
  }
}

const BRIEF = {
  instructions: 'Be kind.',
  tools: [{ name: 'end_call', description: 'Ends.', parameters: {} }],
  language: 'pt-PT',
  voice: 'marin',
};
const clock = createClock();
let http: Server;
let sockets: WebSocketServer;
let heard: unknown[][];
let listener: VoiceListener;

beforeEach(async () => {
  http = createServer();
  sockets = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  heard = [];
  listener = new Proxy({} as VoiceListener, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        heard.push([name, ...args]),
  });
});
afterEach(() => {
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  http.close();
});

const voice = (openTimeoutMs = 5_000) =>
  createOpenAiVoice({
    apiKey: 'sk-test',
    baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    clock,
    log: silentLog,
    openTimeoutMs,
  });

async function open() {
  const connected = once(sockets, 'connection') as Promise<
    [WebSocket, { url: string; headers: Record<string, string> }]
  >;
  const opening = voice().open(BRIEF, listener);
  const [socket, request] = await connected;
  const model = new Model(socket);
  model.say({ type: 'session.created', session: {} });
  const setUp = await model.next();
  model.say({ type: 'session.updated', session: {} });
  const opened = await opening;
  if (!opened.ok) throw new Error(opened.failure.detail);
  return { session: opened.value, model, setUp, request };
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await clock.sleep(5);
}
const told = (name: string): unknown[][] => heard.filter(([one]) => one === name);
const part = { response_id: 'r1', item_id: 'i1', output_index: 0, content_index: 0 };
const delta = (bytes: number): Message => ({
  type: 'response.output_audio.delta',
  ...part,
  delta: Buffer.alloc(bytes).toString('base64'),
});
const done = (id: string): Message => ({
  type: 'response.done',
  response: { id, status: 'completed', usage: { input_tokens: 3, output_tokens: 4 } },
});

describe('realtime voice', () => {
  it('opens a session that listens in mu-law and does not answer until it begins', async () => {
    const { session, model, setUp, request } = await open();
    expect(request.url).toBe('/v1/realtime?model=gpt-realtime-2.1-mini');
    expect(request.headers['authorization']).toBe('Bearer sk-test');
    expect(setUp).toMatchObject({
      type: 'session.update',
      session: {
        audio: {
          input: {
            format: { type: 'audio/pcmu' },
            transcription: { model: 'gpt-transcribe', language: 'pt' },
            turn_detection: { create_response: false, interrupt_response: false },
          },
          output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
        },
      },
    });
    session.begin();
    expect(await model.next()).toMatchObject({
      session: {
        audio: {
          input: {
            turn_detection: { type: 'server_vad', create_response: true, interrupt_response: true },
          },
        },
      },
    });
    expect(await model.next()).toMatchObject({ type: 'response.create' });
    session.hear(Uint8Array.of(1, 2, 3));
    expect(await model.next()).toEqual({ type: 'input_audio_buffer.append', audio: 'AQID' });
    session.close();
  });

  it('tells the listener what is said, in an unbroken order, and drops what comes of an item after it was cut', async () => {
    const { session, model } = await open();
    model.say(
      { type: 'response.created', response: { id: 'r1' } },
      {
        type: 'conversation.item.added',
        previous_item_id: null,
        item: { id: 'tool', type: 'function_call' },
      },
      {
        type: 'conversation.item.added',
        previous_item_id: 'tool',
        item: { id: 'i1', type: 'message', role: 'assistant' },
      },
      { type: 'response.output_audio_transcript.delta', ...part, delta: 'Hello' },
      delta(800),
    );
    await until(() => told('said').length === 1);
    expect(heard.slice(0, 2)).toEqual([
      ['itemAdded', { id: 'i1', previousId: undefined, speaker: 'agent' }],
      ['saidText', 'i1', 'Hello'],
    ]);
    session.cut('i1', 5_000);
    expect(await model.next()).toEqual({
      type: 'conversation.item.truncate',
      item_id: 'i1',
      content_index: 0,
      audio_end_ms: 100,
    });
    expect(await model.next()).toEqual({ type: 'response.cancel', response_id: 'r1' });
    model.say(
      delta(800),
      { type: 'error', error: { code: 'response_cancel_not_active' } },
      { type: 'of.tomorrow' },
      done('r1'),
    );
    await until(() => told('responded').length === 1);
    expect(told('said')).toHaveLength(1);
    expect(told('responded')[0]).toEqual(['responded', { input_tokens: 3, output_tokens: 4 }]);
    session.close();
  });

  it('goes on after a tool only once the response is done, and asks again when another was running', async () => {
    const { session, model } = await open();
    model.say(
      { type: 'response.created', response: { id: 'r1' } },
      {
        type: 'response.output_item.done',
        response_id: 'r1',
        item: { id: 'f1', type: 'function_call', call_id: 'c1', name: 'end_call', arguments: '{}' },
      },
    );
    await until(() => told('toolCalled').length === 1);
    session.answerTool('c1', { ok: true }, true);
    session.say('Say goodbye.');
    expect(await model.next()).toMatchObject({
      item: { type: 'function_call_output', call_id: 'c1', output: '{"ok":true}' },
    });
    expect(model.got).toHaveLength(2);
    model.say(done('r1'));
    const asked = await model.next();
    expect(asked).toMatchObject({
      type: 'response.create',
      response: { instructions: 'Say goodbye.' },
    });
    model.say(
      {
        type: 'error',
        error: { code: 'conversation_already_has_active_response', event_id: asked['event_id'] },
      },
      done('r2'),
    );
    expect(await model.next()).toMatchObject({
      type: 'response.create',
      response: { instructions: 'Say goodbye.' },
    });
    session.close();
  });

  it('says once that it is over when the session expires, and nothing when it was closed by us', async () => {
    const first = await open();
    first.model.say({ type: 'error', error: { code: 'session_expired' } });
    await until(() => told('closed').length === 1);
    await until(() => first.model.socket.readyState === first.model.socket.CLOSED);
    const second = await open();
    second.session.close();
    await until(() => second.model.socket.readyState === second.model.socket.CLOSED);
    expect(told('closed')).toEqual([['closed', { kind: 'lost', detail: 'session_expired' }]]);
  });

  it.each([
    [401, 'refused'],
    [429, 'refused'],
    [503, 'unreachable'],
  ])('takes an upgrade answered with %i as %s', async (status, kind) => {
    http.removeAllListeners('upgrade');
    http.on('upgrade', (_request, socket) =>
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`),
    );
    expect(await voice().open(BRIEF, listener)).toEqual({
      ok: false,
      failure: { kind, detail: `http_${status}` },
    });
  });

  it('gives up on a model that does not get ready, and on one that is not there', async () => {
    expect(await voice(100).open(BRIEF, listener)).toMatchObject({
      ok: false,
      failure: { kind: 'timeout' },
    });
    const gone = voice();
    http.close();
    for (const socket of sockets.clients) socket.terminate();
    await once(http, 'close');
    expect(await gone.open(BRIEF, listener)).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable' },
    });
  });
});
