// Secrets that the engine makes for itself on its first start and keeps in its data folder, readable by its user only.
// Invariant: a secret is on the disk before anything that needs it, so that no power cut takes it alone.
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { newSecret } from '../lib/id.ts';

/** Returns the key that seals stored secrets: the configured one, else the one of this data folder. */
export function loadSecretKey(config: { dataDir: string; secretKey: string | null }): Buffer {
  if (config.secretKey !== null) return Buffer.from(config.secretKey, 'base64');
  const file = join(config.dataDir, 'secret-key');
  if (!existsSync(file)) {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    const key = Buffer.from(newSecret(32), 'base64url').toString('base64');
    writeOnce(file, key);
    syncFolder(config.dataDir);
  }
  return Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
}

// Another process may make it at the same moment: the first one wins.
function writeOnce(file: string, text: string): void {
  const part = `${file}.${newSecret(6)}`;
  writeFileSync(part, text, { mode: 0o600, flush: true });
  try {
    linkSync(part, file);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    rmSync(part);
  }
}

const firstKeyFile = (dataDir: string): string => join(dataDir, 'first-key');

/** Keeps the first API key where the command line finds it. */
export function keepFirstKey(dataDir: string, key: string): void {
  // With Postgres nothing else may have needed the folder yet.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(firstKeyFile(dataDir), `${key}\n`, { mode: 0o600, flush: true });
  syncFolder(dataDir);
}

/** Writes the names in a folder to the disk. */
function syncFolder(folder: string): void {
  // Because Windows opens no folders, and keeps their names by itself.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
