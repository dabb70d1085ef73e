// What keeping to people's wishes needs from outside: the list of who must not be called, what is held on a person, and
// the log of acts.
import type { CallRecord } from '../calls/call-record.ts';
import type { Suppressions } from '../calls/ports.ts';
import type { AuditAction } from '../contract/audit.ts';
import type { SuppressionReason } from '../contract/suppression.ts';
import type { EventType, Mode } from '../contract/vocabulary.ts';
import type { Queryable, Transaction } from '../lib/database.ts';

export interface SuppressionRecord {
  id: string;
  /** E.164; null once the person was erased. */
  phone_number: string | null;
  reason: SuppressionReason;
  source: string;
  note: string | null;
  call_id: string | null;
  created_at: number;
}

export interface NewSuppression {
  /** E.164. */
  phone_number: string;
  reason: SuppressionReason;
  source: string;
  note?: string | null;
  call_id?: string | null;
}

/** The list of numbers that must not be called, shared by test and live mode. */
export interface SuppressionList extends Suppressions {
  /** Adds entries whose number is not there yet; returns how many were. */
  addAll(tx: Transaction, entries: readonly NewSuppression[]): Promise<number>;
  find(on: Queryable, phoneNumber: string): Promise<SuppressionRecord | undefined>;
  /** Newest first. */
  page(
    on: Queryable,
    query: { limit: number; before?: { created_at: number; id: string } | undefined },
  ): Promise<SuppressionRecord[]>;
  /** False when there is no such entry. */
  remove(tx: Transaction, suppressionId: string): Promise<boolean>;
  /** Takes number and note out of the entry and keeps its hash; returns how many entries that changed. */
  forget(tx: Transaction, phoneNumber: string): Promise<number>;
}

/** One act, as it is noted. Nothing personal belongs in it: numbers are masked, texts are left out. */
export interface AuditNote {
  /** Id of the key, or a part of the engine: `engine`, `cli`, `link`. */
  actor: string;
  /** Null for what concerns the whole engine. */
  mode: Mode | null;
  action: AuditAction;
  /** Id of what the act was about. */
  object: string | null;
  detail?: Record<string, unknown>;
}

export interface AuditEntry extends AuditNote {
  sequence: number;
  at: number;
  detail: Record<string, unknown>;
  previous_hash: string;
  hash: string;
}

/** The log of acts: rows are only ever added, each with the hash of the one before it. */
export interface Audit {
  /** Adds a row in the transaction of the act. Record it last: acts on Postgres wait here for each other. */
  record(tx: Transaction, note: AuditNote): Promise<void>;
}

export interface AuditLog extends Audit {
  /** Newest first; of one mode alone when it is given. */
  page(
    on: Queryable,
    query: { limit: number; mode?: Mode | undefined; before?: number | undefined },
  ): Promise<AuditEntry[]>;
  /** Removes rows older than a time, oldest first, and keeps the hash that the rest hangs on; returns how many. */
  trim(tx: Transaction, before: number, limit: number): Promise<number>;
  /** Walks the whole chain: how many rows it has, and the first row that is not what was written, if any. */
  verify(on: Queryable): Promise<{ entries: number; broken_at: number | null }>;
}

/** What an erasure took away. */
export interface ErasureCounts {
  calls: number;
  attempts: number;
  turns: number;
  answers: number;
  recordings: number;
  events: number;
  deliveries: number;
  suppressions: number;
}

export interface Erasure {
  id: string;
  mode: Mode;
  erased_at: number;
  counts: ErasureCounts;
}

/** An event whose content is taken away. */
export interface KeptEvent {
  id: string;
  type: EventType;
  created_at: number;
}

/** Whose data: both ways in which a number may be kept. */
export interface Person {
  /** E.164, or the text as it was typed when it is no number. */
  phone_number: string;
  typed: string;
}

/** Everything that the store holds on a person or a call, for taking it away. */
export interface PrivacyStore {
  /** Calls of these modes to this person that still hold something on them, oldest first. */
  callsOf(
    on: Queryable,
    person: Person,
    query: { modes: readonly Mode[]; after: string | null; limit: number },
  ): Promise<CallRecord[]>;
  lastErasure(on: Queryable, person: Person, mode: Mode): Promise<Erasure | undefined>;
  keepErasure(tx: Transaction, person: Person, erasure: Erasure): Promise<void>;
  /** Files of the recordings of a call. */
  recordingsOf(on: Queryable, callId: string): Promise<string[]>;
  /** Takes everything personal of an ended call away; `tombstone` is what its row gets, `bodyOf` what its events keep. */
  eraseCall(
    tx: Transaction,
    call: CallRecord,
    tombstone: Partial<CallRecord>,
    bodyOf: (event: KeptEvent) => string,
  ): Promise<Omit<ErasureCounts, 'calls' | 'recordings' | 'suppressions'>>;
  /** Takes the number out of lanes in which work waits. */
  forgetLanes(tx: Transaction, phoneNumber: string): Promise<void>;
  /** Makes what was deleted unreadable in the files of the store, as far as the store can. */
  settleFiles(): Promise<void>;
}

/** What the hourly sweep removes, in bounded steps. Each returns how many it removed; fewer than `limit` means done. */
export interface RetentionStore {
  /** Recordings of attempts that ended before. */
  oldRecordings(
    on: Queryable,
    before: number,
    limit: number,
  ): Promise<{ attempt_id: string; name: string }[]>;
  forgetRecordings(tx: Transaction, attemptIds: readonly string[]): Promise<void>;
  /** Ended calls after a mark, by the time of their end. */
  endedBetween(
    on: Queryable,
    after: { ended_at: number; id: string },
    before: number,
    limit: number,
  ): Promise<CallRecord[]>;
  mark(on: Queryable, kind: string): Promise<{ ended_at: number; id: string }>;
  setMark(tx: Transaction, kind: string, mark: { ended_at: number; id: string }): Promise<void>;
  /** Removes the words of a call, also from its events. */
  dropTranscript(
    tx: Transaction,
    callId: string,
    withoutWords: (body: string) => string,
  ): Promise<number>;
  /** Removes events whose deliveries are settled, with the deliveries, and addresses that nothing waits for. */
  dropEvents(tx: Transaction, before: number, limit: number): Promise<number>;
  dropDedupeKeys(tx: Transaction, before: number): Promise<void>;
  /** True the first time only, over all nodes and starts. */
  claimSweep(tx: Transaction): Promise<boolean>;
}

/** Short texts that outlive a restart, each by its name. */
export interface KeptTexts {
  get(on: Queryable, name: string): Promise<string | undefined>;
  set(tx: Transaction, name: string, value: string): Promise<void>;
}

/** How long things are kept, in days; 0 removes them when the call ends. */
export interface RetentionDays {
  recordings: number;
  transcripts: number;
  results: number;
  events: number;
  audit: number;
}

/** Told what the sweep removed, for metrics. */
export interface RetentionCounter {
  removed(kind: keyof RetentionDays, count: number): void;
}
