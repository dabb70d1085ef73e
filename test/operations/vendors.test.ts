// The vendors that are set up wrongly, or away.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRecado } from '../cli/run-recado.ts';
import { someone } from '../ended-once.ts';
import { createWorld, type World } from '../world.ts';
import { until } from './process-world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
afterEach(() => {
  world.simulator.faults.carrier = {};
  world.simulator.faults.model = {};
});

const place = (behaviour: 'confirms' | 'busy', retry = {}) =>
  world.client.placeCall({ body: { task: TASK, phone_number: someone(behaviour), retry } });

async function doctor(env: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'recado-doctor-'));
  const { accountSid, authToken, url, fromNumber } = world.simulator.carrier;
  const ran = await runRecado(['doctor'], {
    cwd: folder,
    env: {
      ...{ DATA_DIR: folder, PORT: '0', TWILIO_BASE_URL: url, TWILIO_NUMBERS: fromNumber },
      ...{ TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken },
      ...env,
    },
  });
  const keys = await runRecado(['keys', 'create', '--live'], {
    cwd: folder,
    env: { DATA_DIR: folder },
  });
  await rm(folder, { recursive: true, force: true });
  return { ...ran, text: ran.stdout + ran.stderr, liveKey: keys };
}

it('Q5: with a wrong Twilio token the doctor fails with the fix named, and no live key can be made', async () => {
  const wrong = '0123456789abcdef0123456789abcdef';
  const { code, text, liveKey } = await doctor({ TWILIO_AUTH_TOKEN: wrong });
  expect(code).toBe(1);
  expect(text).toContain('Correct TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN');
  expect(text).not.toContain(wrong);
  expect(liveKey.code).not.toBe(0);
}, 120_000);

it('Q5: with an account that may dial numbers known for toll fraud the doctor fails with the fix named, and no live key can be made', async () => {
  world.simulator.faults.carrier.tollFraudCountries = ['LV', 'CU'];
  const { code, text, liveKey } = await doctor({});
  expect(code).toBe(1);
  expect(text).toContain('known for toll fraud in LV, CU');
  expect(text).toContain('Geo permissions');
  expect(liveKey.code).not.toBe(0);

  world.simulator.faults.carrier = {};
  expect((await doctor({})).text).toContain('Numbers known for toll fraud cannot be dialed.');
}, 120_000);

it('Q6: while the model is away nobody is rung; the call waits, says why, and is made when it is back', async () => {
  world.simulator.faults.model.refuseUpgrade = { status: 503, times: 2 };
  const placed = await place('confirms');
  const waiting = await world.until(placed.id, ({ attempts }) => attempts[0]?.status === 'ended');
  expect(waiting.status).not.toBe('ended');
  expect(waiting.attempts[0]?.end_reason).toBe('error_ai_provider');
  expect(world.phone(placed.phone_number ?? '')).toHaveLength(0);
  const call = await world.ended(placed.id);
  expect(call).toMatchObject({ answered_by: 'human' });
  expect(world.phone(placed.phone_number ?? '')).toHaveLength(1);
});

it('Q6: in a storm of 429 no call is lost and none is dialed twice', async () => {
  const once = () => place('busy', { max_attempts: 1 });
  world.simulator.faults.carrier.failCreate = { status: 429, code: 20_429, times: 4 };
  const placed = await Promise.all([once(), once(), once()]);
  const calls = await Promise.all(placed.map(({ id }) => world.ended(id, 60)));
  expect(calls.map(({ outcome }) => outcome)).toEqual(['busy', 'busy', 'busy']);
  for (const call of calls) expect(world.phone(call.phone_number ?? '')).toHaveLength(1);
  await until(() => world.simulator.faults.carrier.failCreate?.times === 0, 'the storm is over');
}, 90_000);
