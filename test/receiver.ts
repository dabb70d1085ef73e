// A small receiver of webhooks that answers what it is told and keeps every request as it came.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedWebhook {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  event: { id: string; type: string; data: Record<string, unknown> };
}

export interface Receiver {
  url: string;
  received: ReceivedWebhook[];
  /** Statuses to answer with, one a request; 200 once they are used up. A request with status 0 is never answered. */
  answers: number[];
  /** Resolves with the first request of this type that was answered with 2xx, from the `from`-th on. */
  next(type: string, options?: { from?: number; seconds?: number }): Promise<ReceivedWebhook>;
  close(): Promise<void>;
}

export async function createReceiver(port = 0): Promise<Receiver> {
  const received: ReceivedWebhook[] = [];
  const taken: ReceivedWebhook[] = [];
  const answers: number[] = [];
  const waiting = new Set<() => void>();

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const webhook = {
        path: request.url ?? '',
        headers: request.headers,
        body,
        event: JSON.parse(body) as ReceivedWebhook['event'],
      };
      const status = answers.shift() ?? 200;
      received.push(webhook);
      if (status >= 200 && status < 300) taken.push(webhook);
      if (status !== 0) response.writeHead(status).end();
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    next(type, { from = 0, seconds = 25 } = {}) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(
          () => settle(() => reject(new Error(`no ${type} within ${seconds} s`))),
          seconds * 1_000,
        );
        const settle = (done: () => void): void => {
          clearTimeout(late);
          waiting.delete(look);
          done();
        };
        const look = (): void => {
          const found = taken.filter((webhook) => webhook.event.type === type)[from];
          if (found) settle(() => resolve(found));
        };
        waiting.add(look);
        look();
      });
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
