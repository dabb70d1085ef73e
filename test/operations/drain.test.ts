import { join } from 'node:path';
import type { Call } from '../../engine/src/contract/call.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { someone } from '../ended-once.ts';
import { createProcessWorld, type ProcessWorld, until } from './process-world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';

let world: ProcessWorld;
afterEach(() => world.close());

const place = async (behaviour: Parameters<typeof someone>[0]): Promise<Call> =>
  (await world.client.placeCall({
    body: { task: TASK, phone_number: someone(behaviour), webhook_url: world.receiver.url },
  })) as Call;

async function readiness(): Promise<{ status: number; missing: unknown }> {
  const answer = await fetch(`${world.engine.url}/readyz`);
  const { missing } = (await answer.json()) as { missing?: unknown };
  return { status: answer.status, missing };
}

const talking = (call: Call): Promise<Call> =>
  world.waits.until(call.id, ({ transcript }) => transcript.length >= 1);

it('Q4: at SIGTERM the live call goes on to its own end and is told, nobody else is dialed, and the exit code is 0', async () => {
  world = await createProcessWorld({ rate: 5 });
  expect(await readiness()).toEqual({ status: 200, missing: undefined });
  const live = await place('confirms');
  await talking(live);

  const exit = world.engine.terminate();
  await until(async () => (await readiness()).status === 503, 'not ready');
  expect((await readiness()).missing).toEqual(['draining']);
  expect((await fetch(`${world.engine.url}/healthz`)).status).toBe(200);
  const queued = await place('confirms');
  expect(queued.status).toBe('queued');

  expect(await exit).toBe(0);
  expect(world.phones(live)).toMatchObject([{ status: 'completed' }]);
  expect(world.phones(queued)).toEqual([]);

  await world.start();
  const ended = await world.waits.ended(live.id);
  expect(ended).toMatchObject({ end_reason: 'agent_goodbye', outcome: 'achieved' });
  expect((await world.waits.ended(queued.id)).outcome).toBe('achieved');
  await until(() => world.toldEnds(live).length > 0, 'webhook of the end');
  expect(new Set(world.toldEnds(live).map(({ event }) => event.id)).size).toBe(1);
});

it('Q4: who is still on the phone after DRAIN_SECONDS hears a goodbye, and the end is on disk before the process is gone', async () => {
  world = await createProcessWorld({ rate: 5, env: { DRAIN_SECONDS: '4' } });
  const live = await place('talks_without_answering');
  await talking(live);
  expect(await world.engine.terminate()).toBe(0);

  const [phone] = world.phones(live);
  expect(phone?.status).toBe('completed');
  expect(phone?.heard.map(({ text }) => text).join(' ')).toMatch(/goodbye|bye/i);
  // The store as it was left.
  const store = await openSqlite({ file: join(world.dataDir, 'recado.db'), clock: createClock() });
  const attempts = await store.query('SELECT status, end_reason FROM attempts');
  expect(attempts).toEqual([{ status: 'ended', end_reason: 'error_engine' }]);
  await store.close();
  await world.start();
  expect((await world.waits.ended(live.id)).transcript.length).toBeGreaterThan(2);
});

it('Q4: a second signal does not wait for the live call', async () => {
  world = await createProcessWorld({ rate: 1 });
  const live = await place('talks_without_answering');
  await world.waits.until(live.id, ({ status }) => status === 'in_progress');
  const exit = world.engine.terminate();
  await until(async () => (await readiness()).status === 503, 'not ready');
  await world.engine.terminate();
  expect(await exit).toBe(130);
});
