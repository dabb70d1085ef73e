// `recado move`: takes a store from the data folder to Postgres, while no engine runs on it.
import { join } from 'node:path';
import { loadConfig, readEnvironment } from '../config.ts';
import { moveToPostgres } from '../engine.ts';
import { report } from './failure.ts';
import { readSettings } from './settings.ts';
import type { Terminal } from './terminal.ts';

export async function move(options: { to: string }, terminal: Terminal): Promise<number> {
  const settings = readSettings();
  if (!settings.ok) return report(terminal, settings.failure);
  const target = loadConfig({ ...readEnvironment(), DATABASE_URL: options.to });
  if (!target.ok || target.value.postgres === null) {
    return report(terminal, {
      what: '--to is not the address of a Postgres database.',
      fix: 'Write it as postgres://user:password@host:5432/database.',
    });
  }
  const { dataDir, secretKey } = target.value;
  try {
    const moved = await moveToPostgres(target.value);
    for (const line of tableOf(moved)) terminal.say(line);
  } catch (error) {
    return report(terminal, {
      what: `Nothing was moved: ${error instanceof Error ? error.message : String(error)}`,
      fix: `Stop the engine on ${dataDir}, and give the address of an empty database that this user may make tables in.`,
    });
  }
  const { paint } = terminal;
  terminal.say(
    `${paint.green('✔')} Every row was read back from ${withoutPassword(options.to)} and is the same.`,
  );
  terminal.say('');
  terminal.say(paint.bold('Next:'));
  terminal.say('  1. Set DATABASE_URL to that address, for every node.');
  terminal.say(
    secretKey === null
      ? `  2. Set RECADO_SECRET_KEY, for every node, to the text in ${join(dataDir, 'secret-key')}: what is sealed in the store opens with no other key.`
      : '  2. Keep RECADO_SECRET_KEY as it is, the same for every node: what is sealed in the store opens with no other key.',
  );
  terminal.say(
    `  3. Keep ${join(dataDir, 'recordings')}: recordings are files and were not moved.`,
  );
  terminal.say(
    `  4. Start the engine. The store in ${dataDir} is as it was; do not start an engine on it again.`,
  );
  return 0;
}

function tableOf(moved: readonly { table: string; rows: number; digest: string }[]): string[] {
  const width = Math.max(...moved.map(({ table }) => table.length), 5);
  const line = (table: string, rows: string, hash: string): string =>
    `${table.padEnd(width)}  ${rows.padStart(9)}  ${hash}`;
  const total = moved.reduce((sum, { rows }) => sum + rows, 0);
  return [
    line('table', 'rows', 'sha-256 of the rows'),
    ...moved.map(({ table, rows, digest }) => line(table, String(rows), digest.slice(0, 16))),
    line('all', String(total), ''),
  ];
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  if (url.password !== '') url.password = '***';
  url.search = '';
  return url.href;
}
