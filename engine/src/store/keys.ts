import type { Mode } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Row, Transaction } from '../lib/database.ts';
import { newId } from '../lib/id.ts';
import type { Seal } from '../lib/seal.ts';
import type { Audit } from '../privacy/ports.ts';

export interface KeyRecord {
  id: string;
  public_id: string;
  hash: string;
  mode: Mode;
  name: string;
  created_at: number;
  revoked_at: number | null;
  last_used_at: number | null;
}

export interface NewKey {
  public_id: string;
  hash: string;
  mode: Mode;
  name: string;
}

export interface KeyStore {
  add(key: NewKey): Promise<KeyRecord>;
  /**
   * Adds a key only when there is none at all; undefined when there was. `keep` runs before the key is committed,
   * so that a crash in between never leaves a key that nobody was told.
   */
  addFirst(key: NewKey, keep: () => void): Promise<KeyRecord | undefined>;
  find(publicId: string): Promise<KeyRecord | undefined>;
  list(): Promise<KeyRecord[]>;
  /** Revokes by id or public id; false when there is no such key. */
  revoke(id: string): Promise<boolean>;
  /** Signing secret of events that go to the own addresses of this key's calls. */
  webhookSecret(keyId: string): Promise<string>;
}

export function createKeyStore(options: {
  database: Database;
  seal: Seal;
  clock: Clock;
  newSigningSecret(): string;
  audit: Audit;
  /** Who makes and revokes keys here. */
  actor?: string;
}): KeyStore {
  const { database, seal, clock, audit, actor = 'engine' } = options;
  const insert = async (on: Transaction, key: NewKey) => {
    const record: KeyRecord = {
      id: newId('key'),
      ...key,
      created_at: clock.now(),
      revoked_at: null,
      last_used_at: null,
    };
    await on.query(
      'INSERT INTO keys (id, public_id, hash, mode, name, webhook_secret, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [
        record.id,
        record.public_id,
        record.hash,
        record.mode,
        record.name,
        seal.close(options.newSigningSecret()),
        record.created_at,
      ],
    );
    const act = { action: 'key.created' as const, object: record.id };
    await audit.record(on, { actor, mode: key.mode, ...act });
    return record;
  };
  return {
    add: (key) => database.transaction((tx) => insert(tx, key)),
    addFirst: (key, keep) =>
      database.transaction(async (tx) => {
        const [any] = await tx.query('SELECT id FROM keys LIMIT 1');
        if (any) return undefined;
        // Of several nodes that start at once on an empty store, one gets to write this.
        const [first] = await tx.query(
          "INSERT INTO settings (name, value) VALUES ('first_key_made', $1) ON CONFLICT DO NOTHING RETURNING name",
          [String(clock.now())],
        );
        if (!first) return undefined;
        keep();
        return insert(tx, key);
      }),
    async find(publicId) {
      const [row] = await database.query('SELECT * FROM keys WHERE public_id = $1', [publicId]);
      return row && keyFromRow(row);
    },
    async list() {
      return (await database.query('SELECT * FROM keys ORDER BY created_at, id LIMIT 1000')).map(
        keyFromRow,
      );
    },
    async revoke(id) {
      return database.transaction(async (tx) => {
        const [key] = await tx.query<{ id: string; mode: Mode; revoked_at: number }>(
          'UPDATE keys SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1 OR public_id = $1 RETURNING id, mode, revoked_at',
          [id, clock.now()],
        );
        if (!key) return false;
        const act = { action: 'key.revoked' as const, object: key.id };
        await audit.record(tx, { actor, mode: key.mode, ...act });
        return true;
      });
    },
    async webhookSecret(keyId) {
      const [row] = await database.query<{ webhook_secret: string }>(
        'SELECT webhook_secret FROM keys WHERE id = $1',
        [keyId],
      );
      if (!row) throw new Error('there is no such key');
      return seal.open(row.webhook_secret);
    },
  };
}

const keyFromRow = (row: Row): KeyRecord => ({
  id: String(row['id']),
  public_id: String(row['public_id']),
  hash: String(row['hash']),
  mode: row['mode'] as Mode,
  name: String(row['name']),
  created_at: Number(row['created_at']),
  revoked_at: row['revoked_at'] === null ? null : Number(row['revoked_at']),
  last_used_at: row['last_used_at'] == null ? null : Number(row['last_used_at']),
});
