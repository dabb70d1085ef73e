import type { KeptTexts } from '../privacy/ports.ts';

/** Short texts that outlive a restart, in the table of settings. */
export const keptTexts: KeptTexts = {
  async get(on, name) {
    const [row] = await on.query<{ value: string }>('SELECT value FROM settings WHERE name = $1', [
      name,
    ]);
    return row?.value;
  },
  async set(tx, name, value) {
    await tx.query(
      `INSERT INTO settings (name, value) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [name, value],
    );
  },
};
