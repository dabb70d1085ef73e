// `recado audit verify`: says whether the log of acts is what was written.
import { verifyAuditLog } from '../engine.ts';
import { report } from './failure.ts';
import { readSettings } from './settings.ts';
import type { Terminal } from './terminal.ts';

export async function verifyAudit(
  options: { json?: boolean },
  terminal: Terminal,
): Promise<number> {
  const settings = readSettings();
  if (!settings.ok) return report(terminal, settings.failure);
  const { config } = settings.value;
  let found: Awaited<ReturnType<typeof verifyAuditLog>>;
  try {
    found = await verifyAuditLog(config);
  } catch (error) {
    return report(terminal, {
      what: `The store in ${config.dataDir} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'Run the command in the folder of the engine or with its DATA_DIR, DATABASE_URL and RECADO_SECRET_KEY.',
    });
  }
  const { entries, broken_at } = found;
  if (options.json) terminal.say(JSON.stringify(found));
  if (broken_at === null) {
    if (!options.json)
      terminal.say(`${terminal.paint.green('✔')} ${entries} acts, each as it was written.`);
    return 0;
  }
  return report(terminal, {
    what: `The log of acts was changed: row ${broken_at} is not what was written. ${entries} rows before it are whole.`,
    fix: 'Compare with a backup, and find out who can write to the store. A store that was opened under another RECADO_SECRET_KEY looks the same.',
  });
}
