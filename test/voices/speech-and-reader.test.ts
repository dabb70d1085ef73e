import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClock } from '../../engine/src/lib/clock.ts';
import { createOpenAiReader } from '../../engine/src/voices/openai/reader.ts';
import { createOpenAiSpeech } from '../../engine/src/voices/openai/speech.ts';

let server: Server;
const asked: { path: string | undefined; body: Record<string, unknown> }[] = [];

async function serve(
  answer: RequestListener,
): Promise<{ apiKey: string; baseUrl: string; clock: ReturnType<typeof createClock> }> {
  asked.length = 0;
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    asked.push({
      path: request.url,
      body: JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>,
    });
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { apiKey: 'sk-test', baseUrl: `http://127.0.0.1:${port}/v1`, clock: createClock() };
}
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
const message = (content: unknown, status = 'completed') => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status,
  model: 'm',
  output: [
    { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [content] },
  ],
  usage: { input_tokens: 5, output_tokens: 6, total_tokens: 11 },
});
const text = (value: string) => ({ type: 'output_text', text: value, annotations: [] });
const REQUEST = { instructions: 'Read.', input: 'Transcript', schema: { type: 'object' } };

describe('reader', () => {
  it('asks for strict JSON that is not kept, and gives it back parsed', async () => {
    const reader = createOpenAiReader(
      await serve(json(200, message(text('{"outcome":"confirmed"}')))),
    );
    expect(await reader.read(REQUEST)).toEqual({
      ok: true,
      value: { value: { outcome: 'confirmed' }, usage: { input_tokens: 5, output_tokens: 6 } },
    });
    expect(asked).toMatchObject([
      {
        path: '/v1/responses',
        body: { store: false, text: { format: { type: 'json_schema', strict: true } } },
      },
    ]);
  });

  it.each([
    ['refused', 200, message({ type: 'refusal', refusal: 'No.' })],
    ['invalid', 200, message(text('{"outc'), 'incomplete')],
    ['invalid', 200, message(text('no JSON'))],
    ['unavailable', 503, { error: { message: 'down' } }],
  ])('says %s when the answer is %i %j', async (kind, status, body) => {
    const reader = createOpenAiReader(await serve(json(status, body)));
    expect(await reader.read(REQUEST)).toMatchObject({ ok: false, failure: { kind } });
    expect(asked).toHaveLength(1);
  });

  it('gives up on an answer that does not come', async () => {
    const reader = createOpenAiReader({ ...(await serve(() => undefined)), timeoutMs: 100 });
    expect(await reader.read(REQUEST)).toMatchObject({
      ok: false,
      failure: { kind: 'unavailable' },
    });
  });
});

describe('speech', () => {
  it('gives mu-law, one byte a sample', async () => {
    const wav = Buffer.from(
      '524946462c00000057415645666d74201000000001000100401f0000803e0000020010006461746108000000',
      'hex',
    );
    const speech = createOpenAiSpeech(
      await serve((_request, response) => response.end(Buffer.concat([wav, Buffer.alloc(8)]))),
    );
    expect(await speech.speak('Hello.', { voice: 'marin', language: 'en' })).toEqual({
      ok: true,
      value: new Uint8Array(4).fill(0xff),
    });
    expect(asked).toMatchObject([
      {
        path: '/v1/audio/speech',
        body: { input: 'Hello.', voice: 'marin', response_format: 'wav' },
      },
    ]);
  });

  it('gives up on speech that begins and never ends', async () => {
    const speech = createOpenAiSpeech({
      ...(await serve((_request, response) => response.write('RIFF'))),
      timeoutMs: 200,
    });
    expect(await speech.speak('Hello.', { voice: 'marin', language: 'en' })).toMatchObject({
      ok: false,
      failure: { kind: 'timeout' },
    });
  });

  it('is refused with a wrong key', async () => {
    const speech = createOpenAiSpeech(await serve(json(401, { error: { message: 'bad key' } })));
    expect(await speech.speak('Hello.', { voice: 'marin', language: 'en' })).toEqual({
      ok: false,
      failure: { kind: 'refused', detail: 'http_401' },
    });
  });
});
