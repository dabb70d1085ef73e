import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runRecado } from './run-recado.ts';

const SIMULATED =
  'Simulated call: real protocols, real audio, scripted voices. No AI model and no phone network.';

describe('recado demo', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'recado-demo-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('shows a call from request to verified webhook and leaves a stereo recording', async () => {
    const { code, stdout, stderr } = await runRecado(['demo', '--fast'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(SIMULATED);
    expect(lines.at(-2)).toBe(SIMULATED);
    expect(stdout).toMatch(/dialing\n.*ringing\n.*answered/);
    expect(stdout).toMatch(/^\d:\d\d {2}Agent {2}.*an AI assistant/m);
    expect(stdout).toMatch(/^\d:\d\d {2}Ana {4}Yes/m);
    expect(stdout).toMatch(/^Outcome +achieved/m);
    expect(stdout).toMatch(/id evt_[0-9a-z]{26}, \d+ bytes, signature ✔ verified/);

    const request = JSON.parse(/POST \/v1\/calls\n([\s\S]*?\n {2}\})/.exec(stdout)?.[1] ?? '');
    expect(Object.keys(request)).toEqual([
      'phone_number',
      'task',
      'caller_name',
      'webhook_url',
      'metadata',
      'recording',
    ]);
    const result = JSON.parse(/Structured result\n([\s\S]*?\n {2}\})/.exec(stdout)?.[1] ?? '');
    expect(result).toMatchObject({
      status: 'ended',
      outcome: 'achieved',
      reached: true,
      simulated: true,
      metadata: request.metadata,
    });

    const recording = path.resolve(folder, /^Recording +(\S+)$/m.exec(stdout)?.[1] ?? 'none');
    const wav = await readFile(recording);
    expect([
      wav.toString('latin1', 0, 4),
      wav.toString('latin1', 8, 12),
      wav.readUInt16LE(22),
    ]).toEqual(['RIFF', 'WAVE', 2]);
    // What was said in the conversation is in it: more than ten seconds of two channels, one byte each.
    expect(wav.length).toBeGreaterThan(10 * 8_000 * 2);
    expect((await stat(path.join(folder, 'data'))).mode & 0o077).toBe(0);
  }, 60_000);

  it('prints plain lines when it is piped, also where colours are the habit', async () => {
    const { stdout } = await runRecado(['demo', '--fast', '--number', '+12025550104'], {
      cwd: folder,
      env: { CI: 'true' },
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
    expect(stdout).not.toMatch(/[\x1b\r]/);
    expect(stdout).toMatch(/^Outcome +busy/m);
    expect(stdout).toMatch(/^Recording +none: nobody talked/m);
  }, 60_000);

  it('is the same whatever is set up on the machine', async () => {
    const { code, stdout } = await runRecado(['demo', '--fast', '--number', '+12025550104'], {
      cwd: folder,
      env: {
        PORT: 'nonsense',
        TWILIO_ACCOUNT_SID: 'nonsense',
        PUBLIC_URL: 'nonsense',
        ORGANISATION: 'Mine',
      },
    });
    expect(code).toBe(0);
    expect(stdout).toContain('signature ✔ verified');
  }, 60_000);

  it('calls no number that could be a real one', async () => {
    const { code, stdout, stderr } = await runRecado(['demo', '--number', '+351912345678'], {
      cwd: folder,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('test numbers only');
  });
});
