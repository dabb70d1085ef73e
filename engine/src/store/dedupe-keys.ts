import type { DedupeKeys } from '../calls/ports.ts';

/** Which call a business event stands for. Of several that come at once one wins. */
export const dedupeKeyStore: DedupeKeys = {
  async claim(tx, { mode, dedupe_key, call_id, now, expires_at }) {
    const won = await tx.query(
      `INSERT INTO dedupe_keys (mode, dedupe_key, call_id, expires_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (mode, dedupe_key) DO UPDATE SET call_id = excluded.call_id, expires_at = excluded.expires_at
       WHERE dedupe_keys.expires_at <= $5 RETURNING call_id`,
      [mode, dedupe_key, call_id, expires_at, now],
    );
    if (won.length === 1) return undefined;
    const [held] = await tx.query<{ call_id: string }>(
      'SELECT call_id FROM dedupe_keys WHERE mode = $1 AND dedupe_key = $2',
      [mode, dedupe_key],
    );
    return held?.call_id;
  },
  async replace(tx, { mode, dedupe_key, call_id, expires_at }) {
    await tx.query(
      `INSERT INTO dedupe_keys (mode, dedupe_key, call_id, expires_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (mode, dedupe_key) DO UPDATE SET call_id = excluded.call_id, expires_at = excluded.expires_at`,
      [mode, dedupe_key, call_id, expires_at],
    );
  },
};
