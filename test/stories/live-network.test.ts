import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeCall } from '../../engine/src/calls/place-call.ts';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { createClient } from '../../engine/src/client/index.ts';
import { PlaceCall } from '../../engine/src/contract/place-call.ts';
import { createEngine, openKeys } from '../../engine/src/engine.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { startSimulator } from '../../engine/src/simulator/index.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { placePorts } from '../place-ports.ts';
import { configOf, SPEECH_CACHE, waitsOf } from '../world.ts';

// One of the numbers that France sets aside for fiction (01 99 00 xx xx): nobody has it.
const PHONE = '+33199001234';

// The same program with the operator's own Twilio and OpenAI credentials; only the two base URLs lead here.
it('calls through the credentials of the operator, by the same code', async () => {
  const clock = createClock({ rate: 10 });
  const dataDir = await mkdtemp(join(tmpdir(), 'recado-live-'));
  const simulator = await startSimulator({ clock, log: silentLog, cacheDir: SPEECH_CACHE });
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const config = configOf(simulator, dataDir, {
    PORT: String(port),
    PUBLIC_URL: publicUrl,
    ALLOWED_COUNTRIES: 'FR',
    TWILIO_ACCOUNT_SID: simulator.carrier.accountSid,
    TWILIO_AUTH_TOKEN: simulator.carrier.authToken,
    TWILIO_NUMBERS: simulator.carrier.fromNumber,
    TWILIO_BASE_URL: simulator.carrier.url,
    OPENAI_API_KEY: simulator.model.apiKey,
    OPENAI_BASE_URL: simulator.model.url,
  });
  const engine = await createEngine(config, { clock, log: silentLog });
  await engine.start();
  const ring = await openKeys(config);
  const key = await ring.create('live', 'for this story');
  const client = createClient(axiosTransport({ url: publicUrl, apiKey: key.key }));
  const database = await openSqlite({ file: join(dataDir, 'recado.db'), clock });
  const body = PlaceCall.parse({
    phone_number: PHONE,
    task: 'Confirm the appointment on Friday.',
    schedule: { timezone: zoneAtNoon(clock.now()) },
  });
  try {
    // Live keys are refused at the door of this version, so the call is accepted by the verb behind it.
    await expect(client.placeCall({ body })).rejects.toMatchObject({ code: 'live_mode_not_ready' });
    const ports = placePorts(database, clock, {
      publicUrl,
      fromNumber: simulator.carrier.fromNumber,
    });
    const request = {
      body,
      key: { id: key.id, mode: 'live' as const },
      idempotency_key: undefined,
    };
    const placed = await placeCall(request, ports);
    if (!placed.ok) throw new Error(placed.failure.code);

    const call = await waitsOf(client).ended(placed.value.call.id);
    expect(call).toMatchObject({ outcome: 'achieved', mode: 'live', simulated: false });
    expect(call.attempts).toMatchObject([{ network: 'live', phone_number: PHONE }]);
    expect(simulator.calls().map(({ to, rings }) => ({ to, rings }))).toEqual([
      { to: PHONE, rings: 1 },
    ]);
  } finally {
    await database.close();
    await ring.close();
    await engine.stop();
    await simulator.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** A zone in which it is about noon now: a live call obeys the hours of the person. */
function zoneAtNoon(now: number): string {
  const ahead = 12 - new Date(now).getUTCHours();
  // These names count the other way round: https://data.iana.org/time-zones/tzdb/etcetera
  return ahead === 0 ? 'Etc/UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}
