import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';
import { runRecado, spawnRecado } from './run-recado.ts';

describe('the command line beside a running engine', () => {
  let folder: string;
  let server: ChildProcess;
  let printed = '';
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'recado-cli-'));
    server = spawnRecado(['start'], { cwd: folder, env: { PORT: '0', RECADO_CLOCK_RATE: '10' } });
    await new Promise<void>((resolve, reject) => {
      server.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes('Ctrl-C stops')) resolve();
      });
      server.once('close', () => reject(new Error(`the engine ended: ${printed}`)));
    });
    env = { RECADO_URL: /runs at (\S+)/.exec(printed)?.[1] ?? '' };
  }, 30_000);
  afterAll(async () => {
    if (server.exitCode === null) server.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  const run = (...args: string[]) => runRecado(args, { cwd: folder, env });

  it('start prints the URL, the first key and what to do next', async () => {
    const key = (await readFile(path.join(folder, 'data/first-key'), 'utf8')).trim();
    expect((await stat(path.join(folder, 'data/first-key'))).mode & 0o777).toBe(0o600);
    expect(printed).toContain(key);
    expect(printed).toContain(`${env['RECADO_URL']}/docs`);
    expect(printed).toMatch(/recado call [\s\S]*curl [\s\S]*recado init/);
  });

  it('call follows the call and prints what was said and what came of it', async () => {
    const { code, stdout } = await run(
      'call',
      '+12025550101',
      '--task',
      'Confirm the visit on {{day}}. If they cannot come, offer to reschedule.',
      '--name',
      'Ana Example',
      '--variable',
      'day=Friday',
      '--outcome',
      'confirmed',
      '--outcome',
      'wants_another_time',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/Agent {2}.*the visit on Friday/);
    expect(stdout).toMatch(/^Outcome +wants_another_time/m);
    expect(stdout).toContain('Simulated call');
  });

  it('call --json prints the ended call and nothing else on stdout', async () => {
    const { code, stdout } = await run('call', '+12025550104', '--task', 'Say hello.', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ended', outcome: 'busy', source: 'cli' });
  });

  it('call names what is wrong with a number, and the fix', async () => {
    const { code, stdout, stderr } = await run('call', 'Ana', '--task', 'Say hello.', '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Fix: Write the number with its country code');
  });

  it('call says so when no setting allows a number', async () => {
    const { code, stderr } = await run('call', '112', '--task', 'Say hello.');
    expect(code).toBe(1);
    expect(stderr).toContain('Fix: Call another number; no setting allows this one.');
  });

  it('keys made beside the engine work at once, and revoked ones no more', async () => {
    const made = await run('keys', 'create', '--name', 'crm');
    const key = made.stdout.trim();
    expect(key).toMatch(/^rk_test_/);
    const id = /key_[0-9a-z]{26}/.exec(made.stderr)?.[0] ?? '';
    const call = () =>
      runRecado(['call', '+12025550104', '--task', 'Say hello.', '--no-follow'], {
        cwd: folder,
        env: { ...env, RECADO_API_KEY: key },
      });
    expect((await call()).code).toBe(0);
    expect((await run('keys', 'revoke', id)).code).toBe(0);
    const refused = await call();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('recado keys create');

    const list = await run('keys', 'list', '--json');
    expect(JSON.parse(list.stdout)).toContainEqual(
      expect.objectContaining({ id, name: 'crm', revoked_at: expect.any(String) }),
    );
    expect(list.stdout).not.toContain(key);
  }, 30_000);

  it('keys create --live is refused with what is missing', async () => {
    const { code, stdout, stderr } = await run('keys', 'create', '--live');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('PUBLIC_URL');
  });

  it('start refuses a data folder that another engine uses, and names the fix', async () => {
    const { code, stderr } = await runRecado(['start'], { cwd: folder, env: { PORT: '0' } });
    expect(code).toBe(1);
    expect(stderr).toContain('Fix:');
    expect(stderr).toContain('DATA_DIR');
  });

  it('doctor finds the store and the keys, and lists what live keys need', async () => {
    const { code, stdout } = await runRecado(['doctor'], { cwd: folder, env: { PORT: '0' } });
    expect({ code, bad: stdout.includes('✖') }).toEqual({ code: 0, bad: false });
    expect(stdout).toMatch(/✔ store/);
    expect(stdout).toContain('Before live keys can be made:');
  });

  it('start ends cleanly on a signal', async () => {
    server.kill('SIGTERM');
    const [code] = (await once(server, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(printed.trimEnd().endsWith('Stopped.')).toBe(true);
  });

  it('call says how to start the engine when none runs', async () => {
    const { code, stderr } = await run('call', '+12025550104', '--task', 'Say hello.');
    expect(code).toBe(1);
    expect(stderr).toContain('Fix: Start it with `recado start`');
  });
});

describe('settings that are wrong', () => {
  it('are named with the fix', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'recado-cli-'));
    try {
      const { code, stderr } = await runRecado(['start'], { cwd: folder, env: { PORT: '99999' } });
      expect(code).toBe(1);
      expect(stderr).toMatch(/PORT: .*\n +Fix: Correct PORT/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('recado init --yes', () => {
  let folder: string;
  let simulator: Simulator;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'recado-init-'));
    simulator = await startSimulator({
      clock: createClock(),
      log: silentLog,
      cacheDir: path.join(folder, 'speech'),
    });
  });
  afterAll(async () => {
    await simulator.close();
    await rm(folder, { recursive: true });
  });

  const init = (authToken: string) => {
    const { carrier, model } = simulator;
    return runRecado(
      [
        'init',
        '--yes',
        '--organisation',
        'Clínica Luz',
        '--countries',
        'PT,US',
        '--spend-limit-day',
        '12.50',
        '--account-sid',
        carrier.accountSid,
        '--numbers',
        carrier.fromNumber,
        '--public-url',
        'https://recado.example',
      ],
      {
        cwd: folder,
        env: {
          PORT: '0',
          TWILIO_AUTH_TOKEN: authToken,
          TWILIO_BASE_URL: carrier.url,
          OPENAI_API_KEY: model.apiKey,
          OPENAI_BASE_URL: model.url,
        },
      },
    );
  };

  it('writes nothing when the carrier refuses the credentials', async () => {
    const { code, stdout, stderr } = await init('f'.repeat(32));
    expect(code).toBe(1);
    expect(stdout).toContain('✖ carrier');
    expect(stderr).toContain('Nothing was written');
    await expect(stat(path.join(folder, '.env'))).rejects.toThrow('ENOENT');
  });

  it('writes .env from what was checked, keeps other lines, and prints no secret', async () => {
    await writeFile(path.join(folder, '.env'), '# mine\nLOG_LEVEL=error\n');
    const { authToken } = simulator.carrier;
    const { code, stdout, stderr } = await init(authToken);
    expect(code).toBe(0);
    const text = await readFile(path.join(folder, '.env'), 'utf8');
    expect(text).toContain('# mine\nLOG_LEVEL=error\n');
    expect(text).toContain(`TWILIO_AUTH_TOKEN=${authToken}\n`);
    expect(text).toContain("ORGANISATION='Clínica Luz'\n");
    expect(text).toContain('SPEND_LIMIT_DAY=12.50\n');
    expect(stdout).toContain('12.50 USD a day');
    expect(stdout).toContain(`Calls to ${simulator.carrier.fromNumber} reach this engine.`);
    expect((await stat(path.join(folder, '.env'))).mode & 0o777).toBe(0o600);
    for (const secret of [authToken, simulator.model.apiKey])
      expect(stdout + stderr).not.toContain(secret);
  });
});
