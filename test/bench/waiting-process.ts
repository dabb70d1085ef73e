// The tables of the engine with many calls that wait for their day, and the queue's own statements on them.
import { createClock } from '../../engine/src/lib/clock.ts';
import { callCodec, callStore } from '../../engine/src/store/calls.ts';
import { jobStore } from '../../engine/src/store/jobs.ts';
import { migrate } from '../../engine/src/store/migrations.ts';
import { openPostgres } from '../../engine/src/store/postgres.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { sampleCall } from '../conformance/sample-records.ts';
import { ownSettings, serveMeasured } from './measured.ts';

export interface WaitingSettings {
  file?: string;
  url?: string;
  /** Calls that wait. */
  calls: number;
  /** Claims and looks of one round. */
  claims: number;
}

const { file = '', url, calls, claims } = ownSettings<WaitingSettings>();
const NODE = 'node_bench';
const clock = createClock();
const database =
  url === undefined ? await openSqlite({ file, clock }) : await openPostgres({ url, clock });
await migrate(database, clock.now());
await fill();

serveMeasured({}, () => database.close(), {
  async prepare() {
    const now = clock.now();
    await database.query("DELETE FROM jobs WHERE kind = 'due'");
    for (let at = 0; at < claims; at++)
      await database.transaction((tx) =>
        jobStore.enqueue(tx, { kind: 'due', ref: `due-${at}`, run_at: now - 1, now }),
      );
  },
  // As the worker does it: claim what is due, and when nothing is, look when the next will be.
  async claim() {
    for (let at = 0; at < claims; at++) {
      const got = await jobStore.claim(database, NODE, clock.now(), 1);
      if (got.length !== 1) throw new Error('a job that is due was not found');
    }
    for (let at = 0; at < claims; at++) {
      const got = await jobStore.claim(database, NODE, clock.now(), 50);
      if (got.length > 0) throw new Error('a job was found that is not due');
      await jobStore.nextRunAt(database, NODE);
    }
  },
});

// One call as it is stored, then copies of it by the store itself; each with its job, spread over four weeks.
async function fill(): Promise<void> {
  const day = clock.now() + 86_400_000;
  const first = sampleCall({ status: 'scheduled', scheduled_at: day, idempotency_key: null });
  await database.transaction((tx) => callStore.insert(tx, first));
  const others = callCodec.columns.filter((name) => name !== 'id').join(', ');
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < ${calls})`;
  await database.query(
    `INSERT INTO calls (id, ${others}) ${numbers}
     SELECT 'call_' || n, ${others} FROM numbers CROSS JOIN calls WHERE id = '${first.id}'`,
  );
  await database.query(
    `INSERT INTO jobs (kind, ref, run_at, tries, owner, payload, node_id, created_at) ${numbers}
     SELECT 'dial', 'call_' || n, ${day} + n * ${Math.floor(2_419_200_000 / calls)}, 0, NULL, '{}', NULL, ${day} FROM numbers`,
  );
  if (database.dialect === 'postgres') await database.query('ANALYZE');
}
