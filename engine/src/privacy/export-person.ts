// Everything that is held on one person, page by page.

import type { CallRecord } from '../calls/call-record.ts';
import type { CallStore, Settings } from '../calls/ports.ts';
import { viewCall } from '../calls/view-call.ts';
import type { Call } from '../contract/call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { modesOf } from './erase-person.ts';
import type { Audit, PrivacyStore, SuppressionList, SuppressionRecord } from './ports.ts';
import { readPerson } from './read-person.ts';

export interface ExportPorts {
  database: Database;
  calls: CallStore;
  privacy: PrivacyStore;
  suppressions: SuppressionList;
  audit: Audit;
  clock: Clock;
  settings: Settings;
}

export interface HeldCall {
  call: Call;
  request: Record<string, unknown>;
  answers: { field: string; value: unknown; quote: string }[];
}

export interface Held {
  phone_number: string;
  suppression: SuppressionRecord | undefined;
  calls: HeldCall[];
  /** Id of the last call shown, when there are more. */
  next_after: string | null;
}

const CALLS_PER_PAGE = 50;

export async function exportPerson(
  request: {
    phone_number: string;
    country: string | null;
    after: string | null;
    key: { id: string; mode: Mode };
  },
  ports: ExportPorts,
): Promise<Result<Held, ProblemFailure>> {
  const { database, privacy, suppressions, audit } = ports;
  const { key, after } = request;
  const person = readPerson(request.phone_number, request.country);
  const query = { modes: modesOf(key.mode), after, limit: CALLS_PER_PAGE + 1 };
  const found = await privacy.callsOf(database, person, query);
  if (!person.is_number && found.length === 0)
    return fail({
      code: 'invalid_phone_number',
      detail: 'This is not a phone number, and no call has it as it stands.',
      errors: [{ pointer: '/query/phone_number', code: 'invalid_phone_number' }],
    });
  const page = found.slice(0, CALLS_PER_PAGE);
  const calls = await Promise.all(page.map((call) => heldOf(call, ports)));
  await database.transaction((tx) =>
    audit.record(tx, {
      ...{ actor: key.id, mode: key.mode, action: 'person.exported', object: null },
      detail: { calls: calls.length },
    }),
  );
  return ok({
    phone_number: person.phone_number,
    suppression: await suppressions.find(database, person.phone_number),
    calls,
    next_after: found.length > page.length ? (page.at(-1)?.id ?? null) : null,
  });
}

async function heldOf(call: CallRecord, ports: ExportPorts): Promise<HeldCall> {
  const { calls, database, settings } = ports;
  const parts = {
    attempts: await calls.attempts(database, call.id),
    turns: await calls.turns(database, call.id),
  };
  const answers = await calls.answers(database, call.id);
  return {
    call: viewCall(call, parts, { public_url: settings.public_url }),
    request: { ...call.order },
    answers: answers.map(({ field, value, quote }) => ({ field, value, quote })),
  };
}
