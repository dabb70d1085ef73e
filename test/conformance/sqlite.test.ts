import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../engine/src/lib/clock.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { describeDatabase } from './database.ts';

describeDatabase('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recado-store-'));
  const file = join(folder, 'recado.db');
  return {
    open: (clock = createClock()) => openSqlite({ file, clock }),
    destroy: () => rm(folder, { recursive: true, force: true }),
  };
});
