// A small webhook receiver on loopback, as an application would have one: it verifies each event before it trusts it.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type VerifiedWebhook, verifyWebhook } from '../client/index.ts';
import type { Clock } from '../lib/clock.ts';

export interface ReceivedWebhook {
  /** The header `webhook-id`. */
  id: string;
  bytes: number;
  verified: VerifiedWebhook;
}

export interface WebhookReceiver {
  url: string;
  /** Resolves with the first event received, or undefined after `ms` of real time. */
  first(ms: number): Promise<ReceivedWebhook | undefined>;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1024 * 1024;

/** Starts a receiver on any free port; `secret` is asked for each event, so it may be learned later. */
export async function startWebhookReceiver(
  clock: Clock,
  secret: () => string,
): Promise<WebhookReceiver> {
  let take: (received: ReceivedWebhook) => void = () => undefined;
  const arrived = new Promise<ReceivedWebhook>((resolve) => {
    take = resolve;
  });
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        const verified = verifyWebhook({
          body,
          headers: request.headers,
          secret: secret(),
          now: clock.now(),
        });
        response.writeHead(verified.ok ? 204 : 401).end();
        take({ id: String(request.headers['webhook-id'] ?? ''), bytes: body.length, verified });
      },
      () => response.writeHead(413, { connection: 'close' }).end(),
    );
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/recado/callback`,
    // `after` and not `sleep`, because its timer lets the process end.
    first: (ms) =>
      Promise.race([
        arrived,
        new Promise<undefined>((resolve) => clock.after(ms * clock.rate, () => resolve(undefined))),
      ]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const listen = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_BYTES_MAX) throw new RangeError('too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
