import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Database, SqlValue } from '../../engine/src/lib/database.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { jobStore } from '../../engine/src/store/jobs.ts';
import { migrate } from '../../engine/src/store/migrations.ts';
import { type Moved, moveStore } from '../../engine/src/store/move.ts';
import { openPostgres } from '../../engine/src/store/postgres.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { runRecado } from '../cli/run-recado.ts';
import { sampleAttempt, sampleCall } from '../conformance/sample-records.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { describeWhen } from '../skips.ts';

const CALLS = 450;

describeWhen('postgres', 'moving a store to Postgres', (place) => {
  const clock = createClock();
  let server: PostgresServer;
  let folder: string;
  let url: string;
  let from: Database;
  let to: Database;
  beforeAll(async () => {
    server = await startPostgres(place);
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recado-move-'));
    url = await server.newDatabase();
    from = await openSqlite({ file: join(folder, 'recado.db'), clock });
    await migrate(from, 1);
    to = await openPostgres({ url, clock });
  });
  afterEach(async () => {
    await from.close();
    await to.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Calls with everything that a row can hold, and numbers that were given out and are gone. */
  async function fill(): Promise<string[]> {
    const ids: string[] = [];
    await from.transaction(async (tx) => {
      for (let at = 0; at < CALLS; at++) {
        const call = sampleCall({ metadata: { at }, duration_seconds: at / 7 });
        ids.push(call.id);
        await callStore.insert(tx, call);
        await callStore.insertAttempt(tx, sampleAttempt(call.id));
        await jobStore.enqueue(tx, { kind: 'work', ref: call.id, run_at: at, now: 1 });
        await tx.query(
          `INSERT INTO events (id, type, call_id, mode, simulated, body, created_at)
           VALUES ($1, 'call.started', $2, 'test', 1, '{"à":"\u2028😀"}', 1)`,
          [`evt_${at}`, call.id],
        );
      }
    });
    await from.query('DELETE FROM jobs WHERE id > 440');
    await from.query("INSERT INTO nodes (id, started_at, expires_at) VALUES ('n', 1, 2)");
    return ids;
  }
  const countOf = async (on: Database, table: string) =>
    Number((await on.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n);
  const dump = async () => {
    const tables = await from.query<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table'",
    );
    return Promise.all(tables.map(({ name }) => from.query(`SELECT * FROM ${name}`)));
  };

  it('takes every row of every table along, and counts on where the source stopped', async () => {
    const ids = await fill();
    const before = await dump();
    const moved = await moveStore(from, to, 1);
    expect(await dump()).toEqual(before);

    const rows = Object.fromEntries(moved.map(({ table, rows: n }) => [table, n]));
    expect(rows).toMatchObject({ calls: CALLS, attempts: CALLS, events: CALLS, jobs: 440 });
    expect(Object.keys(rows)).not.toContain('nodes');
    for (const id of [ids[0], ids[CALLS - 1]] as string[])
      expect(await callStore.find(to, id)).toEqual(await callStore.find(from, id));
    const list = 'SELECT * FROM events ORDER BY sequence';
    expect(await to.query(list)).toEqual(await from.query(list));

    const insert = (id: string) =>
      to.query<{ sequence: number }>(
        `INSERT INTO events (id, type, mode, simulated, body, created_at)
         VALUES ($1, 'call.started', 'test', 1, '', 1) RETURNING sequence`,
        [id],
      );
    expect(await insert('evt_next')).toEqual([{ sequence: CALLS + 1 }]);
    await to.transaction((tx) =>
      jobStore.enqueue(tx, { kind: 'work', ref: 'next', run_at: 1, now: 1 }),
    );
    // 450 numbers were given out, and the last ten jobs are done.
    expect(await to.query("SELECT id FROM jobs WHERE ref = 'next'")).toEqual([{ id: CALLS + 1 }]);
  });

  it('makes the same hash of the same rows, and another of others', async () => {
    await fill();
    const digestOf = (moved: Moved[]) => moved.find(({ table }) => table === 'calls')?.digest;
    const first = digestOf(await moveStore(from, to, 1));
    const second = await openPostgres({ url: await server.newDatabase(), clock });
    expect(digestOf(await moveStore(from, second, 1))).toBe(first);
    await second.close();

    await from.query("UPDATE calls SET tag = 'other' WHERE id = (SELECT MAX(id) FROM calls)");
    const third = await openPostgres({ url: await server.newDatabase(), clock });
    expect(digestOf(await moveStore(from, third, 1))).not.toBe(first);
    await third.close();
  });

  it('moves nothing when a row comes out different', async () => {
    await fill();
    const careless: Database = {
      ...to,
      transaction: (fn) =>
        to.transaction((tx) =>
          fn({
            ...tx,
            async query<R>(sql: string, values: readonly SqlValue[] = []): Promise<R[]> {
              const rows = await tx.query<R>(sql, values);
              if (sql.startsWith('INSERT INTO attempts'))
                await tx.query(
                  'UPDATE attempts SET sip_code = 404 WHERE id = (SELECT MAX(id) FROM attempts)',
                );
              return rows;
            },
          }),
        ),
    };
    await expect(moveStore(from, careless, 1)).rejects.toThrow(/A row of attempts came out/);
    await expect(to.query('SELECT id FROM calls')).rejects.toThrow(/does not exist/);
    expect((await moveStore(from, to, 1)).length).toBeGreaterThan(10);
  });

  it('moves nothing into a store that an engine uses', async () => {
    await migrate(to, 1);
    await expect(moveStore(from, to, 1)).rejects.toThrow(/The target is not empty/);
  });

  describe('by `recado move`', () => {
    const move = (to: string) =>
      runRecado(['move', '--to', to], { cwd: folder, env: { DATA_DIR: folder } });

    it('prints a table with counts and what must come along, and a second time refuses', async () => {
      await fill();
      const withPassword = url.replace('recado@', 'recado:hunter2@');
      const ran = await move(withPassword);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(ran.stdout).toMatch(/^calls +450 +[0-9a-f]{16}$/m);
      expect(ran.stdout).toContain('RECADO_SECRET_KEY');
      expect(ran.stdout).not.toContain('hunter2');
      expect(await countOf(to, 'calls')).toBe(CALLS);

      const again = await move(url);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('not empty');
    });

    it('refuses while an engine holds the data folder, and where there is no store', async () => {
      const engine = await openSqlite({
        ...{ file: join(folder, 'recado.db'), lockFile: join(folder, 'engine.lock'), clock },
      });
      expect(await move(url)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Another Recado engine is running'),
      });
      await engine.close();
      const nowhere = await runRecado(['move', '--to', url], { cwd: folder });
      expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('no store in') });
      expect(await move('mysql://x/y')).toMatchObject({ code: 1 });
    });
  });
});
