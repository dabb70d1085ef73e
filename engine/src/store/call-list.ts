// The list of calls: filters and paging. Built by Kysely because its shape changes with what is asked for.
import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { CallRecord } from '../calls/call-record.ts';
import type { CallPage } from '../calls/ports.ts';
import type { Queryable, SqlValue } from '../lib/database.ts';
import { callFromRow } from './calls.ts';

// Only compiles: the text runs on our own connection.
const build = new Kysely<Record<'calls' | 'call_metadata', Record<string, SqlValue>>>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

const EQUAL = [
  'status',
  'outcome',
  'outcome_group',
  'source',
  'phone_number',
  'reference',
  'tag',
  'batch_id',
  'agent_id',
] as const;

/** Returns calls of one mode, newest first. */
export async function listCalls(on: Queryable, query: CallPage): Promise<CallRecord[]> {
  let select = build.selectFrom('calls').selectAll().where('mode', '=', query.mode);
  for (const field of EQUAL) {
    const value = query[field];
    if (value !== undefined) select = select.where(field, '=', value);
  }
  const { metadata_key, metadata_value } = query;
  if (metadata_key !== undefined) {
    let named = build
      .selectFrom('call_metadata')
      .select('call_id')
      .where('name', '=', metadata_key);
    if (metadata_value !== undefined) named = named.where('value', '=', metadata_value);
    select = select.where('id', 'in', named);
  }
  if (query.reached !== undefined) select = select.where('reached', '=', query.reached ? 1 : 0);
  if (query.created_after !== undefined)
    select = select.where('created_at', '>=', query.created_after);
  if (query.created_before !== undefined)
    select = select.where('created_at', '<', query.created_before);
  const { before } = query;
  if (before) {
    select = select.where((where) =>
      where.or([
        where('created_at', '<', before.created_at),
        where.and([where('created_at', '=', before.created_at), where('id', '<', before.id)]),
      ]),
    );
  }
  const compiled = select
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit)
    .compile();
  let mark = 0;
  const rows = await on.query(
    compiled.sql.replace(/\?/g, () => `$${++mark}`),
    compiled.parameters as SqlValue[],
  );
  return rows.map(callFromRow);
}
