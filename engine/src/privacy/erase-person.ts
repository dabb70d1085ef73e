// Takes everything away that is held on one person. Safe to repeat: a second time finds nothing and tells the first receipt.
import type { CallRecord } from '../calls/call-record.ts';
import { type CancelPorts, cancelCall } from '../calls/cancel-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Mode } from '../contract/vocabulary.ts';
import { newId } from '../lib/id.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { emptiedBody } from './emptied-body.ts';
import type {
  Audit,
  Erasure,
  ErasureCounts,
  Person,
  PrivacyStore,
  SuppressionList,
} from './ports.ts';
import { readPerson } from './read-person.ts';
import { tombstoneOf } from './tombstone.ts';

export interface ErasePorts extends CancelPorts {
  privacy: PrivacyStore;
  suppressions: SuppressionList;
  audit: Audit;
  removeRecording(name: string): Promise<void>;
}

export interface EraseRequest {
  phone_number: string;
  country: string | null;
  key: { id: string; mode: Mode };
}

const CALLS_AT_ONCE = 100;

/**
 * Erases the person from the calls that the key may see: a live key reaches both modes, a test key test calls alone.
 * Refused with `call_in_progress` while somebody is on the phone with them; calls that wait are canceled first.
 */
export async function erasePerson(
  request: EraseRequest,
  ports: ErasePorts,
): Promise<Result<Erasure, ProblemFailure>> {
  const person = readPerson(request.phone_number, request.country);
  const modes = modesOf(request.key.mode);
  const found = await allCalls(person, modes, ports);
  if (!person.is_number && found.length === 0)
    return fail({
      code: 'invalid_phone_number',
      detail: 'This is not a phone number, and no call has it as it stands.',
      errors: [{ pointer: '/phone_number', code: 'invalid_phone_number' }],
    });
  if (found.some(isUnderWay)) return IN_PROGRESS;
  for (const call of found) if (call.status !== 'ended') await cancelCall(call.id, ports);

  const counts: ErasureCounts = { ...NOTHING };
  for (const { id } of found) {
    const erased = await eraseCall(id, ports);
    if (!erased) return IN_PROGRESS;
    addTo(counts, erased);
  }
  const receipt = await keepReceipt(person, request.key, counts, ports);
  await ports.privacy.settleFiles();
  return ok(receipt);
}

/** Returns the modes whose calls a key of this mode may export and erase. */
export const modesOf = (mode: Mode): readonly Mode[] =>
  mode === 'live' ? ['live', 'test'] : ['test'];

const IN_PROGRESS = fail<ProblemFailure>({
  code: 'call_in_progress',
  detail: 'Somebody is on the phone with this person. Try again when the call has ended.',
});

const isUnderWay = ({ status }: CallRecord): boolean =>
  status !== 'scheduled' && status !== 'queued' && status !== 'ended';

async function allCalls(
  person: Person,
  modes: readonly Mode[],
  { privacy, database }: ErasePorts,
): Promise<CallRecord[]> {
  const found: CallRecord[] = [];
  for (;;) {
    const after = found.at(-1)?.id ?? null;
    const page = await privacy.callsOf(database, person, { modes, after, limit: CALLS_AT_ONCE });
    found.push(...page);
    if (page.length < CALLS_AT_ONCE) return found;
  }
}

/** Returns what was taken from one call, or undefined when it is not over. */
async function eraseCall(callId: string, ports: ErasePorts): Promise<ErasureCounts | undefined> {
  const { privacy, database, calls, settings } = ports;
  // Files first: a crash in between leaves rows that name them, and the erasure is asked for again.
  const recordings = await privacy.recordingsOf(database, callId);
  for (const name of recordings) await ports.removeRecording(name);
  return database.transaction(async (tx) => {
    const call = await calls.find(tx, callId);
    if (call?.status !== 'ended') return undefined;
    const attempts = await calls.attempts(tx, callId);
    const bodyOf = emptiedBody(call, { attempts, public_url: settings.public_url });
    const taken = await privacy.eraseCall(tx, call, tombstoneOf(call), bodyOf);
    return { ...taken, calls: 1, recordings: recordings.length, suppressions: 0 };
  });
}

async function keepReceipt(
  person: Person,
  key: EraseRequest['key'],
  counts: ErasureCounts,
  { privacy, suppressions, audit, database, clock }: ErasePorts,
): Promise<Erasure> {
  return database.transaction(async (tx) => {
    counts.suppressions = await suppressions.forget(tx, person.phone_number);
    await privacy.forgetLanes(tx, person.phone_number);
    const last = await privacy.lastErasure(tx, person, key.mode);
    if (last && Object.values(counts).every((count) => count === 0)) return last;
    const erasure = { id: newId('era'), mode: key.mode, erased_at: clock.now(), counts };
    await privacy.keepErasure(tx, person, erasure);
    await audit.record(tx, {
      ...{ actor: key.id, mode: key.mode, action: 'person.erased' as const, object: erasure.id },
      detail: { ...counts },
    });
    return erasure;
  });
}

const NOTHING: ErasureCounts = {
  calls: 0,
  attempts: 0,
  turns: 0,
  answers: 0,
  recordings: 0,
  events: 0,
  deliveries: 0,
  suppressions: 0,
};

function addTo(sum: ErasureCounts, more: ErasureCounts): void {
  for (const name of Object.keys(sum) as (keyof ErasureCounts)[]) sum[name] += more[name];
}
