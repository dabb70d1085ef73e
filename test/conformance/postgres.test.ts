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

  const storeAt = (addressOf: (url: string) => string) => async () => {
    const clock = createClock();
    const url = addressOf(await server.newDatabase());
    return {
      open: () => openPostgres({ url, clock }),
      openNarrow: () => openPostgres({ url, clock, connections: 1, waitMs: 200 }),
      destroy: async () => undefined,
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
