// Putting numbers on the list of who must not be called, and taking them off, each with its row in the log of acts.
import { readDestination } from '../calls/destination.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { SuppressionReason } from '../contract/suppression.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Database } from '../lib/database.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import type { Audit, SuppressionList, SuppressionRecord } from './ports.ts';

export interface SuppressPorts {
  database: Database;
  suppressions: SuppressionList;
  audit: Audit;
}

export interface Actor {
  id: string;
  mode: Mode;
}

/** Returns the entry of this number, and whether it is new. */
export async function suppress(
  entry: {
    phone_number: string;
    country: string | null;
    reason: SuppressionReason;
    source: string;
    note: string | null;
  },
  actor: Actor,
  { database, suppressions, audit }: SuppressPorts,
): Promise<Result<{ suppression: SuppressionRecord; added: boolean }, ProblemFailure>> {
  const read = readDestination(entry.phone_number, entry.country);
  if (!read.ok) return fail(asMistake(read.failure));
  const { phone_number } = read.value;
  return database.transaction(async (tx) => {
    const { reason, source, note } = entry;
    const added = (await suppressions.addAll(tx, [{ phone_number, reason, source, note }])) === 1;
    const suppression = await suppressions.find(tx, phone_number);
    if (!suppression) throw new Error('a suppression was written and is not there');
    if (added) {
      const act = { action: 'suppression.added' as const, object: suppression.id };
      const detail = { reason, source };
      await audit.record(tx, { actor: actor.id, mode: actor.mode, ...act, detail });
    }
    return ok({ suppression, added });
  });
}

/** Takes an entry off the list; false when there is none. */
export async function unsuppress(
  which: { id: string } | { phone_number: string },
  actor: Actor,
  { database, suppressions, audit }: SuppressPorts,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const id = 'id' in which ? which.id : (await suppressions.find(tx, which.phone_number))?.id;
    if (id === undefined || !(await suppressions.remove(tx, id))) return false;
    const act = { action: 'suppression.removed' as const, object: id };
    await audit.record(tx, { actor: actor.id, mode: actor.mode, ...act });
    return true;
  });
}

/** A number that cannot be called, as the mistake of a request: a short one is no number here. */
export const asMistake = ({ detail, errors }: ProblemFailure): ProblemFailure => ({
  code: 'invalid_phone_number',
  ...(detail === undefined ? {} : { detail }),
  ...(errors === undefined ? {} : { errors }),
});
