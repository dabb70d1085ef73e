import type { Nodes } from '../calls/ports.ts';

/** The nodes whose lease holds. */
export const nodeStore: Nodes = {
  async find(on, nodeId, now) {
    const [row] = await on.query<{ public_url: string | null }>(
      'SELECT public_url FROM nodes WHERE id = $1 AND expires_at > $2',
      [nodeId, now],
    );
    return row;
  },
};
