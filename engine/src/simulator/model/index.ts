// The simulated speech model: OpenAI's Realtime, Speech and Responses endpoints on loopback, with a scripted
// conversation behind them. No AI model is involved.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import { equalSecrets } from '../../lib/id.ts';
import type { Log } from '../../lib/log.ts';
import { type Faults, takeFault } from '../faults.ts';
import type { Speaker } from '../speech/speaker.ts';
import { createRealtimeSession } from './realtime-session.ts';
import { createRestAnswers } from './rest.ts';

export interface ModelServer {
  /** Base URL for an OpenAI client. */
  readonly url: string;
  /** How many realtime sessions were opened. */
  readonly sessions: number;
  close(): Promise<void>;
}

export interface ModelServerOptions {
  clock: Clock;
  log: Log;
  speaker: Pick<Speaker, 'say'>;
  apiKey: string;
  /** 0 or absent: any free port. */
  port?: number;
  faults: Pick<Faults, 'model'>;
}

const VOICE = 'slt';
const MESSAGE_BYTES_MAX = 21 * 1024 * 1024; // 15 MiB of audio in base64, and its event.
const UNSENT_BYTES_MAX = 8 * 1024 * 1024;
const PATH = '/v1/realtime';

/** Starts the server on 127.0.0.1; resolves when it listens. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { log, apiKey } = options;
  const isAllowed = (request: IncomingMessage): boolean =>
    equalSecrets(request.headers.authorization ?? '', `Bearer ${apiKey}`);
  const speak = (text: string, language: string): Promise<Uint8Array> =>
    options.speaker.say(text, { voice: VOICE, language });
  const server = createServer(createRestAnswers({ log, isAllowed, speak, faults: options.faults }));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
  });
  let sessions = 0;

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const status = refusalOf(request, isAllowed, options.faults);
    if (status !== undefined) return refuseUpgrade(socket, status);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      sessions++;
      serveSession(webSocket, modelOf(request) ?? '', options, speak);
    });
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    get sessions() {
      return sessions;
    },
    close: () => closeServer(server, sockets),
  };
}

function serveSession(
  socket: WebSocket,
  model: string,
  { clock, faults }: ModelServerOptions,
  speak: (text: string, language: string) => Promise<Uint8Array>,
): void {
  const session = createRealtimeSession({
    clock,
    model,
    speak,
    slowFirstAudioMs: () => faults.model.slowFirstAudioMs ?? 0,
    send(event) {
      if (socket.readyState !== socket.OPEN) return;
      // A client that does not read must not fill the memory.
      if (socket.bufferedAmount > UNSENT_BYTES_MAX) return socket.terminate();
      socket.send(JSON.stringify(event));
    },
    close: () => socket.close(1001, 'session expired'),
  });
  const dropAfter = faults.model.dropSocketAfterMs;
  const drop =
    dropAfter === undefined ? undefined : clock.after(dropAfter, () => socket.terminate());
  socket.on('message', (data) => session.receive(data.toString()));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    drop?.cancel();
    session.end();
  });
}

function refusalOf(
  request: IncomingMessage,
  isAllowed: (request: IncomingMessage) => boolean,
  faults: Pick<Faults, 'model'>,
): number | undefined {
  const fault = takeFault(faults.model.refuseUpgrade);
  if (fault) return fault.status;
  if (!isAllowed(request)) return 401;
  if (pathOf(request) !== PATH) return 404;
  return modelOf(request) === undefined ? 400 : undefined;
}

const urlOf = (request: IncomingMessage): URL => new URL(request.url ?? '/', 'http://127.0.0.1');
const pathOf = (request: IncomingMessage): string => urlOf(request).pathname;
const modelOf = (request: IncomingMessage): string | undefined =>
  urlOf(request).searchParams.get('model') || undefined;

const STATUS_TEXTS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  429: 'Too Many Requests',
};

function refuseUpgrade(socket: Duplex, status: number): void {
  const code = status === 401 ? 'invalid_api_key' : 'request_refused';
  const body = JSON.stringify({
    error: {
      type: 'invalid_request_error',
      code,
      message: 'The connection is refused.',
      param: null,
    },
  });
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_TEXTS[status] ?? 'Error'}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
