// What accepting a call is measured against: a bare Fastify route that puts its body into one row, durable in the same
// kind of store, opened as the engine opens it (SQLite in its own thread, or a pool of Postgres connections).
import Fastify from 'fastify';
import { createClock } from '../../engine/src/lib/clock.ts';
import { openPostgres } from '../../engine/src/store/postgres.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { ownSettings, serveMeasured } from './measured.ts';

export interface BareFacts {
  url: string;
}

const settings = ownSettings<{ file?: string; url?: string }>();
const clock = createClock();
const database =
  settings.url === undefined
    ? await openSqlite({ file: settings.file ?? ':memory:', clock })
    : await openPostgres({ url: settings.url, clock });
await database.query(
  'CREATE TABLE rows_of_the_bench (id TEXT PRIMARY KEY, body TEXT NOT NULL, created_at BIGINT NOT NULL)',
);
const app = Fastify();
app.post('/rows', async (request, reply) => {
  const id = crypto.randomUUID();
  const values = [id, JSON.stringify(request.body), clock.now()];
  await database.query(
    'INSERT INTO rows_of_the_bench (id, body, created_at) VALUES ($1, $2, $3)',
    values,
  );
  return reply.code(201).send({ id });
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
serveMeasured({ url } satisfies BareFacts, async () => {
  await app.close();
  await database.close();
});
