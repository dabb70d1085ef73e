import { accessSync, constants, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Registers a suite that needs a program of the operating system, and gives it the program's path. Where the
 * program is absent the suite counts as skipped and one line says so: `SKIPPED <name>: <binary> is not installed`.
 */
export function describeWhen(binary: string, name: string, fn: (place: string) => void): void {
  const place = findBinary(binary);
  if (place !== undefined) {
    describe(name, () => fn(place));
    return;
  }
  process.stdout.write(`SKIPPED ${name}: ${binary} is not installed\n`);
  // biome-ignore lint/suspicious/noSkippedTests: the one place where a suite is skipped, and it says so aloud.
  describe.skip(name, () => {
    it(`needs ${binary}`, () => undefined);
  });
}

/**
 * Registers a suite that needs something of this machine that nobody can install. Where `why` names what is missing,
 * the suite counts as skipped and one line says so: `not run: <why> (<name>)`.
 */
export function describeUnless(why: string | undefined, name: string, fn: () => void): void {
  if (why === undefined) {
    describe(name, fn);
    return;
  }
  process.stdout.write(`not run: ${why} (${name})\n`);
  // biome-ignore lint/suspicious/noSkippedTests: it says so aloud, like the one above.
  describe.skip(name, () => {
    it(`needs what is missing: ${why}`, () => undefined);
  });
}

/** Returns where a program of the operating system lies, or undefined. */
export function findBinary(binary: string): string | undefined {
  return [...searchPath(), ...postgresFolders()]
    .map((folder) => path.join(folder, binary))
    .find(isExecutable);
}

const searchPath = (): string[] =>
  [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin'].filter(
    (folder) => folder !== '',
  );

/** Debian keeps the programs of a Postgres server off the path, one folder per version; the newest comes first. */
function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => path.join(root, version, 'bin'));
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
