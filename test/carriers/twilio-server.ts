// A server as the engine runs it, with Twilio's routes and media socket, and events that remember what they were told.

import { type FastifyInstance, fastify } from 'fastify';
import twilio from 'twilio';
import { WebSocket } from 'ws';
import type { CarrierEvents, CarrierReport } from '../../engine/src/calls/ports.ts';
import { createMediaSockets } from '../../engine/src/carriers/twilio/media-socket.ts';
import type { TwilioNetwork } from '../../engine/src/carriers/twilio/network.ts';
import { registerTwilioRoutes } from '../../engine/src/carriers/twilio/routes.ts';
import { type Clock, createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import type { Line, LineListener } from '../../engine/src/session/line.ts';

export const ACCOUNT = `AC${'a'.repeat(32)}`;
export const OTHER_ACCOUNT = `AC${'b'.repeat(32)}`;
export const AUTH_TOKEN = 'token-of-the-account';
export const OTHER_AUTH_TOKEN = 'token-of-another-account';
export const CALL = `CA${'1'.repeat(32)}`;
export const TOKEN = 'attempt-secret-attempt-secret-attempt-secret';
export const MEDIA_TOKEN = 'media-secret-media-secret';
/** What Twilio was given: not where the test server listens. */
export const BASE = 'https://calls.example';
export const OTHER_BASE = 'http://127.0.0.1:8090';

export interface Told {
  answered: [token: string, call: string][];
  reported: [token: string, report: CarrierReport][];
  detected: [token: string, call: string, who: string][];
  incoming: Parameters<TwilioNetwork['incoming']>[0][];
  opened: { token: string; call: string; line: Line; heard: Heard }[];
}

export interface Heard {
  audio: { bytes: number[]; timestampMs: number }[];
  marked: string[];
  pressed: string[];
  closed: string[];
}

export interface TwilioServer {
  url: string;
  app: FastifyInstance;
  told: Told;
  toldOther: Told;
  /** Holds back every `openLine` until the function it returns is called. */
  holdLines(): () => void;
  connect(headers?: Record<string, string>): WebSocket;
  close(): Promise<void>;
}

export async function startTwilioServer(clock: Clock = createClock()): Promise<TwilioServer> {
  const gate = { open: Promise.resolve() };
  const told = emptyTold();
  const toldOther = emptyTold();
  const networks: TwilioNetwork[] = [
    {
      accountSid: ACCOUNT,
      authToken: AUTH_TOKEN,
      callbackBase: BASE,
      nodeUrl: null,
      events: remember(told, gate),
      incoming: async (call) => {
        told.incoming.push(call);
        return { kind: 'message', text: 'Please write to us.', language: 'en' };
      },
    },
    {
      accountSid: OTHER_ACCOUNT,
      authToken: OTHER_AUTH_TOKEN,
      callbackBase: OTHER_BASE,
      nodeUrl: null,
      events: remember(toldOther, gate),
      incoming: async () => {
        throw new Error('nobody calls this account');
      },
    },
  ];
  const app = fastify();
  registerTwilioRoutes(app, { networks, log: silentLog });
  const media = createMediaSockets({ networks, clock, log: silentLog });
  app.server.on('upgrade', (request, socket, head) => {
    if (!media.handleUpgrade(request, socket, head)) socket.destroy();
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    app,
    told,
    toldOther,
    holdLines() {
      const held = Promise.withResolvers<void>();
      gate.open = held.promise;
      return held.resolve;
    },
    connect: (
      headers = {
        'x-twilio-signature': sign(`${BASE.replace('https', 'wss')}/carriers/twilio/media`, {}),
      },
    ) => new WebSocket(`${url.replace('http', 'ws')}/carriers/twilio/media`, { headers }),
    async close() {
      media.close();
      await app.close();
    },
  };
}

export const sign = (
  url: string,
  fields: Record<string, unknown>,
  authToken = AUTH_TOKEN,
): string => twilio.getExpectedTwilioSignature(authToken, url, fields);

export const startMessage = (
  change: { accountSid?: string; callSid?: string; token?: string } = {},
): string =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    streamSid: 'MZ00000000000000000000000000000001',
    start: {
      accountSid: change.accountSid ?? ACCOUNT,
      streamSid: 'MZ00000000000000000000000000000001',
      callSid: change.callSid ?? CALL,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token: change.token ?? MEDIA_TOKEN },
    },
  });

export const mediaMessage = (bytes: Uint8Array, timestampMs: number): string =>
  JSON.stringify({
    event: 'media',
    sequenceNumber: '3',
    streamSid: 'MZ00000000000000000000000000000001',
    media: {
      track: 'inbound',
      chunk: '1',
      timestamp: String(timestampMs),
      payload: Buffer.from(bytes).toString('base64'),
    },
  });

const DOOR = { media_token: MEDIA_TOKEN, node_id: `node_${'0'.repeat(26)}`, node_url: null };

const emptyTold = (): Told => ({
  answered: [],
  reported: [],
  detected: [],
  opened: [],
  incoming: [],
});

/** Knows one attempt: its first call, and one use of its media token. */
function remember(told: Told, gate: { open: Promise<void> }): CarrierEvents {
  return {
    async answered(token, call) {
      told.answered.push([token, call]);
      return token === TOKEN && call === CALL ? DOOR : undefined;
    },
    async reported(token, report) {
      told.reported.push([token, report]);
    },
    async detected(token, call, who) {
      told.detected.push([token, call, who]);
    },
    async openLine(token, call, line) {
      await gate.open;
      if (token !== MEDIA_TOKEN || call !== CALL || told.opened.length > 0) return undefined;
      const heard: Heard = { audio: [], marked: [], pressed: [], closed: [] };
      told.opened.push({ token, call, line, heard });
      return listenTo(heard);
    },
  };
}

const listenTo = (heard: Heard): LineListener => ({
  audio: (frame, timestampMs) => heard.audio.push({ bytes: [...frame], timestampMs }),
  marked: (name) => heard.marked.push(name),
  pressed: (digit) => heard.pressed.push(digit),
  closed: (why) => heard.closed.push(why),
});

/** Resolves when `condition` gives something; fails after five seconds. */
export async function until<T>(condition: () => T | undefined | false): Promise<T> {
  const clock = createClock();
  const end = clock.now() + 5_000;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    if (clock.now() > end) throw new Error(`not in time: ${condition.toString()}`);
    await clock.sleep(5);
  }
}
