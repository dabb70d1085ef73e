import { type Clock, createClock } from '../../engine/src/lib/clock.ts';
import { type Database, isStoreUnavailable } from '../../engine/src/lib/database.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { createEventStore } from '../../engine/src/store/events.ts';
import { jobStore } from '../../engine/src/store/jobs.ts';
import { migrate } from '../../engine/src/store/migrations.ts';
import { openPostgres, type PostgresStore } from '../../engine/src/store/postgres.ts';
import { startHints } from '../../engine/src/store/postgres-hints.ts';
import { sampleCall } from '../conformance/sample-records.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { describeWhen } from '../skips.ts';
import { pause } from '../world.ts';

describeWhen('postgres', 'a store that several nodes share', (place) => {
  const clock = createClock();
  const opened: PostgresStore[] = [];
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres(place);
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    url = await server.newDatabase();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
  });

  async function open(more: { connections?: number; waitMs?: number; clock?: Clock } = {}) {
    const database = await openPostgres({ url, clock, ...more });
    opened.push(database);
    return database;
  }
  const nodes = (count: number) => Promise.all(Array.from({ length: count }, () => open()));
  const two = async (): Promise<[Database, Database]> => [await open(), await open()];
  const migrated = async () => {
    const database = await open();
    await migrate(database, 1);
    return database;
  };
  const backends = (on: string) =>
    server.ask(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${on}'
       AND pid <> pg_backend_pid()`,
      url,
    );
  async function until(test: () => boolean | Promise<boolean>): Promise<void> {
    for (let left = 500; !(await test()); left--) {
      if (left === 0) throw new Error('it did not come true');
      await pause(20);
    }
  }

  it('is brought up to date by four nodes at once, each step once', async () => {
    const four = await nodes(4);
    const ran = (await Promise.all(four.map((node, at) => migrate(node, at)))).flat();
    expect(ran.length).toBeGreaterThan(2);
    expect(new Set(ran).size).toBe(ran.length);
    const rows = await server.ask('SELECT name FROM migrations', url);
    expect(rows.map((row) => row['name']).sort()).toEqual([...ran].sort());
  });

  it('of 64 calls with one Idempotency-Key at once one is there, and everybody learns of it', async () => {
    await migrated();
    const four = await nodes(4);
    const answers = await Promise.all(
      Array.from({ length: 64 }, async (_, at) => {
        const node = four[at % 4] as Database;
        const call = sampleCall({ idempotency_key: 'same' });
        const added = await node.transaction(async (tx) => {
          if (!(await callStore.insert(tx, call))) return false;
          await jobStore.enqueue(tx, { kind: 'dial', ref: call.id, run_at: 1, now: 1 });
          return true;
        });
        const found = await callStore.findByIdempotencyKey(node, 'key_1', 'same');
        return { added, id: found?.id };
      }),
    );
    expect(answers.filter(({ added }) => added)).toHaveLength(1);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await server.ask('SELECT ref FROM jobs', url)).toEqual([{ ref: answers[0]?.id }]);
  });

  it('a look and a write that another node came between run again and see what it wrote', async () => {
    await migrated();
    const [a, b] = await two();
    const settle = (node: Database, value: string) =>
      node.transaction(async (tx) => {
        const [known] = await tx.query<{ value: string }>(
          "SELECT value FROM settings WHERE name = 'x'",
        );
        if (known) return known.value;
        await pause(30);
        await tx.query("INSERT INTO settings (name, value) VALUES ('x', $1)", [value]);
        return value;
      });
    const [one, other] = await Promise.all([settle(a, 'a'), settle(b, 'b')]);
    expect(one).toBe(other);
  });

  it('two transactions that wait for each other both get through', async () => {
    const a = await migrated();
    const calls = [sampleCall(), sampleCall()];
    await a.transaction(async (tx) => {
      for (const call of calls) await callStore.insert(tx, call);
    });
    const both = (order: readonly { id: string }[]) =>
      a.transaction(async (tx) => {
        for (const { id } of order) {
          await callStore.find(tx, id);
          await pause(50);
        }
        return true;
      });
    expect(await Promise.all([both(calls), both(calls.toReversed())])).toEqual([true, true]);
  });

  it('gives 400 jobs to eight workers at once, none of them twice', async () => {
    const four = await nodes(4);
    await migrate(four[0] as Database, 1);
    await (four[0] as Database).transaction(async (tx) => {
      for (let at = 0; at < 400; at++)
        await jobStore.enqueue(tx, { kind: 'work', ref: `${at}`, run_at: 1, now: 1 });
    });
    const claimed: string[] = [];
    const work = async (node: Database, name: string) => {
      for (;;) {
        const jobs = await jobStore.claim(node, name, 1, 7);
        expect(jobs.length).toBeLessThanOrEqual(7);
        if (jobs.length === 0) return;
        for (const { id, ref } of jobs) {
          claimed.push(ref);
          expect(await jobStore.finish(node, id, name)).toBe(true);
        }
      }
    };
    await Promise.all(
      Array.from({ length: 8 }, (_, at) => work(four[at % 4] as Database, `node_${at}`)),
    );
    expect(claimed).toHaveLength(400);
    expect(new Set(claimed).size).toBe(400);
  });

  it('whoever follows a call by its cursor misses no event, whichever node commits first', async () => {
    await migrated();
    const four = await nodes(4);
    const call = sampleCall();
    await (four[0] as Database).transaction((tx) => callStore.insert(tx, call));
    const nothing = (): void => undefined;
    const events = createEventStore({
      ...{ clock, onRecorded: nothing, onQueued: nothing, bodyOf: JSON.stringify },
    });
    const data = { call_id: call.id };
    let left = 80;
    const record = async (node: Database): Promise<void> => {
      while (left-- > 0)
        await node.transaction(async (tx) => {
          await events.record(tx, { type: 'call.turn_added', call, data });
          // The longer a commit takes, the more others could overtake it.
          await pause(Math.random() * 8);
        });
    };
    const seen: number[] = [];
    const follow = async (node: Database): Promise<void> => {
      while (seen.length < 80) {
        const page = await events.ofCall(node, call.id, seen.at(-1) ?? 0, 10);
        seen.push(...page.map(({ sequence }) => sequence));
      }
    };
    await Promise.all([...four.map(record), ...four.map(record), follow(four[1] as Database)]);
    const stored = await server.ask('SELECT sequence FROM events ORDER BY sequence', url);
    expect(seen).toEqual(stored.map((row) => Number(row['sequence'])));
  });

  describe('when connections break', () => {
    it('a transaction fails cleanly, nothing of it stays, and the next one works', async () => {
      const a = await migrated();
      const call = sampleCall();
      const hooks: string[] = [];
      const cut = a.transaction(async (tx) => {
        tx.afterCommit(() => void hooks.push('committed'));
        await callStore.insert(tx, call);
        await backends('recado');
        await callStore.find(tx, call.id);
      });
      const error = await cut.catch((failure: unknown) => failure);
      expect(isStoreUnavailable(error)).toBe(true);
      expect(hooks).toEqual([]);
      expect(await callStore.find(a, call.id)).toBeUndefined();
      await a.transaction((tx) => callStore.insert(tx, call));
      expect(await callStore.find(a, call.id)).toEqual(call);
    });

    it('idle ones are replaced without anybody noticing', async () => {
      const a = await migrated();
      await Promise.all(Array.from({ length: 5 }, () => a.query('SELECT 1 AS one')));
      await backends('recado');
      await until(async () => (await connections()) <= 1);
      expect(await a.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('of a server that crashed: what was committed is there, and the same pool goes on', async () => {
      const a = await migrated();
      const ids: string[] = [];
      const write = async (): Promise<void> => {
        for (;;) {
          const call = sampleCall();
          await a.transaction((tx) => callStore.insert(tx, call));
          ids.push(call.id);
        }
      };
      const writers = [write(), write()].map((writing) => writing.catch((error: unknown) => error));
      await until(() => ids.length > 30);
      await server.crash();
      for (const error of await Promise.all(writers)) expect(isStoreUnavailable(error)).toBe(true);
      const rows = await a.query<{ id: string }>('SELECT id FROM calls');
      expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    });

    const connections = async () =>
      Number(
        (
          await server.ask(
            "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE application_name = 'recado' AND datname = current_database()",
            url,
          )
        )[0]?.['n'],
      );

    it('a server that is not there is said so, and no more connections are taken than allowed', async () => {
      const nowhere = openPostgres({ url: url.replace(/:\d+\//, ':1/'), clock });
      const error = await nowhere.catch((failure: unknown) => failure);
      expect(error).toMatchObject({ code: 'STORE_LOST' });
      const narrow = await open({ connections: 3 });
      const most = Math.max(
        ...(await Promise.all(
          Array.from({ length: 20 }, () =>
            narrow.transaction(async () => {
              await pause(20);
              return connections();
            }),
          ),
        )),
      );
      expect(most).toBe(3);
    });

    it('a statement that waits too long for a lock is ended, not waited for', async () => {
      const a = await migrated();
      const b = await open();
      const call = sampleCall();
      await a.transaction((tx) => callStore.insert(tx, call));
      await b.transaction(async (held) => {
        await callStore.find(held, call.id);
        const waiting = a.transaction(async (tx) => {
          await tx.query('SET LOCAL statement_timeout = 100');
          await callStore.find(tx, call.id);
        });
        const error = await waiting.catch((failure: unknown) => failure);
        expect(error).toMatchObject({ code: 'STORE_BUSY' });
        expect(isStoreUnavailable(error)).toBe(true);
      });
    });
  });

  describe('transactions', () => {
    it('that went wrong inside are never reported as committed', async () => {
      const a = await migrated();
      const call = sampleCall();
      const swallowed = a.transaction(async (tx) => {
        await callStore.insert(tx, call);
        await tx.query('SELECT nothing FROM nowhere').catch(() => undefined);
      });
      await expect(swallowed).rejects.toThrow(/failed before/);
      expect(await callStore.find(a, call.id)).toBeUndefined();
    });

    it('cannot be used once they are over, and take statements one after another', async () => {
      const a = await migrated();
      let late: Promise<unknown> = Promise.resolve();
      await a.transaction(async (tx) => {
        const rows = await Promise.all(
          [1, 2, 3].map((n) => tx.query<{ n: number }>('SELECT CAST($1 AS INTEGER) AS n', [n])),
        );
        expect(rows.flat()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
        late = (async () => {
          await pause(50);
          return tx.query('SELECT 1 AS one');
        })();
        late.catch(() => undefined);
      });
      await expect(late).rejects.toThrow(/is over/);
    });

    it('leave no setting and no named statement behind on their connection', async () => {
      const a = await open({ connections: 1 });
      await migrate(a, 1);
      await a.transaction(async (tx) => {
        expect(await tx.query("SELECT current_setting('statement_timeout') AS t")).toEqual([
          { t: '15s' },
        ]);
      });
      const left = await a.query(
        `SELECT current_setting('statement_timeout') AS t, (SELECT COUNT(*) FROM pg_prepared_statements) AS prepared,
           (SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory') AS locks`,
      );
      expect(left).toEqual([{ t: '0', prepared: 0, locks: 0 }]);
    });
  });

  describe('values', () => {
    it('come back as the port has them: numbers, 0 and 1, bytes; a NUL in a text becomes a mark', async () => {
      const a = await open();
      const [row] = await a.query(
        `SELECT CAST($1 AS BIGINT) AS big, CAST($2 AS DOUBLE PRECISION) AS part, 1 = 1 AS yes, CAST($3 AS BYTEA) AS bytes,
           CAST($4 AS TEXT) AS text, CAST(NULL AS BIGINT) AS nothing, SUM(CAST($1 AS BIGINT)) AS total`,
        [Number.MAX_SAFE_INTEGER, 1.25, new Uint8Array([0, 255]), 'a\u0000b'],
      );
      expect(row).toMatchObject({
        ...{ big: Number.MAX_SAFE_INTEGER, part: 1.25, yes: 1, text: 'a\ufffdb', nothing: null },
        total: Number.MAX_SAFE_INTEGER,
      });
      expect(Array.from((row?.['bytes'] ?? []) as Uint8Array)).toEqual([0, 255]);
    });
  });

  describe('the server', () => {
    it('that could lose what it acknowledged is refused with what to change', async () => {
      const role = async (setting: string) => {
        await server.ask(
          `ALTER ROLE recado IN DATABASE ${new URL(url).pathname.slice(1)} SET ${setting}`,
        );
        return openPostgres({ url, clock });
      };
      await expect(role('synchronous_commit = off')).rejects.toThrow(/synchronous_commit/);
      await server.ask("CREATE DATABASE latin ENCODING LATIN1 LOCALE 'C' TEMPLATE template0");
      await expect(openPostgres({ url: server.addressOf('latin'), clock })).rejects.toThrow(/UTF8/);
    });

    it('tells its time, so that nodes whose clocks differ agree; a fast clock is left alone', async () => {
      const slow = { ...clock, now: () => clock.now() - 90_000 };
      expect((await open({ clock: slow })).offsetMs).toBeGreaterThan(89_000);
      expect((await open({ clock: slow })).offsetMs).toBeLessThan(91_000);
      expect(Math.abs((await open()).offsetMs)).toBeLessThan(1_000);
      expect((await open({ clock: createClock({ rate: 5 }) })).offsetMs).toBe(0);
    });
  });

  describe('hints', () => {
    const listen = (nodeId: string, database: Database, address = url) => {
      const heard: string[] = [];
      const hints = startHints({
        ...{ database, url: address, nodeId, clock, log: silentLog },
        onQueued: () => void heard.push('job'),
        onRecorded: (callId) => void heard.push(callId),
      });
      return { hints, heard };
    };

    it('reach the other node within moments, gathered, and not the one that gave them', async () => {
      const [a, b] = await two();
      const one = listen('node_a', a);
      const other = listen('node_b', b);
      // Both say once that they listen.
      await until(() => one.heard.length === 1 && other.heard.length === 1);
      for (let at = 0; at < 50; at++) one.hints.queued();
      one.hints.recorded('call_1');
      one.hints.recorded('call_1');
      one.hints.recorded('call_2');
      await until(() => other.heard.length > 1);
      expect(other.heard).toEqual(['job', 'job', 'call_1', 'call_2']);
      expect(one.heard).toEqual(['job']);
      await one.hints.stop();
      await other.hints.stop();
    });

    it('are heard again after the connection was lost; without any, nothing fails', async () => {
      const a = await open();
      const other = listen('node_b', a);
      await until(() => other.heard.length === 1);
      await backends('recado hints');
      await until(() => other.heard.length === 2);
      const one = listen('node_a', a, url.replace(/:\d+\//, ':1/'));
      one.hints.recorded('call_3');
      await until(() => other.heard.includes('call_3'));
      // Somebody else's words on the same channel are not ours.
      await server.ask(
        "SELECT pg_notify('recado', 'hello'), pg_notify('recado', '{\"from\": 1}')",
        url,
      );
      one.hints.recorded('call_4');
      await until(() => other.heard.includes('call_4'));
      expect(other.heard.filter((word) => !/^(job|call_[34])$/.test(word))).toEqual([]);
      await one.hints.stop();
      await other.hints.stop();
    });
  });
});
