// The same business event again: which call stands for it, and what becomes of the one that came later.
import type { PlaceCall } from '../contract/place-call.ts';
import type { ProblemFailure } from '../contract/problem.ts';
import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import type { CallRecord } from './call-record.ts';
import { type Destination, isTestNumber } from './destination.ts';
import { hashOf } from './fingerprint.ts';
import type { PlaceRequest } from './place-request.ts';
import type { CallStore, DedupeClaim, DedupeKeys, OwnPhones, Settings } from './ports.ts';

export interface DuplicatePorts {
  calls: CallStore;
  dedupeKeys: DedupeKeys;
  ownPhones: OwnPhones;
  clock: Clock;
}

const HOUR_MS = 3_600_000;
const SAME_REQUEST_MS = 10 * 60_000;
const DEDUPE_HOURS = 24;
// Reserved digits of test numbers with which the same number and task count as one event.
const DUPLICATE_DIGITS = '94';
const MADE = 'same:';

/** Returns the name of the business event: the builder's, or number and task when there is no other sign. */
export function dedupeKeyOf(
  { body, key, idempotency_key, batch }: PlaceRequest,
  numbers: readonly Destination[],
  { test_mode_rules }: Settings,
): string | undefined {
  if (body.dedupe_key) return body.dedupe_key;
  const [first] = numbers;
  if (idempotency_key !== undefined || batch || !first) return undefined;
  const { phone_number } = first;
  const reserved = isTestNumber(phone_number) && phone_number.endsWith(DUPLICATE_DIGITS);
  if (key.mode === 'test' && test_mode_rules !== 'full' && !reserved) return undefined;
  return `${MADE}${hashOf([phone_number, body.task, body.variables ?? {}, body.agent_id])}`;
}

export type Duplicate =
  | { kind: 'own'; replaces: string | undefined }
  | { kind: 'first'; call: CallRecord }
  | { kind: 'refused'; failure: ProblemFailure };

const OWN: Duplicate = { kind: 'own', replaces: undefined };

/** Takes the event for this call. Returns whether it is its own, and which call it replaces, or the call that came first. */
export async function claimDuplicate(
  tx: Transaction,
  body: PlaceCall,
  call: CallRecord,
  ports: DuplicatePorts,
): Promise<Duplicate> {
  const { dedupe_key, mode, id: call_id } = call;
  if (dedupe_key === null) return OWN;
  const made = isMade(dedupe_key);
  if (made && (await ports.ownPhones.has(tx, call.phone_number ?? ''))) return OWN;
  const now = ports.clock.now();
  const lastsMs = made ? SAME_REQUEST_MS : (body.dedupe_hours ?? DEDUPE_HOURS) * HOUR_MS;
  const claim = { mode, dedupe_key, call_id, expires_at: now + lastsMs };
  const holder = await ports.dedupeKeys.claim(tx, { ...claim, now });
  const first = holder === undefined ? undefined : await ports.calls.find(tx, holder);
  if (!first) return OWN;
  return settle(tx, body.if_duplicate ?? 'first', first, claim, ports);
}

async function settle(
  tx: Transaction,
  wish: NonNullable<PlaceCall['if_duplicate']>,
  first: CallRecord,
  claim: DedupeClaim,
  { dedupeKeys }: DuplicatePorts,
): Promise<Duplicate> {
  if (wish === 'first') return { kind: 'first', call: first };
  if (wish === 'reject') {
    const detail = `The call ${first.id} stands for this event.`;
    return { kind: 'refused', failure: { code: 'duplicate_call', detail } };
  }
  await dedupeKeys.replace(tx, claim);
  const isReplaced = wish === 'replace' && first.status !== 'ended';
  return { kind: 'own', replaces: isReplaced ? first.id : undefined };
}

const isMade = (dedupeKey: string): boolean => dedupeKey.startsWith(MADE);
