// The operations on numbers that must not be called.
import { readDestination } from '../calls/destination.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Suppression } from '../contract/suppression.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { importSuppressions } from '../privacy/import-suppressions.ts';
import type { SuppressionRecord } from '../privacy/ports.ts';
import { asMistake, suppress, unsuppress } from '../privacy/suppress.ts';
import { csvHeader, csvLines } from '../privacy/suppressions-csv.ts';
import { type Caller, keyOf } from './auth.ts';
import type { HandlerPorts, PrivacyPorts } from './ports.ts';
import type { Handlers } from './routes.ts';

type SuppressionHandlers = Pick<
  Handlers,
  | 'addSuppression'
  | 'checkSuppression'
  | 'listSuppressions'
  | 'importSuppressions'
  | 'exportSuppressions'
  | 'removeSuppression'
  | 'removeSuppressionByNumber'
>;

const EXPORTED_AT_ONCE = 500;
const NOT_FOUND: { problem: ProblemFailure } = { problem: { code: 'not_found' } };

export function suppressionHandlers({
  privacy,
  settings,
}: Pick<HandlerPorts, 'privacy' | 'settings'>): SuppressionHandlers {
  const { database, suppressions } = privacy;
  const countryOf = (country: string | undefined) => country ?? settings.default_country;
  const numberOf = (query: { phone_number: string; country?: string | undefined }) =>
    readNumber(query.phone_number, countryOf(query.country));
  return {
    async addSuppression({ body, caller }) {
      const { phone_number, reason, note = null } = body;
      const entry = { phone_number, country: countryOf(body.country), reason, note, source: 'api' };
      const done = await suppress(entry, keyOf(caller), privacy);
      if (!done.ok) return { problem: done.failure };
      const { added, suppression } = done.value;
      return { status: added ? 201 : 200, body: viewSuppression(suppression) };
    },
    async checkSuppression({ query }) {
      const number = numberOf(query);
      if (!number.ok) return { problem: number.failure };
      const found = await suppressions.find(database, number.value);
      return {
        status: 200,
        body: {
          phone_number: number.value,
          suppressed: found !== undefined,
          suppression: found ? viewSuppression(found) : null,
        },
      };
    },
    async listSuppressions({ query: { limit, cursor } }) {
      const before = cursor === undefined ? undefined : readCursor(cursor);
      if (before === null) return { problem: { code: 'invalid_cursor' } };
      const found = await suppressions.page(database, { limit: limit + 1, before });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        status: 200,
        body: {
          suppressions: page.map(viewSuppression),
          next_cursor: found.length > limit && last ? cursorOf(last) : null,
        },
      };
    },
    async importSuppressions({ body, query, caller }) {
      const from = { country: countryOf(query.country), actor: keyOf(caller) };
      const done = await importSuppressions(body, from, privacy);
      return done.ok ? { status: 200, body: done.value } : { problem: done.failure };
    },
    async exportSuppressions({ caller }) {
      await noteExport(caller, privacy);
      const headers = { 'content-disposition': 'attachment; filename="suppressions.csv"' };
      return { status: 200, headers, stream: exportLines(privacy) };
    },
    async removeSuppression({ params, caller }) {
      return (await unsuppress(params, keyOf(caller), privacy)) ? { status: 204 } : NOT_FOUND;
    },
    async removeSuppressionByNumber({ query, caller }) {
      const number = numberOf(query);
      if (!number.ok) return { problem: number.failure };
      const removed = await unsuppress({ phone_number: number.value }, keyOf(caller), privacy);
      return removed ? { status: 204 } : NOT_FOUND;
    },
  };
}

export const viewSuppression = (record: SuppressionRecord): Suppression => ({
  ...record,
  created_at: new Date(record.created_at).toISOString(),
});

function readNumber(text: string, country: string | null): Result<string, ProblemFailure> {
  const read = readDestination(text, country);
  if (read.ok) return ok(read.value.phone_number);
  const pointer = '/query/phone_number';
  return fail({ ...asMistake(read.failure), errors: [{ pointer, code: 'invalid_phone_number' }] });
}

const noteExport = (caller: Caller, { database, audit }: PrivacyPorts): Promise<void> =>
  database.transaction((tx) =>
    audit.record(tx, {
      ...{ actor: caller.key_id, mode: caller.mode, action: 'suppressions.exported', object: null },
    }),
  );

async function* exportLines({ database, suppressions }: PrivacyPorts): AsyncGenerator<string> {
  yield csvHeader();
  let before: { created_at: number; id: string } | undefined;
  for (;;) {
    const page = await suppressions.page(database, { limit: EXPORTED_AT_ONCE, before });
    if (page.length > 0) yield csvLines(page);
    before = page.at(-1);
    if (page.length < EXPORTED_AT_ONCE) return;
  }
}

const cursorOf = ({ created_at, id }: SuppressionRecord): string =>
  Buffer.from(`${created_at}.${id}`).toString('base64url');

function readCursor(cursor: string): { created_at: number; id: string } | null {
  const parts = /^(\d{1,15})\.(sup_[0-9a-z]{26})$/.exec(
    Buffer.from(cursor, 'base64url').toString('latin1'),
  );
  return parts ? { created_at: Number(parts[1]), id: parts[2] ?? '' } : null;
}
