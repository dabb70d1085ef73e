// The plain HTTP endpoints of the simulated model: models, speech and Responses.
// Shapes: openai 7.57 `resources/models.d.ts`, `resources/audio/speech.d.ts`, `resources/responses/responses.d.ts`.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Log } from '../../lib/log.ts';
import { extract } from '../dialogue/extract.ts';
import { asksForReply, replyInWriting } from '../dialogue/reply-in-writing.ts';
import { type Faults, takeFault } from '../faults.ts';
import { wireId } from './conversation.ts';
import { muLawWav } from './mu-law-wav.ts';

export interface RestOptions {
  log: Log;
  isAllowed(request: IncomingMessage): boolean;
  speak(text: string, language: string): Promise<Uint8Array>;
  faults: Pick<Faults, 'model'>;
}

interface Answer {
  status: number;
  type: string;
  body: string | Uint8Array;
}

const BODY_BYTES_MAX = 4 * 1024 * 1024;
const MODELS = [
  'gpt-realtime-2.1',
  'gpt-realtime-2.1-mini',
  'gpt-transcribe',
  'gpt-4o-mini-tts',
  'gpt-5.6-luna',
];

/** Returns the request handler. Every failure is answered as OpenAI's error JSON. */
export function createRestAnswers(options: RestOptions): RequestListener {
  return (request, response) => {
    answer(request, options)
      .catch((error: unknown): Answer => {
        options.log.error({ error: String(error) }, 'the simulated model could not answer');
        return failure(500, 'server_error', 'The server had an error.');
      })
      .then((answered) => give(response, answered))
      .catch(() => response.destroy());
  };
}

async function answer(request: IncomingMessage, options: RestOptions): Promise<Answer> {
  if (!options.isAllowed(request))
    return failure(401, 'invalid_api_key', 'Incorrect API key provided.');
  const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
  if (request.method === 'GET' && path === '/v1/models') return json(models());
  if (request.method !== 'POST') return failure(404, 'not_found', 'There is no such endpoint.');
  const body = await readBody(request);
  if (body === undefined) return failure(413, 'request_too_large', 'The request is too large.');
  if (path === '/v1/audio/speech') return speech(body, options);
  if (path === '/v1/responses') return responses(body, options.faults);
  return failure(404, 'not_found', 'There is no such endpoint.');
}

const models = (): unknown => ({
  object: 'list',
  data: MODELS.map((id) => ({ id, object: 'model', created: 0, owned_by: 'simulator' })),
});

const speechRequest = z.object({
  model: z.string(),
  input: z.string().min(1).max(4096),
  voice: z.union([z.string(), z.object({ id: z.string() })]),
  response_format: z.literal('wav'),
  instructions: z.string().optional(),
});

async function speech(body: string, options: RestOptions): Promise<Answer> {
  const read = speechRequest.safeParse(parsed(body));
  if (!read.success) return invalid(read.error);
  const audio = await options.speak(read.data.input, languageOf(read.data.input));
  return { status: 200, type: 'audio/wav', body: muLawWav(audio) };
}

// A speech request names no language, so the text itself tells.
const languageOf = (text: string): string =>
  /[ãõáâàéêíóôúç]|\b(uma?|esta|chamada|não|para|olá)\b/i.test(text) ? 'pt' : 'en';

const part = z.object({ text: z.string().optional() });
const responsesRequest = z.object({
  model: z.string(),
  instructions: z.string().nullish(),
  input: z.union([
    z.string(),
    z.array(z.object({ content: z.union([z.string(), z.array(part)]) })),
  ]),
  text: z.object({
    format: z.object({
      type: z.literal('json_schema'),
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
      schema: z.record(z.string(), z.unknown()),
    }),
  }),
});

function responses(body: string, faults: Pick<Faults, 'model'>): Answer {
  const fault = takeFault(faults.model.failResponses);
  if (fault) return failure(fault.status, 'server_error', 'The server had an error.');
  const read = responsesRequest.safeParse(parsed(body));
  if (!read.success) return invalid(read.error);
  const { model, instructions, input, text } = read.data;
  const texts = [instructions ?? '', ...textsOf(input)];
  const value = faults.model.badResponses
    ? '{"outcome": 42, '
    : JSON.stringify(answerTo(texts, text.format.schema));
  return json(responseObject(model, texts, value));
}

const answerTo = (texts: readonly string[], schema: Record<string, unknown>): unknown =>
  asksForReply(schema) ? replyInWriting(texts) : extract(texts, schema);

function responseObject(model: string, texts: readonly string[], value: string): unknown {
  const inputTokens = Math.ceil(texts.join('').length / 4);
  const outputTokens = Math.ceil(value.length / 4);
  const content = [{ type: 'output_text', text: value, annotations: [] }];
  return {
    id: wireId('resp'),
    object: 'response',
    created_at: 1,
    status: 'completed',
    error: null,
    incomplete_details: null,
    model,
    output: [
      { id: wireId('msg'), type: 'message', role: 'assistant', status: 'completed', content },
    ],
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
  };
}

function textsOf(input: z.infer<typeof responsesRequest>['input']): string[] {
  if (typeof input === 'string') return [input];
  return input.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.map(({ text }) => text ?? ''),
  );
}

const json = (value: unknown): Answer => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(value),
});

function failure(
  status: number,
  code: string,
  message: string,
  param: string | null = null,
): Answer {
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  return {
    status,
    type: 'application/json',
    body: JSON.stringify({ error: { message, type, param, code } }),
  };
}

function invalid(error: z.ZodError): Answer {
  const param = error.issues[0]?.path.join('.') ?? null;
  return failure(400, 'invalid_value', `Invalid value: '${param ?? ''}'.`, param);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

function give(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
