// Reads the log of acts of a store from outside, also while an engine runs on it.
import type { Config } from '../config.ts';
import { createClock } from '../lib/clock.ts';
import { createSeal } from '../lib/seal.ts';
import { createAuditLog } from '../store/audit.ts';
import { isMigrated } from '../store/migrations.ts';
import { openDatabase } from '../store/open-database.ts';
import { loadSecretKey } from '../store/secret-files.ts';

/** Returns how many acts the log holds and the first row that is not what was written. Throws when the store does not open. */
export async function verifyAuditLog(
  config: Config,
): Promise<{ entries: number; broken_at: number | null }> {
  const { database, clock } = await openDatabase(config, createClock(), { lock: false });
  try {
    if (!(await isMigrated(database)))
      throw new Error('it is of an older version: start the engine on it once');
    const seal = createSeal(loadSecretKey(config));
    return await createAuditLog({ seal, clock }).verify(database);
  } finally {
    await database.close();
  }
}
