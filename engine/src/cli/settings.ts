// What the commands need of the environment: the settings, where the engine is, and a key for it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig, readEnvironment } from '../config.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { CliFailure } from './failure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  env: Environment;
  config: Config;
}

/** Returns the settings of this process and its `.env`, or which of them is wrong. */
export function readSettings(env: Environment = readEnvironment()): Result<Settings, CliFailure> {
  const config = loadConfig(env);
  if (config.ok) return ok({ env, config: config.value });
  const [first] = config.failure;
  return fail({
    what: config.failure.map(({ name, detail }) => `${name}: ${detail}`).join('\n  '),
    fix: `Correct ${first?.name ?? 'it'} in .env or in the environment; \`recado init\` writes .env for you.`,
  });
}

/** Returns the address of the running engine: RECADO_URL, else where the settings let it listen. */
export function engineUrl({ env, config }: Settings): string {
  const given = env['RECADO_URL']?.trim();
  return given ? given.replace(/\/+$/, '') : localUrl(config);
}

/** Returns the address at which this machine reaches an engine with these settings. */
export function localUrl({ listenHost, listenPort }: Config): string {
  const everywhere = listenHost === '0.0.0.0' || listenHost === '::';
  const host = everywhere ? '127.0.0.1' : listenHost;
  return `http://${host.includes(':') ? `[${host}]` : host}:${listenPort}`;
}

/** Returns RECADO_API_KEY, else the first key that the engine left in its data folder. */
export async function findApiKey({ env, config }: Settings): Promise<Result<string, CliFailure>> {
  const given = env['RECADO_API_KEY']?.trim();
  if (given) return ok(given);
  try {
    return ok((await readFile(join(config.dataDir, 'first-key'), 'utf8')).trim());
  } catch {
    return fail({
      what: `There is no API key: RECADO_API_KEY is not set, and ${join(config.dataDir, 'first-key')} cannot be read.`,
      fix: 'Start the engine once in this folder (`recado start`), or set RECADO_API_KEY; `recado keys create` makes another key.',
    });
  }
}

/** Returns how the person starts this command, so that what we print can be copied. */
export const commandName = (env: Environment): string =>
  env['npm_lifecycle_event'] === undefined ? 'recado' : 'npm run -s recado --';
