// The receiver of a chaos run: checks every signature, fails where the plan says, and holds an answer while somebody is struck.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedEnd {
  call_id: string;
  event_id: string;
  body: string;
}

export interface ChaosReceiver {
  /** The address to give with a call; `name` comes back in what the receiver tells. */
  urlFor(name: string): string;
  /** Every `call.ended` so far, each try of it. */
  readonly ends: ReceivedEnd[];
  readonly badSignatures: string[];
  /** How many requests came, whatever they told. */
  readonly requests: number;
  /** The first request for this name is answered with 500. */
  failOnce(name: string): void;
  /** The next request for this name is answered only when what `meet` returns has settled. */
  meet(name: string, meet: () => Promise<void>): void;
  close(): Promise<void>;
}

/** `secrets` are the signing secrets of the keys that calls were placed with. */
export async function startChaosReceiver(secrets: readonly string[]): Promise<ChaosReceiver> {
  const ends: ReceivedEnd[] = [];
  const badSignatures: string[] = [];
  const failing = new Set<string>();
  const meetings = new Map<string, () => Promise<void>>();
  let requests = 0;

  const server = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      requests++;
      const name = (request.url ?? '').slice(1);
      if (!isSigned(request, body, secrets)) badSignatures.push(name);
      const { id, type, data } = JSON.parse(body) as EventSeen;
      if (type === 'call.ended') ends.push({ call_id: data.id, event_id: id, body });
      const meet = meetings.get(name);
      meetings.delete(name);
      await meet?.();
      response.writeHead(failing.delete(name) ? 500 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    urlFor: (name) => `http://127.0.0.1:${port}/${name}`,
    ends,
    badSignatures,
    get requests() {
      return requests;
    },
    failOnce: (name) => void failing.add(name),
    meet: (name, meet) => void meetings.set(name, meet),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface EventSeen {
  id: string;
  type: string;
  data: { id: string };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

// Computed here from the standard's words, so that a mistake of the engine is not repeated:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
function isSigned({ headers }: IncomingMessage, body: string, secrets: readonly string[]): boolean {
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  const given = String(headers['webhook-signature']).split(' ');
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const hash = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return given.some((one) => isEqual(one, `v1,${hash}`));
  });
}

const isEqual = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
