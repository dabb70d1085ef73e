// As much of Twilio's side of a call as an engine needs to have it answered at once: the request to create it, the
// signed question what to do, and the signed media socket.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createClock } from '../../../engine/src/lib/clock.ts';
import { silentLog } from '../../../engine/src/lib/log.ts';
import { createWebhooks } from '../../../engine/src/simulator/carrier/webhooks.ts';
import type { Stream } from './phone.ts';

export const ACCOUNT_SID = `AC${'b'.repeat(32)}`;
export const AUTH_TOKEN = 'token-of-the-bench';

export interface Carrier {
  /** Answers a request of Twilio's API; false when it is none. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

/** `connect` opens the media socket of an answered call. */
export function createCarrier(
  connect: (url: string, headers: Record<string, string>, stream: Stream) => void,
): Carrier {
  const webhooks = createWebhooks({ authToken: AUTH_TOKEN, clock: createClock(), log: silentLog });

  async function pickUp(callSid: string, answerUrl: string): Promise<void> {
    const fields = { CallSid: callSid, AccountSid: ACCOUNT_SID, CallStatus: 'in-progress' };
    const twiml = await webhooks.send(answerUrl, fields);
    const url = /<Stream url="([^"]+)"/.exec(twiml ?? '')?.[1];
    const token = /<Parameter name="token" value="([^"]+)"/.exec(twiml ?? '')?.[1];
    if (url === undefined || token === undefined) throw new Error(`no stream: ${twiml}`);
    const stream = { ...newStream(), callSid, parameters: { token } };
    connect(url, { 'x-twilio-signature': webhooks.sign(url) }, stream);
  }

  return {
    async answer(request, response) {
      if (!request.url?.startsWith(`/2010-04-01/Accounts/${ACCOUNT_SID}/Calls`)) return false;
      const fields = new URLSearchParams(await text(request));
      const named = /Calls\/(CA\w+)\.json/.exec(request.url)?.[1];
      const sid = named ?? newSid('CA');
      const status = named === undefined ? 'queued' : 'completed';
      const now = new Date().toUTCString();
      response.writeHead(named === undefined ? 201 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ sid, status, account_sid: ACCOUNT_SID, date_created: now }));
      const answerUrl = fields.get('Url');
      if (named === undefined && answerUrl !== null) await pickUp(sid, answerUrl);
      return true;
    },
  };
}

/** Returns a stream that no call belongs to. */
export const newStream = (): Stream => ({
  streamSid: newSid('MZ'),
  callSid: newSid('CA'),
  accountSid: ACCOUNT_SID,
  parameters: {},
});

const newSid = (kind: string): string => `${kind}${randomBytes(16).toString('hex')}`;
