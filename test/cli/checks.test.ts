import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  checkCountries,
  checkModel,
  checkSpendLimit,
  checkTwilioAccount,
  checkTwilioNumbers,
  judgePublicUrl,
} from '../../engine/src/cli/checks.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';

describe('checks of credentials, against servers that speak the wire protocols', () => {
  let folder: string;
  let simulator: Simulator;
  const twilio = () => {
    const { url, accountSid, authToken } = simulator.carrier;
    return { accountSid, authToken, baseUrl: url };
  };
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'recado-checks-'));
    simulator = await startSimulator({ clock: createClock(), log: silentLog, cacheDir: folder });
  });
  afterAll(async () => {
    await simulator.close();
    await rm(folder, { recursive: true });
  });

  it('takes a Twilio account that answers', async () => {
    expect((await checkTwilioAccount(twilio())).state).not.toBe('bad');
  });

  it('refuses a wrong token, names the setting and repeats no secret', async () => {
    const authToken = '0123456789abcdef0123456789abcdef';
    const finding = await checkTwilioAccount({ ...twilio(), authToken });
    expect(finding.state).toBe('bad');
    expect(finding.fix).toContain('TWILIO_AUTH_TOKEN');
    expect(JSON.stringify(finding)).not.toContain(authToken);
  });

  it('takes a number of the account, and offers those when it is another', async () => {
    const { fromNumber } = simulator.carrier;
    expect((await checkTwilioNumbers(twilio(), [fromNumber])).state).toBe('ok');
    const foreign = await checkTwilioNumbers(twilio(), [fromNumber, '+351210000000']);
    expect(foreign).toMatchObject({
      state: 'bad',
      detail: expect.stringContaining('+351210000000'),
    });
    expect(foreign.fix).toContain(fromNumber);
  });

  it('takes a model key that may use the models, and refuses others', async () => {
    const { url: baseUrl, apiKey } = simulator.model;
    expect((await checkModel({ apiKey, baseUrl, models: ['gpt-realtime-2.1-mini'] })).state).toBe(
      'ok',
    );
    expect((await checkModel({ apiKey, baseUrl, models: ['gpt-none'] })).detail).toContain(
      'gpt-none',
    );
    const wrong = await checkModel({ apiKey: 'sk-wrong-key', baseUrl });
    expect(wrong.state).toBe('bad');
    expect(JSON.stringify(wrong)).not.toContain('sk-wrong-key');
  });

  it('says that nobody answers, with the code, instead of throwing', async () => {
    const closed = await closedPort();
    const finding = await checkModel({ apiKey: 'sk-x', baseUrl: `http://127.0.0.1:${closed}/v1` });
    expect(finding).toMatchObject({
      state: 'bad',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('checks without a network', () => {
  it.each([
    ['http://recado.example.com', 'not https'],
    ['https://localhost:8090', 'not reachable'],
    ['https://192.168.1.4', 'not reachable'],
    ['recado.example.com', 'not a web address'],
    ['https://recado.example.com/?a=1', 'more than host and path'],
  ])('refuses %s as a public URL', (url, why) => {
    expect(judgePublicUrl(url)?.detail).toContain(why);
  });

  it('takes an https address as a public URL', () => {
    expect(judgePublicUrl('https://recado.example.com')).toBeUndefined();
  });

  it('knows countries by two letters', () => {
    expect(checkCountries(['PT', 'ES']).state).toBe('ok');
    expect(checkCountries(['PT', 'ZZ'])).toMatchObject({
      state: 'bad',
      detail: expect.stringContaining('ZZ'),
    });
    expect(checkCountries([]).state).toBe('warn');
  });

  it('tells what a day of calls may cost, and warns when nothing limits it', () => {
    const at = (day: number | null) => checkSpendLimit({ currency: 'EUR', limits: { day } });
    expect(at(12_500_000)).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('12.50 EUR'),
    });
    expect(at(null)).toMatchObject({
      state: 'warn',
      fix: expect.stringContaining('SPEND_LIMIT_DAY'),
    });
    expect(at(0).state).toBe('warn');
  });
});

async function closedPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
