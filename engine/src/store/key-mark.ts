import type { Database } from '../lib/database.ts';
import type { Seal } from '../lib/seal.ts';

/** Throws when what this store holds was sealed under another key. The first engine on a store leaves its mark there. */
export async function refuseOtherKey(database: Database, seal: Seal): Promise<void> {
  const ours = seal.fingerprint('recado');
  await database.query(
    "INSERT INTO settings (name, value) VALUES ('secret_key_mark', $1) ON CONFLICT DO NOTHING",
    [ours],
  );
  const [kept] = await database.query<{ value: string }>(
    "SELECT value FROM settings WHERE name = 'secret_key_mark'",
  );
  if (kept?.value !== ours)
    throw new Error(
      'The secret key is not the one that this store was sealed under. Set RECADO_SECRET_KEY to that of the first node.',
    );
}
