// `recado keys`: works on the data folder, so it needs no key and works beside a running engine.
import { goLive } from '../config.ts';
import { openKeys } from '../engine.ts';
import { report } from './failure.ts';
import { readSettings, type Settings } from './settings.ts';
import { printable, type Terminal } from './terminal.ts';

/** `recado keys create`: prints the new key on stdout, and remarks on stderr. */
export async function createKey(
  options: { live: boolean; name: string },
  terminal: Terminal,
): Promise<number> {
  return withKeys(terminal, async (keys, { config }) => {
    const missing = options.live ? goLive(config) : [];
    if (missing.length > 0) {
      return report(terminal, {
        what: 'Live keys are refused until this is done:',
        fix: missing.map((line) => `\n    - ${line}`).join(''),
      });
    }
    const { key, id } = await keys.create(options.live ? 'live' : 'test', options.name);
    terminal.say(key);
    terminal.remark(
      `${terminal.paint.green('✔')} ${id} is made. The key above is shown this once.`,
    );
    return 0;
  });
}

/** `recado keys list`. */
export async function listKeys(options: { json?: boolean }, terminal: Terminal): Promise<number> {
  return withKeys(terminal, async (keys) => {
    const rows = (await keys.list()).map((key) => ({
      id: key.id,
      starts_with: `rk_${key.mode}_${key.public_id}`,
      name: key.name,
      mode: key.mode,
      created_at: new Date(key.created_at).toISOString(),
      last_used_at: key.last_used_at === null ? null : new Date(key.last_used_at).toISOString(),
      revoked_at: key.revoked_at === null ? null : new Date(key.revoked_at).toISOString(),
    }));
    if (options.json) terminal.say(JSON.stringify(rows, null, 2));
    else for (const row of rows) terminal.say(keyLine(row, terminal.paint));
    return 0;
  });
}

function keyLine(
  row: {
    id: string;
    starts_with: string;
    name: string;
    created_at: string;
    revoked_at: string | null;
  },
  paint: Terminal['paint'],
): string {
  const state = row.revoked_at === null ? paint.green('active ') : paint.dim('revoked');
  return `${row.id}  ${state}  ${row.starts_with}…  ${row.created_at.slice(0, 10)}  ${printable(row.name)}`;
}

/** `recado keys revoke`. */
export async function revokeKey(id: string, terminal: Terminal): Promise<number> {
  return withKeys(terminal, async (keys) => {
    if (await keys.revoke(id)) {
      terminal.say(`${terminal.paint.green('✔')} ${printable(id)} is revoked.`);
      return 0;
    }
    return report(terminal, {
      what: `There is no key ${printable(id)}.`,
      fix: '`recado keys list` shows the ids.',
    });
  });
}

type Keys = Awaited<ReturnType<typeof openKeys>>;

async function withKeys(
  terminal: Terminal,
  work: (keys: Keys, settings: Settings) => Promise<number>,
): Promise<number> {
  const settings = readSettings();
  if (!settings.ok) return report(terminal, settings.failure);
  const { dataDir } = settings.value.config;
  let keys: Keys;
  try {
    keys = await openKeys(settings.value.config);
  } catch (error) {
    return report(terminal, {
      what: `The store in ${dataDir} does not open: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'Run the command as the user who runs the engine, in its folder or with its DATA_DIR; `recado doctor` tells more.',
    });
  }
  try {
    return await work(keys, settings.value);
  } finally {
    await keys.close();
  }
}
