// The packages of others that the bridge is compared with. They are no dependency of the project: they are installed
// when they are wanted, into the user's cache folder, at the versions that the figures speak of.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const AGENTS_SDK = '@openai/agents-extensions 0.18.0 with @openai/agents 0.20.0';
const PACKAGES = [
  '@openai/agents@0.20.0',
  '@openai/agents-extensions@0.18.0',
  'ws@8.23.0',
  'zod@4.6.7',
];
const INSTALL_WITHIN_MS = 180_000;

/** Returns the folder that the packages are in; undefined, and says why, when they cannot be installed. */
export async function findAgentsSdk(say: (line: string) => void): Promise<string | undefined> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'recado-bench', 'agents-sdk-0.18.0');
  if (existsSync(join(folder, 'node_modules', '@openai', 'agents-extensions'))) return folder;
  const options = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--prefix', folder];
  try {
    await mkdir(folder, { recursive: true });
    await promisify(execFile)('npm', ['install', ...options, ...PACKAGES], {
      cwd: folder,
      timeout: INSTALL_WITHIN_MS,
    });
    return folder;
  } catch {
    say(`${AGENTS_SDK} could not be installed, so nothing is compared with it`);
    return undefined;
  }
}
