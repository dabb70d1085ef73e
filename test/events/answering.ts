// Receivers that answer as they are told, and keep what they got.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import { type Listener, listen, readBody } from '../outgoing/listener.ts';

export interface Received {
  headers: IncomingHttpHeaders;
  body: Buffer;
  event: { id: string; type: string; data: Record<string, unknown>; test?: boolean };
}
export type Answer = (
  response: ServerResponse,
  request: IncomingMessage,
  received: Received,
) => void;

export interface AnsweringReceiver {
  url: string;
  received: Received[];
  answer: Answer;
  close(): Promise<void>;
}

/** Answers with this status. */
export const say =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

/** Gives these answers in turn, the last one for ever. `answer` may be replaced at any time. */
export async function answering(
  answers: Answer | readonly Answer[] = say(200),
  options: { tls?: ServerOptions; host?: string } = {},
): Promise<AnsweringReceiver> {
  const left = Array.isArray(answers) ? [...(answers as Answer[])] : [];
  const receiver = {
    received: [] as Received[],
    answer: (left.at(-1) ?? answers) as Answer,
  };
  const listener: Listener = await listen(async (request, response) => {
    const body = await readBody(request).catch(() => Buffer.alloc(0));
    const event = JSON.parse(body.toString('utf8') || '{}') as Received['event'];
    const received = { headers: request.headers, body, event };
    receiver.received.push(received);
    (left.shift() ?? receiver.answer)(response, request, received);
  }, options.tls);
  const scheme = options.tls ? 'https' : 'http';
  return Object.assign(receiver, {
    url: `${scheme}://${options.host ?? '127.0.0.1'}:${listener.port}/hook?secret=hush`,
    close: () => listener.close(),
  });
}
