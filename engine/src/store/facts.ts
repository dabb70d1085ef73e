import type { Facts } from '../privacy/ports.ts';

/** Small facts that outlive a restart. */
export const factStore: Facts = {
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
