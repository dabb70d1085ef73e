// A receiver of webhooks that answers as it is told, try by try, checks every signature and counts what it took.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

export type Answer = 'take' | 'fail' | 'reset' | 'slow';

export interface HostileReceiver {
  url: string;
  /** Calls whose end was taken. */
  readonly taken: ReadonlySet<string>;
  /** How often each call's end came, whatever was answered. */
  readonly tries: ReadonlyMap<string, number>;
  readonly answers: Readonly<Record<Answer, number>>;
  readonly badSignatures: number;
  close(): Promise<void>;
}

interface Sent {
  data: { id: string };
}

export async function startHostileReceiver(options: {
  secrets(): readonly string[];
  /** What the `nth` try of one event is answered, from 1. */
  answer(nth: number): Answer;
  /** How long a slow answer takes, in real milliseconds. */
  slowMs: number;
}): Promise<HostileReceiver> {
  const taken = new Set<string>();
  const tries = new Map<string, number>();
  const answers: Record<Answer, number> = { take: 0, fail: 0, reset: 0, slow: 0 };
  let badSignatures = 0;

  /** Counts a try and says how it is answered. */
  function judge(request: IncomingMessage, body: string): Answer {
    if (!isSigned(request, body, options.secrets())) badSignatures++;
    const { id } = (JSON.parse(body) as Sent).data;
    const nth = (tries.get(id) ?? 0) + 1;
    tries.set(id, nth);
    const answer = options.answer(nth);
    answers[answer]++;
    if (answer === 'take') taken.add(id);
    return answer;
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = judge(request, Buffer.concat(chunks).toString('utf8'));
    if (answer === 'slow') await pause(options.slowMs);
    if (answer === 'reset') request.socket.resetAndDestroy();
    else response.writeHead(answer === 'fail' ? 500 : 200).end();
  }

  const server = createServer((request, response) => {
    // Whoever is killed while it sends leaves half a request behind.
    receive(request, response).catch(() => request.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    ...{ taken, tries, answers },
    get badSignatures() {
      return badSignatures;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function isSigned({ headers }: IncomingMessage, body: string, secrets: readonly string[]): boolean {
  const sentAt = new Date(Number(headers['webhook-timestamp']) * 1_000);
  const given = String(headers['webhook-signature']).split(' ');
  return secrets.some((secret) =>
    given.includes(new Webhook(secret).sign(String(headers['webhook-id']), sentAt, body)),
  );
}
