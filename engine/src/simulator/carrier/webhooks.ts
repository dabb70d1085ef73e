// Requests of the carrier to the engine: signed forms (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
import axios from 'axios';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import type { Log } from '../../lib/log.ts';

export interface Webhooks {
  /** Returns the answer's body, or undefined when there was none with status 2xx. */
  send(url: string, fields: Record<string, string>, method?: string): Promise<string | undefined>;
  /** Returns the signature of a URL without fields, as the media socket carries it. */
  sign(url: string): string;
}

const TIMEOUT_MS = 15_000;
const LARGEST_ANSWER_BYTES = 65_536;

export function createWebhooks(options: { authToken: string; log: Log }): Webhooks {
  const sign = (url: string, fields: Record<string, string>): string =>
    webhooks.getExpectedTwilioSignature(options.authToken, url, fields);
  return {
    sign: (url) => sign(url, {}),
    async send(url, fields, method = 'POST') {
      const get = method === 'GET';
      const target = get ? withQuery(url, fields) : url;
      const signature = sign(target, get ? {} : fields);
      try {
        const { status, data } = await axios.request<string>({
          url: target,
          method,
          ...(get ? {} : { data: new URLSearchParams(fields).toString() }),
          headers: {
            'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
            'User-Agent': 'TwilioProxy/1.1',
            'X-Twilio-Signature': signature,
          },
          timeout: TIMEOUT_MS,
          maxContentLength: LARGEST_ANSWER_BYTES,
          maxRedirects: 0,
          proxy: false,
          responseType: 'text',
          validateStatus: () => true,
        });
        if (status >= 200 && status < 300) return data;
        options.log.warn({ status }, 'the engine refused a webhook of the simulated carrier');
      } catch {
        options.log.warn('the engine did not answer the simulated carrier');
      }
      return undefined;
    },
  };
}

function withQuery(url: string, fields: Record<string, string>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(fields)) target.searchParams.append(name, value);
  return target.toString();
}
