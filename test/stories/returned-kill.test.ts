// A person calls back, is answered, and the engine dies before anybody speaks.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
import {
  readVoiceNumbers,
  setVoiceUrl,
  voiceUrlAt,
} from '../../engine/src/carriers/twilio/numbers.ts';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { createClient } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { startSimulator } from '../../engine/src/simulator/index.ts';
import { someone } from '../ended-once.ts';
import { freePort, startEngineProcess } from '../engine-process.ts';
import { engineEnv, pause, SPEECH_CACHE, waitsOf } from '../world.ts';

const RATE = 10;

it('kill -9 between answer and session: the attempt ends, the caller is hung up on, and nobody is dialed for it', async () => {
  const anchor = Date.now();
  const clock = createClock({ rate: RATE, anchor });
  const dataDir = await mkdtemp(join(tmpdir(), 'recado-returned-'));
  const simulator = await startSimulator({ clock, log: silentLog, cacheDir: SPEECH_CACHE });
  // Keeps the caller on the line, as the carrier does while it connects the sound.
  const waiting = createServer((_request, response) =>
    response.end('<Response><Pause length="3600"/></Response>'),
  ).listen(0, '127.0.0.1');
  const env = {
    ...engineEnv(simulator, dataDir),
    PORT: String(await freePort()),
    RECADO_CLOCK_RATE: String(RATE),
    RECADO_CLOCK_ANCHOR: String(anchor),
  };
  let engine = await startEngineProcess(env);
  try {
    const client = createClient(axiosTransport({ url: engine.url, apiKey: engine.firstKey ?? '' }));
    const waits = waitsOf(client);
    const person = someone('no_answer');
    const body = {
      ...{ task: 'Confirm the appointment on Friday.', phone_number: person },
      retry: { max_attempts: 3, delays_minutes: [30] },
    };
    const { id } = (await client.placeCall({ body })) as Call;
    await waits.until(id, ({ status }) => status === 'scheduled');

    const { url: baseUrl, fromNumber, ...credentials } = simulator.carrier;
    const access = { ...credentials, baseUrl, clock, log: silentLog };
    const [number] = (await readVoiceNumbers(access, [fromNumber])) as { sid: string }[];
    const { port } = waiting.address() as AddressInfo;
    await setVoiceUrl(access, number?.sid ?? '', `http://127.0.0.1:${port}/`);
    const phone = simulator.dialIn({ from: person, to: fromNumber });
    const voiceUrl = voiceUrlAt(engine.url);
    const { accountSid: AccountSid, authToken } = credentials;
    const fields = { AccountSid, CallSid: phone.sid, From: person, To: fromNumber };
    const answer = await fetch(voiceUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': twilio.getExpectedTwilioSignature(authToken, voiceUrl, fields),
      },
      body: new URLSearchParams(fields).toString(),
    });
    expect(await answer.text()).toContain('<Stream');
    await engine.kill();
    engine = await startEngineProcess(env);

    const call = await waits.ended(id);
    expect(call.attempts).toMatchObject([
      { direction: 'outbound', end_reason: 'no_answer' },
      { direction: 'inbound', end_reason: 'error_engine' },
    ]);
    expect(call).toMatchObject({ outcome: 'call_failed', retryable: false });
    const signal = AbortSignal.timeout(20_000);
    while (phone.endedAt === null && !signal.aborted) await pause(20);
    expect(phone.status).toBe('completed');
    expect(simulator.creates()).toHaveLength(1);
  } finally {
    await engine.kill();
    waiting.close();
    await simulator.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 90_000);
