import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import type { CarrierReport } from '../../engine/src/calls/ports.ts';
import { createMediaSockets } from '../../engine/src/carriers/twilio/media-socket.ts';
import type { TwilioNetwork } from '../../engine/src/carriers/twilio/network.ts';
import { createTwilioCarrier } from '../../engine/src/carriers/twilio/rest.ts';
import { registerTwilioRoutes } from '../../engine/src/carriers/twilio/routes.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import type { Line } from '../../engine/src/session/line.ts';
import { startSimulator } from '../../engine/src/simulator/index.ts';
import { MEDIA_TOKEN, TOKEN, until } from './twilio-server.ts';

const NODE = `node_${'0'.repeat(26)}`;

it('a call to a simulated person is placed, answered, heard, hung up and looked up over the wire', async () => {
  const clock = createClock({ rate: 4 });
  const cacheDir = await mkdtemp(join(tmpdir(), 'recado-clips-'));
  const simulator = await startSimulator({ clock, log: silentLog, cacheDir });
  const networks: TwilioNetwork[] = [];
  const app = fastify();
  registerTwilioRoutes(app, { networks, log: silentLog });
  const media = createMediaSockets({ networks, clock, log: silentLog });
  app.server.on('upgrade', (request, socket, head) => media.handleUpgrade(request, socket, head));
  const callbackBase = await app.listen({ port: 0, host: '127.0.0.1' });

  const reports: CarrierReport[] = [];
  const ends: string[] = [];
  const marks: string[] = [];
  let heardBytes = 0;
  let line: Line | undefined;
  const { url: baseUrl, fromNumber, ...credentials } = simulator.carrier;
  networks.push({
    ...credentials,
    callbackBase,
    nodeUrl: null,
    incoming: async () => {
      throw new Error('nobody calls here');
    },
    events: {
      answered: async (token) =>
        token === TOKEN ? { media_token: MEDIA_TOKEN, node_id: NODE, node_url: null } : undefined,
      reported: async (_token, report) => void reports.push(report),
      detected: async () => {},
      async openLine(_token, _callId, opened) {
        line = opened;
        return {
          audio: (frame) => (heardBytes += frame.length),
          marked: (name) => marks.push(name),
          pressed() {},
          closed: (why) => ends.push(why),
        };
      },
    },
  });

  try {
    const carrier = createTwilioCarrier({
      ...credentials,
      baseUrl,
      callbackBase,
      clock,
      log: silentLog,
    });
    const placed = await carrier.placeCall({
      token: TOKEN,
      phone_number: '+12025550100',
      from_number: fromNumber,
      ring_seconds: 30,
      max_duration_seconds: 60,
      simulate: 'confirms',
    });
    if (placed.kind !== 'placed') throw new Error(`not placed: ${JSON.stringify(placed)}`);
    const live = await until(() => line);
    live.send(new Uint8Array(1_000).fill(0xff));
    live.mark('played');
    await until(() => marks.includes('played') && heardBytes > 1_600);
    expect(await carrier.look(placed.carrier_call_id)).toMatchObject({
      state: 'open',
      answered: true,
    });
    expect(await carrier.hangUp(placed.carrier_call_id)).toEqual({ ok: true });
    await until(() => ends.length > 0 && reports.some(({ state }) => state === 'ended'));

    expect(ends).toEqual(['hung_up']);
    const inOrder = reports.toSorted((a, b) => a.sequence - b.sequence).map(({ state }) => state);
    expect(inOrder).toEqual(['dialing', 'ringing', 'answered', 'ended']);
    expect(await carrier.look(placed.carrier_call_id)).toMatchObject({
      state: 'ended',
      answered: true,
      end_reason: null,
    });
    const query = {
      phone_number: '+12025550100',
      from_number: fromNumber,
      since: clock.now() - 600_000,
    };
    expect(await carrier.search(query)).toMatchObject([
      { carrier_call_id: placed.carrier_call_id },
    ]);
    expect(await carrier.hangUp(placed.carrier_call_id)).toEqual({ ok: true });
  } finally {
    media.close();
    await app.close();
    await simulator.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
});
