// Requests of the carrier to the engine: signed forms (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

export interface Webhooks {
  /** Returns the answer's body, or undefined when there was none with status 2xx. */
  send(url: string, fields: Record<string, string>, method?: string): Promise<string | undefined>;
  /** Returns the signature of a URL without fields, as the media socket carries it. */
  sign(url: string): string;
}

const TIMEOUT_MS = 15_000; // Real time, whatever the clock's rate: it guards this machine.
const LARGEST_ANSWER_BYTES = 65_536;

export function createWebhooks(options: { authToken: string; clock: Clock; log: Log }): Webhooks {
  const { clock, log } = options;
  const sign = (url: string, fields: Record<string, string>): string =>
    webhooks.getExpectedTwilioSignature(options.authToken, url, fields);

  const request = async (
    url: string,
    fields: Record<string, string>,
    get: boolean,
  ): Promise<Response> => {
    const late = new AbortController();
    const timer = clock.after(TIMEOUT_MS * clock.rate, () => late.abort());
    try {
      return await bounded(
        await fetch(url, {
          method: get ? 'GET' : 'POST',
          ...(get ? {} : { body: new URLSearchParams(fields).toString() }),
          headers: {
            'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
            'User-Agent': 'TwilioProxy/1.1',
            'X-Twilio-Signature': sign(url, get ? {} : fields),
          },
          redirect: 'manual',
          signal: late.signal,
        }),
      );
    } finally {
      timer.cancel();
    }
  };

  return {
    sign: (url) => sign(url, {}),
    async send(url, fields, method = 'POST') {
      const get = method === 'GET';
      try {
        const answer = await request(get ? withQuery(url, fields) : url, fields, get);
        if (answer.ok) return await answer.text();
        log.warn(
          { status: answer.status },
          'the engine refused a webhook of the simulated carrier',
        );
      } catch {
        log.warn('the engine did not answer the simulated carrier');
      }
      return undefined;
    },
  };
}

/** Reads the whole answer; throws when it is too long. */
async function bounded(answer: Response): Promise<Response> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    if (length > LARGEST_ANSWER_BYTES) throw new Error('the answer is too long');
    parts.push(part);
  }
  const { status } = answer;
  return new Response(length === 0 ? null : Buffer.concat(parts), { status });
}

function withQuery(url: string, fields: Record<string, string>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(fields)) target.searchParams.append(name, value);
  return target.toString();
}
