// Price lists of carriers, kept from one process to the next.
import type { KeptList, PriceLists } from '../calls/cost/ports.ts';
import type { Database } from '../lib/database.ts';

export const createPriceLists = (database: Database): PriceLists => ({
  async find(network, name) {
    const [row] = await database.query<{ list: string; fetched_at: number }>(
      'SELECT list, fetched_at FROM price_lists WHERE network = $1 AND name = $2',
      [network, name],
    );
    return (
      row && {
        list: JSON.parse(row.list) as KeptList['list'],
        fetched_at: Number(row.fetched_at),
      }
    );
  },
  async keep(network, name, { list, fetched_at }) {
    await database.query(
      `INSERT INTO price_lists (network, name, list, fetched_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (network, name) DO UPDATE SET list = excluded.list, fetched_at = excluded.fetched_at`,
      [network, name, JSON.stringify(list), fetched_at],
    );
  },
});
