// What the domain needs from outside: a place to keep calls, a carrier, live sessions, events, jobs.

import type { AgentSetup } from '../contract/agent.ts';
import type {
  AnsweredBy,
  CallStatus,
  EndReason,
  EventType,
  Mode,
  Network,
  SimulatedBehaviour,
} from '../contract/vocabulary.ts';
import type { Queryable, Transaction } from '../lib/database.ts';
import type { AddressRefusal } from '../lib/egress.ts';
import type { Line, LineListener } from '../session/line.ts';
import type { AnswerRecord, AttemptRecord, CallRecord, TurnRecord } from './call-record.ts';

/** The tables of calls, attempts, turns and answers. Every method runs on the connection that it is given. */
export interface CallStore {
  /** False when the key has placed a call with the same Idempotency-Key. */
  insert(tx: Transaction, call: CallRecord): Promise<boolean>;
  find(on: Queryable, callId: string): Promise<CallRecord | undefined>;
  /** Calls with this reference that have not ended, the latest first. */
  findOpenByReference(on: Queryable, mode: Mode, reference: string): Promise<CallRecord[]>;
  /** Calls to this number that have not ended, in both modes. */
  findOpenByNumber(on: Queryable, phoneNumber: string, limit: number): Promise<CallRecord[]>;
  /** When this number was dialed, or is to be by a call that still waits, after `from` and until `to`; oldest first. */
  dialTimes(
    on: Queryable,
    query: {
      phone_number: string;
      network: Network;
      from: number;
      to: number;
      except: string | null;
    },
  ): Promise<number[]>;
  /** The number of ours that this person was called from last. */
  lastFromNumber(on: Queryable, network: Network, phoneNumber: string): Promise<string | undefined>;
  findByIdempotencyKey(
    on: Queryable,
    keyId: string,
    idempotencyKey: string,
  ): Promise<CallRecord | undefined>;
  /** Changes a call only while its status is one of `from`; false when it is not. */
  update(
    tx: Transaction,
    callId: string,
    from: readonly CallStatus[],
    change: Partial<CallRecord>,
  ): Promise<boolean>;

  insertAttempt(tx: Transaction, attempt: AttemptRecord): Promise<void>;
  findAttempt(on: Queryable, attemptId: string): Promise<AttemptRecord | undefined>;
  findAttemptByToken(on: Queryable, tokenHash: string): Promise<AttemptRecord | undefined>;
  /** True when a phone call of the carrier already belongs to an attempt. */
  isBound(on: Queryable, carrierCallId: string): Promise<boolean>;
  findAttemptByMediaToken(
    on: Queryable,
    mediaTokenHash: string,
  ): Promise<AttemptRecord | undefined>;
  attempts(on: Queryable, callId: string): Promise<AttemptRecord[]>;
  /** Changes an attempt that has not ended; false when it has, or when `only` does not hold. */
  updateAttempt(
    tx: Transaction,
    attemptId: string,
    change: Partial<AttemptRecord>,
    only?: {
      carrier_call_id?: string | null;
      media_token_hash?: string;
      report_sequence_below?: number;
    },
  ): Promise<boolean>;
  /** Attempts that have not ended although their node has left or was given up. */
  orphans(on: Queryable, limit: number): Promise<AttemptRecord[]>;

  addTurn(tx: Transaction, turn: TurnRecord): Promise<void>;
  turns(on: Queryable, callId: string): Promise<TurnRecord[]>;
  addAnswer(tx: Transaction, answer: AnswerRecord): Promise<void>;
  answers(on: Queryable, callId: string): Promise<AnswerRecord[]>;
}

/** One page of a list of calls. Whatever is not given is not asked for. */
export interface CallPage {
  mode: Mode;
  status?: string | undefined;
  outcome?: string | undefined;
  outcome_group?: string | undefined;
  reached?: boolean | undefined;
  source?: string | undefined;
  phone_number?: string | undefined;
  reference?: string | undefined;
  tag?: string | undefined;
  metadata_key?: string | undefined;
  metadata_value?: string | undefined;
  batch_id?: string | undefined;
  agent_id?: string | undefined;
  created_after?: number | undefined;
  created_before?: number | undefined;
  limit: number;
  /** Only calls older than this one: its created_at and id. */
  before?: { created_at: number; id: string } | undefined;
}

/** Appends an event and, in the same transaction, one delivery per webhook that wants it. */
export interface EventRecorder {
  record(
    tx: Transaction,
    event: { type: EventType; call: CallRecord; data: Record<string, unknown> },
  ): Promise<void>;
}

/** Addresses that are told about one call. */
export interface Receivers {
  /** Why an address may not be used; undefined when it may. */
  judge(url: string): Promise<AddressRefusal | undefined>;
  /** Adds an address to a call; a call that has ended is told at once. */
  addForCall(
    tx: Transaction,
    call: CallRecord,
    receiver: { url: string; token: string | null; events: readonly EventType[] },
  ): Promise<void>;
}

