// The `.env` file as text: settings are put in or replaced, every other line stays as it was.
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { newSecret } from '../lib/id.ts';

/**
 * Returns `before` with the settings written into it. A setting that is there is replaced in its line, a new one is
 * added at the end. Throws on a value that no quoting of `util.parseEnv` can carry.
 */
export function mergeEnv(before: string, settings: Readonly<Record<string, string>>): string {
  const left = new Map(Object.entries(settings));
  const lines = before === '' ? [] : before.replace(/\r?\n$/, '').split(/\r?\n/);
  const kept = lines.flatMap((line) => {
    const name = nameOf(line);
    if (name === undefined || !(name in settings)) return [line];
    const value = left.get(name);
    // The last line of a name would win, so a second one is dropped.
    if (value === undefined) return [];
    left.delete(name);
    return [`${name}=${quoted(value)}`];
  });
  const added = [...left].map(([name, value]) => `${name}=${quoted(value)}`);
  return `${[...kept, ...added].join('\n')}\n`;
}

/** Writes the settings into `<folder>/.env`, readable by its owner only, and returns the file's path. */
export async function writeEnvFile(
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const file = resolve(folder, '.env');
  const text = mergeEnv(await readIfThere(file), settings);
  // A new file takes the old one's place, so that a full disk leaves the old one whole.
  const fresh = `${file}.${newSecret(6)}`;
  await writeFile(fresh, text, { mode: 0o600 });
  await chmod(fresh, 0o600);
  await rename(fresh, file);
  return file;
}

const nameOf = (line: string): string | undefined =>
  /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1];

function quoted(value: string): string {
  if (/[\r\n]/.test(value)) throw new Error('a setting is one line');
  if (/^[A-Za-z0-9_./:@+,=-]*$/.test(value)) return value;
  // Last the double quote, because inside it `\n` would be read as the end of a line.
  const quote = ["'", '`', '"'].find((mark) => !value.includes(mark));
  if (quote === undefined || (quote === '"' && value.includes('\\n')))
    throw new Error('a setting holds every kind of quote');
  return `${quote}${value}${quote}`;
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
