import { constants } from 'node:fs';
import { access, mkdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type Config, goLive } from '../config.ts';
import { openKeys } from '../engine.ts';
import { createClock } from '../lib/clock.ts';
import { checkDialing } from './check-dialing.ts';
import {
  checkCountries,
  checkModel,
  checkPublicUrl,
  checkSpendLimit,
  checkTwilioAccount,
  checkTwilioNumbers,
  type Finding,
} from './checks.ts';
import { report } from './failure.ts';
import { probe } from './probe.ts';
import { localUrl, readSettings } from './settings.ts';
import { showFinding } from './show-finding.ts';
import type { Terminal } from './terminal.ts';
import { checkVoiceUrls } from './voice-urls.ts';

/** `recado doctor`: one line per finding, each with its fix; returns 1 when something keeps the engine from working. */
export async function doctor(terminal: Terminal): Promise<number> {
  const settings = readSettings();
  if (!settings.ok) return report(terminal, settings.failure);
  const { config } = settings.value;
  const port = await checkPort(config);
  const engineRuns = port.detail.startsWith('An engine answers');
  const checks = [
    checkNode(process.versions.node),
    checkDataFolder(config.dataDir),
    checkStore(config),
    port,
    checkClock(createClock().now()),
    checkOrganisation(config),
    checkCountries(config.allowedCountries),
    checkSpendLimit(config.spending),
    ...carrierChecks(config),
    config.openai
      ? checkModel({
          ...config.openai,
          models: [config.openai.realtimeModel, config.openai.textModel],
        })
      : notSetUp('model', 'OPENAI_API_KEY'),
    config.publicUrl
      ? checkPublicUrl(config.publicUrl, engineRuns)
      : notSetUp('public URL', 'PUBLIC_URL'),
    checkVoiceUrls(config),
  ];
  let bad = 0;
  for (const check of checks) {
    const finding = await check;
    if (!finding) continue;
    if (finding.state === 'bad') bad += 1;
    showFinding(finding, terminal);
  }
  showGoLive(goLive(config), terminal);
  return bad === 0 ? 0 : 1;
}

function showGoLive(missing: string[], { say, paint }: Terminal): void {
  say();
  if (missing.length === 0)
    return say(`${paint.green('✔')} Ready for live keys: recado keys create --live`);
  say(paint.bold('Before live keys can be made:'));
  for (const line of missing) say(`  - ${line}`);
}

function carrierChecks({ twilio }: Config): (Finding | Promise<Finding>)[] {
  if (!twilio) return [notSetUp('carrier', 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN')];
  return [
    checkTwilioAccount(twilio),
    checkDialing(twilio),
    checkTwilioNumbers(twilio, twilio.fromNumbers),
  ];
}

const notSetUp = (name: string, settings: string): Finding => ({
  name,
  state: 'warn',
  detail: 'Not set up; simulated calls work without it.',
  fix: `Run \`recado init\`, or set ${settings} in .env.`,
});

function checkNode(version: string): Finding {
  const [major = 0] = version.split('.').map(Number);
  const name = 'Node';
  if (major >= 24) return { name, state: 'ok', detail: version };
  return {
    name,
    state: 'warn',
    detail: `${version} works; Recado is tested on 24.`,
    fix: 'Install Node 24 from https://nodejs.org.',
  };
}

const FREE_BYTES_MIN = 1024 ** 3;

async function checkDataFolder(dataDir: string): Promise<Finding> {
  const name = 'data folder';
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(dataDir);
    if (bavail * bsize >= FREE_BYTES_MIN)
      return { name, state: 'ok', detail: `${dataDir} is writable.` };
    return {
      name,
      state: 'warn',
      detail: `${dataDir} has less than 1 GiB free.`,
      fix: 'Free some space: a recorded minute takes about 1 MB.',
    };
  } catch (error) {
    return {
      name,
      state: 'bad',
      detail: `${dataDir} is not writable (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      fix: 'Give this user the folder, or set DATA_DIR to another one.',
    };
  }
}

/** Opens the store, which refuses an SQLite that is too old. */
async function checkStore(config: Config): Promise<Finding> {
  const name = 'store';
  try {
    const keys = await openKeys(config);
    const active = (await keys.list()).filter((key) => key.revoked_at === null).length;
    await keys.close();
    return {
      name,
      state: 'ok',
      detail: `The store opens and holds ${active} active ${active === 1 ? 'key' : 'keys'}.`,
    };
  } catch (error) {
    return {
      name,
      state: 'bad',
      detail: `The store does not open: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'Run as the user who runs the engine; after a changed SQLite run `npm ci` again.',
    };
  }
}

async function checkPort(config: Config): Promise<Finding> {
  const name = 'port';
  const url = localUrl(config);
  const health = await probe(url, '/healthz');
  if (
    health.ok &&
    typeof health.body === 'object' &&
    health.body !== null &&
    'version' in health.body
  ) {
    return {
      name,
      state: 'ok',
      detail: `An engine answers at ${url} (version ${String(health.body.version)}).`,
    };
  }
  const busy = await tryToListen(config);
  if (busy === undefined) return { name, state: 'ok', detail: `${url} is free for the engine.` };
  return {
    name,
    state: 'bad',
    detail: `The engine cannot listen on ${url} (${busy}).`,
    fix:
      busy === 'EADDRINUSE'
        ? 'Stop what listens there, or set PORT to another port.'
        : 'Set HOST to an address of this machine.',
  };
}

/** Returns the code of what keeps us from listening, or undefined. */
function tryToListen({ listenHost, listenPort }: Config): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen(listenPort, listenHost, () => server.close(() => resolve(undefined)));
  });
}

const RELEASED = Date.UTC(2026, 0, 1);

const checkClock = (now: number): Finding =>
  now >= RELEASED
    ? { name: 'clock', state: 'ok', detail: new Date(now).toISOString() }
    : {
        name: 'clock',
        state: 'bad',
        detail: `The clock says ${new Date(now).toISOString()}.`,
        fix: 'Set the clock of this machine (NTP): signatures carry the time, and receivers refuse old ones.',
      };

const checkOrganisation = (config: Config): Finding =>
  config.organisationSet
    ? { name: 'organisation', state: 'ok', detail: `The agent calls for ${config.organisation}.` }
    : {
        name: 'organisation',
        state: 'warn',
        detail: `The agent calls for the example, ${config.organisation}.`,
        fix: 'Set ORGANISATION in .env to the name to call for.',
      };
