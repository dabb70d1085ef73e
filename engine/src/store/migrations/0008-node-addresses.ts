import type { Migration } from './migration.ts';

export const nodeAddresses: Migration = {
  name: '0008_node_addresses',
  // Where the carrier reaches this node and no other.
  statements: ['ALTER TABLE nodes ADD COLUMN public_url TEXT'],
};
