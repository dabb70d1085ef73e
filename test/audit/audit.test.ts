// Every act that matters leaves a row, and nobody can change one unseen.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Database } from '../../engine/src/lib/database.ts';
import { createSeal } from '../../engine/src/lib/seal.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { createAuditLog } from '../../engine/src/store/audit.ts';
import { migrate } from '../../engine/src/store/migrations.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { type BadInputWorld, createBadInputWorld } from '../bad-input/bad-input-world.ts';
import { runRecado } from '../cli/run-recado.ts';

describe('the chain', () => {
  let folder: string;
  let database: Database;
  const clock = createClock();
  const log = createAuditLog({ seal: createSeal(Buffer.alloc(32, 7)), clock });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recado-audit-'));
    database = await openSqlite({ file: join(folder, 'recado.db'), clock });
    await migrate(database, 1);
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });
  const write = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++)
      await database.transaction((tx) =>
        log.record(tx, {
          ...{ actor: 'key_a', mode: 'test', action: 'suppression.added', object: `sup_${n}` },
          detail: { n, nested: { b: [1, 'two'], a: null } },
        }),
      );
  };
  const change = (sql: string) => database.query(sql);
  const verified = () => log.verify(database);

  it('is whole when nobody touched it, also when it is empty or an act was rolled back', async () => {
    expect(await verified()).toEqual({ entries: 0, broken_at: null });
    await write(5);
    const failing = database.transaction(async (tx) => {
      await log.record(tx, { actor: 'x', mode: null, action: 'key.created', object: null });
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    await write(1);
    expect(await verified()).toEqual({ entries: 6, broken_at: null });
  });

  it.each([
    ['a changed detail', `UPDATE audit SET detail = '{"n":9}' WHERE sequence = 3`, 3],
    ['another actor', `UPDATE audit SET actor = 'key_b' WHERE sequence = 2`, 2],
    ['a row taken out', 'DELETE FROM audit WHERE sequence = 3', 3],
    ['the first rows cut off', 'DELETE FROM audit WHERE sequence <= 2', 3],
    ['the last rows cut off', 'DELETE FROM audit WHERE sequence >= 5', 5],
    ['all rows gone', 'DELETE FROM audit', 1],
  ])('shows %s', async (_what, sql, brokenAt) => {
    await write(6);
    await change(sql);
    expect((await verified()).broken_at).toBe(brokenAt);
  });

  it('shows rows cut off by somebody who set the end of the chain back as well', async () => {
    await write(6);
    await change('DELETE FROM audit WHERE sequence >= 5');
    await change(
      'UPDATE audit_chain SET sequence = 4, hash = (SELECT hash FROM audit WHERE sequence = 4)',
    );
    expect((await verified()).broken_at).not.toBeNull();
  });

  it('stays whole when old rows go, and says that they went', async () => {
    await write(6);
    const removed = await database.transaction((tx) => log.trim(tx, clock.now() + 1, 4));
    expect(removed).toBe(4);
    expect(await verified()).toEqual({ entries: 3, broken_at: null });
    const [last] = await log.page(database, { limit: 1 });
    expect(last).toMatchObject({ action: 'audit.trimmed', detail: { rows: 4, last_sequence: 4 } });
  });

  it('takes the acts of many at once one after the other', async () => {
    await Promise.all(Array.from({ length: 20 }, () => write(3)));
    expect(await verified()).toEqual({ entries: 60, broken_at: null });
  });
});

describe('what is told', () => {
  let world: BadInputWorld;
  beforeAll(async () => {
    world = await createBadInputWorld();
  });
  afterAll(() => world.close());
  const entries = async (key?: string) => {
    const path = '/v1/audit?limit=100';
    const reply = await world.send('listAudit', {
      path,
      method: 'GET',
      ...(key === undefined ? {} : { key }),
    });
    return reply.json['entries'] as {
      action: string;
      actor: string;
      object: string | null;
      detail: Record<string, unknown>;
    }[];
  };

  it('keys, lists, refusals, exports and erasures are told with their actor, and with no number or name', async () => {
    const phone_number = numberFor('declines', '415');
    const made = await world.newKey();
    await world.client.addSuppression({ body: { phone_number, note: 'Zephyrine' } });
    const refused = await world.place({ phone_number, task: 'Confirm at 14:00.' }, {}, made.key);
    expect(refused.status).toBe(403);
    await world.client.removeSuppressionByNumber({ query: { phone_number } });
    await world.client.exportPerson({ query: { phone_number } });
    await world.client.erasePerson({ body: { phone_number } });
    await world.client.exportSuppressions();
    await world.engine.keys.revoke(made.id);
    const told = await entries();
    expect(told.map(({ action }) => action).reverse()).toEqual(
      expect.arrayContaining([
        'key.created',
        'suppression.added',
        'call.refused',
        'suppression.removed',
        'person.exported',
        'person.erased',
        'suppressions.exported',
        'key.revoked',
      ]),
    );
    expect(told.find(({ action }) => action === 'call.refused')).toMatchObject({
      actor: made.id,
      detail: { rule: 'recipient_suppressed' },
    });
    const text = JSON.stringify(told);
    expect(text).not.toContain(phone_number.slice(2));
    expect(text).not.toContain('Zephyrine');
  });

  it('L1 a test key does not see the acts of live keys', async () => {
    const live = await world.newKey('live');
    expect((await entries()).some(({ object }) => object === live.id)).toBe(false);
    expect((await entries(live.key)).some(({ object }) => object === live.id)).toBe(true);
    expect((await entries(live.key)).map(({ action }) => action)).toContain('settings.changed');
  });

  it('`recado audit verify` checks it beside the running engine', async () => {
    const ran = await runRecado(['audit', 'verify', '--json'], {
      cwd: world.dataDir,
      env: { DATA_DIR: world.dataDir },
    });
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect((JSON.parse(ran.stdout) as { entries: number }).entries).toBeGreaterThan(5);
  });
});