/** People who must not be called. */
export interface Suppressions {
  isSuppressed(on: Queryable, phoneNumber: string): Promise<boolean>;
  add(
    tx: Transaction,
    entry: { phone_number: string; reason: string; source: string; call_id?: string },
  ): Promise<{ added: boolean }>;
}

/** What is kept for no days, by the operator's settings. */
export interface Retention {
  /** Told in the transaction that ends a call: removes what goes at once and returns what the end may still tell. */
  atEnd(
    tx: Transaction,
    callId: string,
    told: { attempts: AttemptRecord[]; turns: TurnRecord[] },
  ): Promise<{ attempts: AttemptRecord[]; turns: TurnRecord[] }>;
}

/** The operator's own phones, each proved by a spoken code. */
export interface OwnPhones {
  has(on: Queryable, phoneNumber: string): Promise<boolean>;
}

/** Counted limits. Every method runs in the transaction that needs the room. */
export interface Lanes {
  /** Takes one place in each lane for an attempt, or none: returns the lane that is full. */
  take(
    tx: Transaction,
    lanes: readonly { lane: string; limit: number }[],
    attemptId: string,
  ): Promise<string | undefined>;
  /** Gives an attempt's places back and wakes one job that waits for each. */
  leave(tx: Transaction, attemptId: string, now: number): Promise<void>;
  /** Gives them back in the same transaction that took them: nobody has seen them gone. */
  drop(tx: Transaction, attemptId: string): Promise<void>;
  /** Takes the turn to place a call with this account now; else which lane to wait in and until when at least. */
  takeTurn(
    tx: Transaction,
    account: string,
    pace: { now: number; gap_ms: number },
  ): Promise<{ lane: string; free_at: number; ahead: number } | undefined>;
}

/** The saved set-ups that calls can take. */
export interface Agents {
  /** The published version of an agent, or the one given; undefined when there is none or the agent was deleted. */
  findVersion(on: Queryable, agentId: string, version?: number): Promise<AgentSource | undefined>;
}

/** What a call takes from its agent. A version never changes; 0 is a draft. */
export interface AgentSource {
  agent_id: string;
  version: number;
  setup: AgentSetup;
}

/** Business events and the calls that stand for them. */
export interface DedupeKeys {
  /** Takes the key for this call; else returns the call that has it. */
  claim(tx: Transaction, key: DedupeClaim & { now: number }): Promise<string | undefined>;
  /** Takes the key whoever has it. */
  replace(tx: Transaction, key: DedupeClaim): Promise<void>;
}

export interface DedupeClaim {
  mode: Mode;
  dedupe_key: string;
  call_id: string;
  expires_at: number;
}

/** Queued work. `ref` is the id of what the job is about. */
export interface Jobs {
  enqueue(
    tx: Transaction,
    job: {
      kind: string;
      ref: string;
      run_at: number;
      payload?: Record<string, unknown>;
      node_id?: string;
    },
  ): Promise<void>;
}

/** The batches that calls belong to, and the waits for calls. */
export interface Batches {
  /**
   * True while a batch holds its calls back: it is still being accepted, paused or canceled. A dial that comes then ends
   * without a trace; the batch enqueues a new one (kind `dial`) for every call that was not dialed when it goes on.
   */
  isHeld(on: Queryable, batchId: string): Promise<boolean>;
  /**
   * Told in the transaction that ends a call, after the call was written. The last one records `batch.ended` and queues
   * what waits are told. Rows are locked in this order everywhere: call, batch, wait.
   */
  noteEnded(tx: Transaction, call: CallRecord): Promise<void>;
}

export interface DialOrder {
  /** Secret of this attempt: part of every callback address that the carrier is given. */
  token: string;
  phone_number: string;
  from_number: string;
  ring_seconds: number;
  /** The carrier hangs up by itself after this long, whatever we do. */
  max_duration_seconds: number;
  /** What a simulated person does. */
  simulate: SimulatedBehaviour | null;
}

export type DialAnswer =
  | { kind: 'placed'; carrier_call_id: string }
  /** The carrier said no: nothing was dialed. */
  | { kind: 'rejected'; end_reason: EndReason; code: string | null }
  /** Nothing left this machine: the same attempt may be tried again before its deadline. */
  | { kind: 'not_sent'; detail: string }
  /** It may or may not have been dialed. It is never dialed again; the carrier is asked. */
  | { kind: 'unclear'; detail: string };

export interface CarrierCall {
  carrier_call_id: string;
  state: 'open' | 'ended';
  answered: boolean;
  end_reason: EndReason | null;
  duration_seconds: number | null;
}

