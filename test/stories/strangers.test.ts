import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { jest } from '@jest/globals';
import twilio from 'twilio';
import { WebSocket } from 'ws';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { createClient } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { endedOnce, someone } from '../ended-once.ts';
import { createWorld, type World } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const place = async (body: Record<string, unknown>): Promise<Call> =>
  (await world.client.placeCall({
    body: { task: TASK, webhook_url: world.receiver.url, ...body },
  })) as Call;

describe('strangers', () => {
  it('with a wrong key get 401', async () => {
    const stranger = createClient(axiosTransport({ url: world.url, apiKey: 'rk_test_wrong' }));
    await expect(
      stranger.placeCall({ body: { task: TASK, phone_number: someone() } }),
    ).rejects.toMatchObject({
      status: 401,
    });
  });

  it('cannot forge a callback, even of a call whose secret address they know: 403 and no change', async () => {
    const seen = watchCallbacks();
    const placed = await place({ phone_number: someone() });
    const call = await world.until(placed.id, ({ transcript }) => transcript.length >= 1);
    seen.stop();
    const path = seen.paths.find((one) => one.endsWith('/status')) ?? 'no status callback';
    const [phone] = world.phone(placed.phone_number ?? '');
    const { accountSid, authToken } = world.simulator.carrier;
    const fields = {
      AccountSid: accountSid,
      CallSid: phone?.sid ?? '',
      CallStatus: 'completed',
      SequenceNumber: '9',
    };
    const other = { ...fields, AccountSid: `AC${'0'.repeat(32)}` };
    const url = `${world.url}${path}`;
    const sign = (token: string, what: Record<string, string>): string =>
      twilio.getExpectedTwilioSignature(token, url, what);
    const forged: [string | undefined, Record<string, string>][] = [
      [undefined, fields],
      ['', fields],
      [sign('0'.repeat(32), fields), fields],
      [sign(authToken, { ...fields, CallStatus: 'ringing' }), fields],
      [sign(authToken, other), other],
    ];
    for (const [signature, body] of forged) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: signature === undefined ? {} : { 'x-twilio-signature': signature },
        body: new URLSearchParams(body),
      });
      expect(answer.status).toBe(403);
    }
    expect(call.status).toBe('in_progress');
    expect((await endedOnce(world, placed, 1)).outcome).toBe('achieved');
  });

  it('cannot open or join a conversation through the media socket; the real one goes on', async () => {
    const seen = watchStarts();
    const before = await place({ phone_number: someone() });
    await endedOnce(world, before, 1);
    const placed = await place({ phone_number: someone() });
    await world.until(placed.id, ({ transcript }) => transcript.length >= 1);
    seen.stop();
    const [stale, live] = seen.starts;
    expect(seen.starts).toHaveLength(2);
    if (!stale || !live) return;

    expect(await knock(undefined)).toBe('refused with 403');
    expect(await knock('AAAAAAAAAAAAAAAAAAAAAAAAAAA=')).toBe('refused with 403');
    const url = `${world.url.replace(/^http/, 'ws')}/carriers/twilio/media`;
    const { authToken } = world.simulator.carrier;
    const signature = twilio.getExpectedTwilioSignature(authToken, url, {});
    // Signed as the carrier does it, so only the secret of the call is left to stop them.
    const starts = [
      live, // A second socket for the live call, with the secret that was used.
      stale,
      withToken(live, stale.start.customParameters.token),
      withToken(stale, live.start.customParameters.token),
      withToken(live, 'guessed'),
    ];
    for (const start of starts) expect(await knock(signature, start)).toBe('closed with 1008');
    const call = await endedOnce(world, placed, 1);
    expect(call.outcome).toBe('achieved');
    expect(world.phone(placed.phone_number ?? '')[0]?.clears).toEqual([]);
  });
});

/** Notes the addresses at which the carrier calls back, as the wire shows them. */
function watchCallbacks(): { paths: string[]; stop(): void } {
  const paths: string[] = [];
  const note = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage };
    if (request.url?.startsWith('/carriers/twilio/')) paths.push(request.url);
  };
  subscribe('http.server.request.start', note);
  return { paths, stop: () => void unsubscribe('http.server.request.start', note) };
}

interface StartMessage {
  event: 'start';
  start: { customParameters: { token: string } };
}

/** Notes the `start` messages that the carrier sends on its media sockets. */
function watchStarts(): { starts: StartMessage[]; stop(): void } {
  const starts: StartMessage[] = [];
  const send = jest.spyOn(WebSocket.prototype, 'send');
  return {
    starts,
    stop() {
      for (const [data] of send.mock.calls) {
        const text = String(data);
        if (text.includes('"event":"start"')) starts.push(JSON.parse(text) as StartMessage);
      }
      send.mockRestore();
    },
  };
}

const withToken = ({ event, start }: StartMessage, token: string): StartMessage => ({
  event,
  start: { ...start, customParameters: { token } },
});

/** Opens a media socket and says `start`; resolves with how the engine ended it. */
function knock(signature: string | undefined, start?: StartMessage): Promise<string> {
  const url = `${world.url.replace(/^http/, 'ws')}/carriers/twilio/media`;
  const socket = new WebSocket(url, {
    headers: signature === undefined ? {} : { 'x-twilio-signature': signature },
  });
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(`refused with ${response.statusCode}`);
    });
    socket.on('open', () => socket.send(JSON.stringify(start)));
    socket.on('close', (code) => resolve(`closed with ${code}`));
    socket.on('error', reject);
  });
}
