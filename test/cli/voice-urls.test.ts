// Calls to the operator's numbers are led to the engine, and never away from somebody else without a word.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTerminal, type Terminal } from '../../engine/src/cli/terminal.ts';
import { checkVoiceUrls, offerVoiceUrls } from '../../engine/src/cli/voice-urls.ts';
import { type Config, loadConfig } from '../../engine/src/config.ts';
import { readVoiceUrls } from '../../engine/src/engine.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';

const OURS = 'https://recado.example/carriers/twilio/incoming';

let folder: string;
let simulator: Simulator;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'recado-voice-urls-'));
  simulator = await startSimulator({ clock: createClock(), log: silentLog, cacheDir: folder });
});
afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

function config(env: Record<string, string> = {}): Config {
  const { carrier } = simulator;
  const read = loadConfig({
    PUBLIC_URL: 'https://recado.example',
    TWILIO_ACCOUNT_SID: carrier.accountSid,
    TWILIO_AUTH_TOKEN: carrier.authToken,
    TWILIO_NUMBERS: carrier.fromNumber,
    TWILIO_BASE_URL: carrier.url,
    ...env,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  return read.value;
}

const urlNow = async (): Promise<string | undefined> => {
  const urls = await readVoiceUrls(config());
  return urls?.numbers === 'unknown' ? 'unknown' : urls?.numbers[0]?.voice_url;
};

it('a number that leads nowhere is led here, once; the doctor says so before and after', async () => {
  expect(await checkVoiceUrls(config())).toMatchObject({
    state: 'warn',
    fix: expect.stringContaining(OURS),
  });
  const { terminal, printed } = heard();
  await offerVoiceUrls(config(), false, terminal);
  expect(await urlNow()).toBe(OURS);
  expect(printed()).toContain('Before: nowhere');
  await offerVoiceUrls(config(), false, terminal);
  expect(await urlNow()).toBe(OURS);
  expect((await checkVoiceUrls(config()))?.state).toBe('ok');
});

it('a number that leads elsewhere stays so unless somebody says yes; what may be secret is not shown', async () => {
  const other = await readVoiceUrls(config({ PUBLIC_URL: 'https://other.example' }));
  const [number] = (other?.numbers ?? []) as {
    sid: string;
    phone_number: string;
    voice_url: string;
  }[];
  if (!other || !number) throw new Error('the number is not there');
  await other.set(number);
  const { terminal, printed } = heard();
  await offerVoiceUrls(config(), false, terminal);
  expect(await urlNow()).toBe('https://other.example/carriers/twilio/incoming');
  expect(printed()).toContain('still lead to https://other.example/carriers/twilio/incoming');
});

it('nothing is said without a public address, and a wrong token is told as such', async () => {
  expect(await checkVoiceUrls(config({ PUBLIC_URL: '' }))).toBeUndefined();
  const wrong = config({ TWILIO_AUTH_TOKEN: 'f'.repeat(32) });
  expect(await checkVoiceUrls(wrong)).toMatchObject({
    state: 'warn',
    detail: expect.stringContaining('did not say'),
  });
});

function heard(): { terminal: Terminal; printed(): string } {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) };
  return { terminal: createTerminal(stream, stream, false), printed: () => lines.join('') };
}
