// The power goes off under an engine that has just accepted calls. The data folder lies on a file system of its own,
// in a file; what that file holds at one moment is what a disk would hold after the power came back.
// A drive that says "written" too early is not covered.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeys } from '../../engine/src/engine.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { numberFor, type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';
import { type EngineProcess, freePort, startEngineProcess } from '../engine-process.ts';
import { describeUnless } from '../skips.ts';
import { configOf, engineEnv, pause, SPEECH_CACHE } from '../world.ts';

const CALLS = 300;
const KEYS = 16;
const IMAGE_MEGABYTES = 96;
const AREAS = ['202', '203', '205', '206', '207', '208', '209', '210', '212', '213', '214', '215'];

const folder = mkdtempSync(join(tmpdir(), 'recado-power-'));
const mounted: string[] = [];
let simulator: Simulator | undefined;
const engines: EngineProcess[] = [];

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.kill()));
  await simulator?.close();
  for (const place of mounted) run('umount', place);
  rmSync(folder, { recursive: true, force: true });
});

describeUnless(whyNot(), 'the power goes off while calls are accepted', () => {
  it('every call that was answered with 201 is there afterwards, and the engine starts on what is left', async () => {
    const image = join(folder, 'disk.img');
    const before = mount(makeImage(image), 'before');
    const clock = createClock();
    simulator = await startSimulator({ clock, log: silentLog, cacheDir: SPEECH_CACHE });
    const env = { ...engineEnv(simulator, before), PORT: String(await freePort()) };
    const engine = await startEngineProcess(env);
    engines.push(engine);
    const keys = await makeKeys(simulator, before, engine.firstKey ?? '');

    const acknowledged: string[] = [];
    const placing = placeCalls(engine.url, keys, acknowledged);
    await until(() => acknowledged.length >= CALLS / 2);
    writeFileSync(join(before, 'not-synced'), 'x'.repeat(100));
    engine.pause();
    const known = [...acknowledged];
    run('cp', '--sparse=always', image, join(folder, 'after.img'));
    await engine.kill();
    await placing;

    const after = mount(join(folder, 'after.img'), 'after');
    // What nobody waited for is not on the disk: the copy shows what a power cut leaves.
    expect(existsSync(join(before, 'not-synced'))).toBe(true);
    expect(existsSync(join(after, 'not-synced'))).toBe(false);

    const again = await startEngineProcess({ ...env, DATA_DIR: after });
    engines.push(again);
    const missing: string[] = [];
    for (const id of known) {
      const reply = await ask(again.url, keys[0] ?? '', `/v1/calls/${id}`);
      if (reply.status !== 200) missing.push(id);
    }
    process.stdout.write(`power loss: ${missing.length} of ${known.length} calls lost\n`);
    expect(missing).toEqual([]);
    // Sealed secrets can be read again: the key that seals them was on the disk before what it sealed.
    for (const key of keys) expect((await ask(again.url, key, '/v1/account')).status).toBe(200);
  }, 60_000);
});

/** Returns why this machine cannot do it, or undefined. */
function whyNot(): string | undefined {
  const why = 'loop mounts are not allowed here';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return why;
  try {
    const place = mount(makeImage(join(folder, 'try.img'), 8), 'try');
    run('umount', place);
    mounted.pop();
    return undefined;
  } catch {
    return why;
  }
}

function makeImage(file: string, megabytes = IMAGE_MEGABYTES): string {
  run('truncate', '-s', `${megabytes}M`, file);
  run('mkfs.ext4', '-q', '-F', file);
  return file;
}

function mount(image: string, name: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  // The file system writes back by itself only after five minutes, so nothing gets to the disk by chance.
  run('mount', '-o', 'loop,commit=300', image, place);
  mounted.push(place);
  return place;
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, {
    stdio: 'ignore',
    env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  });
}

async function makeKeys(on: Simulator, dataDir: string, first: string): Promise<string[]> {
  const ring = await openKeys(configOf(on, dataDir, {}));
  const keys = [first];
  while (keys.length < KEYS) keys.push((await ring.create('test', `key ${keys.length}`)).key);
  await ring.close();
  return keys;
}

const ask = (url: string, key: string, path: string): Promise<Response> =>
  fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });

/** Places calls for tomorrow, one after the other for each key, until the engine does not answer any more. */
async function placeCalls(url: string, keys: string[], acknowledged: string[]): Promise<void> {
  const at = new Date(Date.now() + 86_400_000).toISOString();
  let placed = 0;
  const lane = async (key: string): Promise<void> => {
    while (acknowledged.length < CALLS) {
      const number = placed++;
      const reply = await fetch(`${url}/v1/calls`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          phone_number: numberFor('busy', AREAS[number % AREAS.length]),
          task: `Tell them that number ${number} is ready.`,
          schedule: { at },
        }),
      });
      const { id } = (await reply.json()) as { id?: string };
      if (reply.status === 201 && id !== undefined) acknowledged.push(id);
      else if (reply.status === 429) await pause(100);
      else throw new Error(`not accepted: ${reply.status}`);
    }
  };
  // The answers of the last ones never come.
  await Promise.allSettled(keys.map(lane));
}

async function until(condition: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(20_000);
  while (!condition()) {
    if (signal.aborted) throw new Error('too few calls were accepted');
    await pause(2);
  }
}
