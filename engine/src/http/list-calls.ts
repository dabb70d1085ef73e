import type { z } from 'zod';
import { readDestination } from '../calls/destination.ts';
import type { Api, ListCallsQuery } from '../contract/api.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { HandlerPorts } from './ports.ts';
import { presentCall } from './present-call.ts';
import type { Answer } from './routes.ts';

/** Answers one page of calls, newest first. The cursor is the last call shown, so new calls never shift a page. */
export async function listCalls(
  query: z.output<typeof ListCallsQuery>,
  mode: Mode,
  ports: HandlerPorts,
): Promise<Answer<Api['listCalls']>> {
  const before = query.cursor === undefined ? undefined : readCursor(query.cursor);
  if (before === null) return { problem: { code: 'invalid_cursor' } };
  const {
    created_after,
    created_before,
    cursor: _cursor,
    batch,
    agent,
    phone_number,
    ...filters
  } = query;
  const country = ports.settings.default_country;
  const found = await ports.listCalls(ports.database, {
    ...filters,
    mode,
    batch_id: batch,
    agent_id: agent,
    phone_number: phone_number === undefined ? undefined : asStored(phone_number, country),
    created_after: created_after === undefined ? undefined : Date.parse(created_after),
    created_before: created_before === undefined ? undefined : Date.parse(created_before),
    before,
    limit: query.limit + 1,
  });
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    status: 200,
    body: {
      calls: await Promise.all(page.map((call) => presentCall(call, ports))),
      next_cursor: found.length > query.limit && last ? cursorOf(last) : null,
    },
  };
}

// However it is written; what cannot be a number matches nothing, as it is.
function asStored(phoneNumber: string, country: string | null): string {
  const read = readDestination(phoneNumber, country);
  return read.ok ? read.value.phone_number : phoneNumber;
}

const cursorOf = ({ created_at, id }: { created_at: number; id: string }): string =>
  Buffer.from(`${created_at}.${id}`).toString('base64url');

function readCursor(cursor: string): { created_at: number; id: string } | null {
  const parts = /^(\d{1,15})\.(call_[0-9a-z]{26})$/.exec(
    Buffer.from(cursor, 'base64url').toString('latin1'),
  );
  return parts ? { created_at: Number(parts[1]), id: parts[2] ?? '' } : null;
}
