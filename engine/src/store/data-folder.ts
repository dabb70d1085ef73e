import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** True when a file can be written to the data folder now: it is there, ours, and its disk has room. */
export const isWritable = (dataDir: string): Promise<boolean> =>
  writeFile(join(dataDir, '.writable'), 'Written to see whether this folder takes files.\n', {
    mode: 0o600,
  }).then(
    () => true,
    () => false,
  );
