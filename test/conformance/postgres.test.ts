import { createClock } from '../../engine/src/lib/clock.ts';
import { openPostgres } from '../../engine/src/store/postgres.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { describeWhen } from '../skips.ts';
import { describeDatabase } from './database.ts';

describeWhen('postgres', 'Postgres', (place) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(place);
  });
  afterAll(() => server?.stop());

  describeDatabase('conformance', async () => {
    const clock = createClock();
    const url = await server.newDatabase();
    return {
      open: () => openPostgres({ url, clock }),
      openNarrow: () => openPostgres({ url, clock, connections: 1, waitMs: 200 }),
      destroy: async () => undefined,
    };
  });
});
