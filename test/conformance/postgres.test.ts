import { createClock } from '../../engine/src/lib/clock.ts';
import { openPostgres } from '../../engine/src/store/postgres.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { type Pooler, startPooler } from '../postgres-pooler.ts';
import { describeWhen } from '../skips.ts';
import { describeDatabase } from './database.ts';

describeWhen('postgres', 'Postgres', (place) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(place);
  });
  afterAll(() => server?.stop());

  const clock = createClock();
  // Emptied after each test, because a new database costs more than all that a test does.
  let own: Promise<string> | undefined;
  const storeAt = (addressOf: (url: string) => string) => async () => {
    own ??= server.newDatabase();
    const direct = await own;
    const url = addressOf(direct);
    return {
      open: () => openPostgres({ url, clock }),
      openNarrow: () => openPostgres({ url, clock, connections: 1, waitMs: 200 }),
      destroy: () => server.empty(direct),
    };
  };
  describeDatabase(
    'reached directly',
    storeAt((url) => url),
  );

  describeWhen('pgbouncer', 'behind a transaction pooler', (program) => {
    let pooler: Pooler;
    beforeAll(async () => {
      pooler = await startPooler(program, server);
    });
    afterAll(() => pooler?.stop());

    describeDatabase(
      'conformance',
      storeAt((url) => pooler.through(url)),
    );
  });
});
