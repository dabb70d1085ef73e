// What the machine itself does to an engine: a full disk, and a clock that jumps.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, createClock } from '../../engine/src/lib/clock.ts';
import { endedOnce, someone } from '../ended-once.ts';
import { createWorld } from '../world.ts';
import { createProcessWorld, type ProcessWorld, until } from './process-world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const DISK_MIB = 12;

/** A disk of its own that is small; undefined where this user may not mount one. */
async function smallDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'recado-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', folder]);
  if (mounted.status === 0) return folder;
  await rm(folder, { recursive: true });
  return undefined;
}

/** Takes all the room that is left. */
function fill(folder: string): void {
  const file = openSync(join(folder, 'filler'), 'a');
  for (const size of [65_536, 4_096, 1])
    try {
      for (;;) writeSync(file, Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  closeSync(file);
}

const name =
  'Q2: with a full disk calls are answered with 503, the live call goes on to its end, and no event is lost';
const disk = await smallDisk();
if (disk === undefined)
  process.stdout.write(`SKIPPED ${name}: this user may not mount a small disk\n`);
(disk === undefined ? it.skip : it)(
  name,
  async () => {
    const dataDir = disk ?? '';
    let started: ProcessWorld | undefined;
    try {
      const world = await createProcessWorld({ rate: 5, dataDir });
      started = world;
      const body = {
        task: TASK,
        phone_number: someone('confirms'),
        webhook_url: world.receiver.url,
      };
      const live = await world.client.placeCall({ body });
      await world.waits.until(live.id, ({ transcript }) => transcript.length > 0);
      fill(dataDir);
      const refused = await fetch(`${world.engine.url}/v1/calls`, {
        method: 'POST',
        headers: { authorization: `Bearer ${world.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ task: TASK, phone_number: someone('confirms') }),
      });
      expect({
        status: refused.status,
        code: ((await refused.json()) as { code: string }).code,
      }).toEqual({
        status: 503,
        code: 'unavailable',
      });
      expect(refused.headers.get('retry-after')).toBe('5');
      await until(
        async () => (await fetch(`${world.engine.url}/readyz`)).status === 503,
        'not ready',
      );
      const phone = () => world.simulator.calls().find(({ to }) => to === live.phone_number);
      await until(() => phone()?.endedAt !== null, 'the end of the talk');
      expect(
        phone()
          ?.heard.map(({ text }) => text)
          .join(' '),
      ).toMatch(/goodbye|bye/i);

      await rm(join(dataDir, 'filler'));
      const ended = await world.waits.ended(live.id);
      expect(ended).toMatchObject({ end_reason: 'agent_goodbye', outcome: 'achieved' });
      await until(() => world.receiver.received.length > 0, 'the webhook of the end');
      await until(async () => (await fetch(`${world.engine.url}/readyz`)).status === 200, 'ready');
    } finally {
      await started?.close();
      spawnSync('umount', ['-l', dataDir]);
      await rm(dataDir, { recursive: true, force: true });
    }
  },
  60_000,
);

it.each([
  ['an hour back', -3_600_000],
  ['a day on', 86_400_000],
])(
  'Q3: a clock that jumps %s in the middle of a talk ends nothing and dials nobody twice',
  async (_, jumpMs) => {
    let offset = 0;
    const steady = createClock({ rate: 10 });
    const clock: Clock = { ...steady, now: () => steady.now() + offset };
    const world = await createWorld({ clock });
    const body = { task: TASK, phone_number: someone('confirms'), webhook_url: world.receiver.url };
    const placed = await world.client.placeCall({ body });
    await world.until(placed.id, ({ transcript }) => transcript.length > 0);
    offset = jumpMs;
    const call = await endedOnce(world, placed, 1);
    expect(call).toMatchObject({ end_reason: 'agent_goodbye', outcome: 'achieved' });

    const after = await world.client.placeCall({
      body: { ...body, phone_number: someone('confirms') },
    });
    expect((await endedOnce(world, after, 1)).outcome).toBe('achieved');
    await world.close();
  },
  60_000,
);
