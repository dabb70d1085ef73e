import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../engine/src/lib/clock.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { describeDatabase } from './database.ts';

describeDatabase('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recado-store-'));
  const file = join(folder, 'recado.db');
  const clock = createClock();
  const hasty = { ...clock, after: (ms: number, fn: () => void) => clock.after(ms / 100, fn) };
  return {
    open: () => openSqlite({ file, clock }),
    openNarrow: () => openSqlite({ file, clock: hasty }),
    destroy: () => rm(folder, { recursive: true, force: true }),
  };
});
