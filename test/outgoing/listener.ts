import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';

export interface Listener {
  port: number;
  /** Connections that were opened, whether or not a request followed. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts a real HTTP (or, with `tls`, HTTPS) server on a free port of loopback. */
export async function listen(answer: RequestListener, tls?: ServerOptions): Promise<Listener> {
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  server.on('tlsClientError', () => {});
  return started(server, '127.0.0.1', () => server.closeAllConnections());
}

/** Starts a listener that nobody should ever reach. */
export async function listenAsCanary(host: '127.0.0.1' | '::1', port = 0): Promise<Listener> {
  const server = createTcpServer((socket) => socket.destroy());
  return started(server, host, () => {}, port);
}

/** The same on the first free port that any webhook may use. */
export async function listenOnWebPort(host: '127.0.0.1' | '::1'): Promise<Listener> {
  for (const port of [8443, 5678, 8080]) {
    const listener = await listenAsCanary(host, port).catch(() => undefined);
    if (listener) return listener;
  }
  throw new Error('ports 8443, 5678 and 8080 are all in use');
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function started(
  server: Server | TcpServer,
  host: string,
  drop: () => void,
  port = 0,
): Promise<Listener> {
  let connections = 0;
  server.on('connection', () => connections++);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
  };
}
