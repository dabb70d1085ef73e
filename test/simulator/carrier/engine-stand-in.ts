// The engine's side of the carrier, as small as it can be: webhooks are checked with Twilio's own validator,
// the media socket is a plain ws server.
import type { IncomingMessage } from 'node:http';
import fastify from 'fastify';
import twilio from 'twilio';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Simulator } from '../../../engine/src/simulator/index.ts';

export interface MediaMessage {
  event: string;
  sequenceNumber?: string;
  streamSid?: string;
  start?: { callSid: string; customParameters: Record<string, string>; mediaFormat: object };
  media?: { chunk: string; timestamp: string; payload: string };
  mark?: { name: string };
  stop?: object;
}

export interface Hook {
  path: string;
  fields: Record<string, string>;
  signed: boolean;
}

export interface StandIn {
  url: string;
  hooks: Hook[];
  messages: MediaMessage[];
  upgradeSigned: boolean[];
  socket(): WebSocket | undefined;
  streamSid(): string;
  send(message: object): void;
  play(audio: Uint8Array, mark?: string): void;
  /** The audio that came in, joined. */
  audio(): Uint8Array;
  statuses(): string[];
  twiml: string;
  close(): Promise<void>;
}

export async function startStandIn(authToken: string): Promise<StandIn> {
  const hooks: Hook[] = [];
  const messages: MediaMessage[] = [];
  const upgradeSigned: boolean[] = [];
  let socket: WebSocket | undefined;
  const app = fastify();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded; charset=utf-8',
    { parseAs: 'string' },
    (_r, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.post('/*', (request, reply) => {
    const fields = request.body as Record<string, string>;
    const header = String(request.headers['x-twilio-signature']);
    const signed = twilio.validateRequest(authToken, header, standIn.url + request.url, fields);
    hooks.push({ path: request.url, fields, signed });
    return reply
      .type('text/xml')
      .send(request.url.startsWith('/twiml') ? standIn.twiml : '<Response/>');
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const server = new WebSocketServer({ server: app.server, path: '/media' });
  server.on('connection', (opened: WebSocket, request: IncomingMessage) => {
    const header = String(request.headers['x-twilio-signature']);
    upgradeSigned.push(
      twilio.validateRequest(authToken, header, `${url.replace('http', 'ws')}/media`, {}),
    );
    socket = opened;
    opened.on('message', (data) => messages.push(JSON.parse(String(data)) as MediaMessage));
  });
  const standIn: StandIn = {
    url,
    hooks,
    messages,
    upgradeSigned,
    twiml: connect(url),
    socket: () => socket,
    streamSid: () => messages.find((message) => message.event === 'start')?.streamSid ?? '',
    send: (message) => socket?.send(JSON.stringify(message)),
    play(audio, mark) {
      const streamSid = standIn.streamSid();
      standIn.send({
        event: 'media',
        streamSid,
        media: { payload: Buffer.from(audio).toString('base64') },
      });
      if (mark !== undefined) standIn.send({ event: 'mark', streamSid, mark: { name: mark } });
    },
    audio: () =>
      Buffer.concat(messages.map((message) => Buffer.from(message.media?.payload ?? '', 'base64'))),
    statuses: () =>
      hooks
        .filter((hook) => hook.path === '/status')
        .map((hook) => hook.fields['CallStatus'] ?? ''),
    async close() {
      socket?.terminate();
      server.close();
      await app.close();
    },
  };
  return standIn;
}

export const connect = (url: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response><Connect action="${url}/after"><Stream url="${url.replace('http', 'ws')}/media" statusCallback="${url}/stream"><Parameter name="token" value="a&amp;b"/></Stream></Connect></Response>`;

/** Twilio's own client, pointed at the simulator. */
export function twilioFor({ carrier }: Pick<Simulator, 'carrier'>, authToken = carrier.authToken) {
  class ToSimulator extends twilio.RequestClient {
    override request<T>(
      options: Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0],
    ) {
      const { pathname, search } = new URL(options.uri);
      return super.request<T>({ ...options, uri: carrier.url + pathname + search } as never);
    }
  }
  return twilio(carrier.accountSid, authToken, { httpClient: new ToSimulator() });
}

/** Resolves when `condition` holds; the test fails by its own time-out when it never does. */
export async function until(
  condition: () => boolean,
  what: string,
  withinMs = 15_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
