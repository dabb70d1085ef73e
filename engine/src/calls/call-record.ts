// A call and its attempts as the engine holds them: the same names as on the wire and in the table.
// Times are whole milliseconds since 1970; the wire turns them into ISO 8601.
import type { PlaceCall } from '../contract/place-call.ts';
import type {
  AnsweredBy,
  CallStatus,
  EndReason,
  Mode,
  Network,
  OutcomeGroup,
  ResultStatus,
  SimulatedBehaviour,
} from '../contract/vocabulary.ts';

export interface Outcome {
  value: string;
  when?: string;
}
export interface AcceptedQuestion {
  key: string;
  ask: string;
  type: 'yes_no' | 'number' | 'choice' | 'date' | 'text';
  choices?: string[];
}

/** What the caller asked for, checked and with defaults filled in. Kept as one JSON value. */
export interface CallOrder {
  on_behalf_of: string;
  outcomes: Outcome[];
  /** True when `outcomes` are the caller's own words. */
  own_outcomes: boolean;
  success_outcomes: string[] | null;
  questions: AcceptedQuestion[];
  /** The caller's schema joined with one property per question; null when nothing was asked for. */
  result_schema: Record<string, unknown> | null;
  first_message: string | null;
  voice: string;
  /** BCP 47; null follows the person. */
  language: string | null;
  report_language: string;
  max_duration_seconds: number;
  recording: 'off' | 'notify';
  from_number: string | null;
  simulate: SimulatedBehaviour | null;
  /** E.164, tried in this order. */
  phone_numbers: string[];
  window: CallWindow;
  retry: RetryPlan;
  purpose: 'transactional' | 'marketing';
  consent: Consent | null;
  /** In the currency of the spend limits; null when only those limit the call. */
  max_cost: number | null;
  /** False when what is said is not kept. */
  keep_words: boolean;
  /** Absent when the call has no agent. */
  agent?: AgentOrder;
}

/** How a call takes its agent. */
export interface AgentOrder {
  /** True when the request names the version. */
  pinned: boolean;
  /** What the request said itself of that which agents say, to read it anew with a later version. */
  asked: PlaceCall;
}

/** When the phone may ring. */
export interface CallWindow {
  /** Nobody is called after it; null when the call may wait for as long as it takes. */
  not_after: number | null;
  /** IANA zone of the person; null when it follows from the number. */
  timezone: string | null;
  /** Hours of the day in that zone, such as 09:00 and 18:30; they only narrow what is allowed anyway. */
  calling_hours: { from: string; to: string } | null;
  on_closed: 'wait' | 'reject';
}

export interface RetryPlan {
  /** How often each number is tried, the first time included. */
  max_attempts: number;
  /** Minutes before each further round; the last one counts for all that follow. */
  delays_minutes: number[];
  on: RetryReason[];
}
export type RetryReason = 'no_answer' | 'busy' | 'voicemail' | 'unreachable' | 'callback_requested';

/** Proof that the person agreed to be called. */
export interface Consent {
  reference: string | null;
  source: string | null;
  obtained_at: number | null;
  expires_at: number | null;
}

export interface CallRecord {
  id: string;
  mode: Mode;
  network: Network;
  key_id: string;
  status: CallStatus;
  outcome: string | null;
  outcome_group: OutcomeGroup | null;
  outcome_evidence: { turn: number; quote: string } | null;
  successful: boolean | null;
  reached: boolean | null;
  end_reason: EndReason | null;
  answered_by: AnsweredBy | null;
  retryable: boolean | null;
  retry_not_before: number | null;
  refusal: { rule: string; detail: string; next_allowed_at: number | null } | null;
  phone_number: string | null;
  recipient_name: string | null;
  task: string | null;
  agent_id: string | null;
  agent_version: number | null;
  variables: Record<string, unknown>;
  language: string | null;
  result: Record<string, unknown> | null;
  result_status: ResultStatus;
  result_evidence: { field: string; turn: number; quote: string }[];
  answers_text: string | null;
  summary: string | null;
  next_steps: string[];
  chosen_time: string | null;
  preferred_times: string[];
  callback_at: string | null;
  reference: string | null;
  tag: string | null;
  metadata: Record<string, unknown>;
  source: string | null;
  cost: {
    currency: string;
    carrier: number | null;
    model: number | null;
    total: number | null;
    estimated: boolean;
  } | null;
  latency: {
    answer_to_first_audio_ms: number | null;
    turn_p50_ms: number | null;
    turn_p95_ms: number | null;
  } | null;
  created_at: number;
  scheduled_at: number | null;
  started_at: number | null;
  answered_at: number | null;
  ended_at: number | null;
  duration_seconds: number | null;
  disclosure_played_at: number | null;
  /** When somebody asked for the call to be canceled. */
  cancel_requested_at: number | null;
  batch_id: string | null;
  batch_index: number | null;
  /** The earlier call, when this one began because its person called back. */
  returned_from: string | null;
  /** The business event that this call stands for. */
  dedupe_key: string | null;
  order: CallOrder;
  idempotency_key: string | null;
  fingerprint: string | null;
}

export type AttemptStatus = 'dialing' | 'ringing' | 'in_progress' | 'ended';

export interface AttemptRecord {
  id: string;
  call_id: string;
  number: number;
  direction: 'outbound' | 'inbound';
  network: Network;
  status: AttemptStatus;
  from_number: string;
  phone_number: string;
  answered_by: AnsweredBy | null;
  end_reason: EndReason | null;
  started_at: number;
  answered_at: number | null;
  ended_at: number | null;
  duration_seconds: number | null;
  /** The node that dialed and holds the model session. */
  node_id: string;
  /** The carrier may be asked until then; afterwards nobody dials this attempt. */
  dial_before: number;
  carrier_name: string;
  carrier_call_id: string | null;
  carrier_code: string | null;
  sip_code: number | null;
  /** Highest sequence number of the carrier's reports so far; older ones change nothing. */
  report_sequence: number;
  /** Hash of the secret in this attempt's callback addresses. */
  token_hash: string;
  /** Hash of the single-use secret that opens the media socket; null once used or not yet made. */
  media_token_hash: string | null;
  /** When the media socket joined. */
  media_started_at: number | null;
  /** File of the recording inside the recordings folder; null when there is none. */
  recording: string | null;
}

export interface TurnRecord {
  call_id: string;
  attempt_id: string;
  index: number;
  speaker: 'agent' | 'recipient';
  text: string;
  started_ms: number;
  ended_ms: number;
  interrupted: boolean;
}

/** An answer that the agent noted during the conversation. */
export interface AnswerRecord {
  call_id: string;
  field: string;
  value: unknown;
  quote: string;
}