export interface Carrier {
  readonly name: string;
  placeCall(order: DialOrder): Promise<DialAnswer>;
  /** Ends a call wherever it stands. A call that has ended already counts as done. */
  hangUp(carrierCallId: string): Promise<{ ok: boolean }>;
  /** The carrier's word on one call; undefined when it does not know it; `unknown` when it cannot be asked. */
  look(carrierCallId: string): Promise<CarrierCall | undefined | 'unknown'>;
  /** Calls to and from these numbers created at or after a time. `unknown` when it cannot be asked. */
  search(query: {
    phone_number: string;
    from_number: string;
    since: number;
  }): Promise<CarrierCall[] | 'unknown'>;
}

/** What a carrier reports about a call, in our words. */
export interface CarrierReport {
  carrier_call_id: string;
  /** Order of the reports; 0 is the first. */
  sequence: number;
  state: 'dialing' | 'ringing' | 'answered' | 'ended';
  end_reason: EndReason | null;
  code: string | null;
  sip_code: number | null;
}

/** Where the sound of an answered call goes. */
export interface MediaDoor {
  media_token: string;
  /** The node that holds the session. */
  node_id: string;
  /** Its own address; null when it is reached by its name below the public one. */
  node_url: string | null;
}

/** What a carrier tells the domain. A token that nobody knows changes nothing. */
export interface CarrierEvents {
  /** The phone was picked up and the carrier asks what to do: the secret of the media stream, or undefined to hang up. */
  answered(token: string, carrierCallId: string): Promise<MediaDoor | undefined>;
  /** May come twice, late and out of order. */
  reported(token: string, report: CarrierReport): Promise<void>;
  detected(token: string, carrierCallId: string, who: AnsweredBy): Promise<void>;
  /** A media stream asks for its session: what it tells from now on, or undefined to close it. The line works at once. */
  openLine(
    mediaToken: string,
    carrierCallId: string,
    line: Line,
  ): Promise<LineListener | undefined>;
}

/** The conversations that this node holds. */
export interface Sessions {
  /** Has the engine's own sentences of a call spoken and kept, so that the attempt does not wait for them. */
  warmUp(call: CallRecord): Promise<void>;
  /** Opens the model session of an attempt before anybody is called. */
  prepare(
    call: CallRecord,
    attempt: AttemptRecord,
  ): Promise<{ ok: true } | { ok: false; detail: string }>;
  /** True from `prepare` until all that the session left has been written. */
  holds(attemptId: string): boolean;
  /** True while person and model are joined. */
  isLive(attemptId: string): boolean;
  /** Ends the session for this reason; the line is hung up. No effect when there is none. */
  end(attemptId: string, reason: EndReason): void;
  /** Gives up a session that nobody has joined, and writes nothing. No effect when there is none. */
  drop(attemptId: string): void;
  /** Tells the session who answered, as the carrier sees it. */
  answeredBy(attemptId: string, who: AnsweredBy): void;
}

export interface Settings {
  organisation: string;
  default_country: string | null;
  allowed_countries: readonly string[];
  default_language: string;
  default_voice: string;
  default_recording: 'off' | 'notify';
  ring_seconds: number;
  default_max_duration_seconds: number;
  /** Where people and programs reach this engine, without a slash at the end. */
  public_url: string;
  from_numbers: Readonly<Record<'simulated' | 'live', readonly string[]>>;
  /** Those of them that are caller ids, verified with the carrier and not owned there. */
  caller_ids: readonly string[];
  modes_ready: Readonly<Record<Mode, boolean>>;
  /** New calls per second with one carrier account. */
  calls_per_second: Readonly<Record<Network, number>>;
  /** Conversations and ringing phones at once: in all, and per number of ours. */
  live_calls_max: Readonly<Record<Network, number>>;
  live_calls_per_number_max: number;
  calls_per_recipient_per_day: number;
  /** Countries in which every call needs consent, whatever its purpose. */
  consent_countries: readonly string[];
  /** `full`: test calls obey every rule that live ones obey. */
  test_mode_rules: 'relaxed' | 'full';
}

/** The nodes that share the work. */
export interface Nodes {
  /** The node, while its lease holds; its own address, when it has one beside the public one. */
  find(
    on: Queryable,
    nodeId: string,
    now: number,
  ): Promise<{ public_url: string | null } | undefined>;
}

export interface OwnPhoneRecord {
  id: string;
  /** E.164. */
  phone_number: string;
  code_expires_at: number | null;
  call_id: string | null;
  verified_at: number | null;
  created_at: number;
}

export interface OwnPhoneList extends OwnPhones {
  list(): Promise<OwnPhoneRecord[]>;
  /** Keeps a phone with its code, in place of one that was never proved; undefined when there are `most` others. */
  add(
    phone: { phone_number: string; code: string; code_expires_at: number },
    most: number,
  ): Promise<OwnPhoneRecord | undefined>;
  setCall(id: string, callId: string): Promise<void>;
  /** Takes one of `tries` and returns the phone, verified, when the code is right and in time; undefined when it is not. */
  verify(id: string, code: string, tries: number): Promise<OwnPhoneRecord | 'absent' | undefined>;
  remove(id: string): Promise<boolean>;
}
