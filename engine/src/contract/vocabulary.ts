// The closed lists of words that calls are described with. One word per thing, everywhere:
// the API, the tables, the docs and the connectors read them from here.

export const CALL_STATUSES = [
  'scheduled',
  'queued',
  'dialing',
  'ringing',
  'in_progress',
  'finalizing',
  'ended',
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

export const ANSWERED_BY = [
  'human',
  'voicemail',
  'mailbox_full',
  'ivr',
  'call_screening',
  'fax',
  'nobody',
  'unknown',
] as const;
export type AnsweredBy = (typeof ANSWERED_BY)[number];

/** Why an attempt ended, grouped: never dialed, not connected, connected, broken. */
export const END_REASONS = [
  'blocked_suppressed',
  'blocked_calling_window',
  'blocked_frequency',
  'blocked_consent',
  'blocked_number_class',
  'blocked_country',
  'blocked_budget',
  'blocked_capacity',
  'window_expired',
  'canceled_by_request',
  'no_answer',
  'busy',
  'declined',
  'unreachable',
  'invalid_number',
  'carrier_rejected',
  'spam_flagged',
  'agent_goodbye',
  'recipient_hangup',
  'transferred',
  'transfer_failed',
  'voicemail_left',
  'voicemail_hangup',
  'ivr_stuck',
  'silence_timeout',
  'max_duration',
  'stopped_by_request',
  'opted_out',
  'consent_refused',
  'error_telephony',
  'error_media',
  'error_ai_provider',
  'error_engine',
  'lost_contact',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** The outcome words of Recado itself, by group. A call's own `outcomes` join the group `answered`. */
export const OUTCOMES_BY_GROUP = {
  answered: ['achieved', 'partly_achieved', 'not_achieved'],
  follow_up: [
    'callback_requested',
    'needs_human',
    'wrong_person',
    'hung_up',
    'inconclusive',
    'opted_out',
  ],
  not_reached: ['voicemail', 'no_answer', 'busy'],
  not_called: ['call_blocked', 'invalid_number', 'expired', 'call_canceled'],
  problem: ['call_failed', 'unknown'],
} as const;
export type OutcomeGroup = keyof typeof OUTCOMES_BY_GROUP;
export const OUTCOME_GROUPS = Object.keys(OUTCOMES_BY_GROUP) as [OutcomeGroup, ...OutcomeGroup[]];
export type ReservedOutcome = (typeof OUTCOMES_BY_GROUP)[OutcomeGroup][number];
/** Outcomes used when the caller gives none. */
export const DEFAULT_OUTCOMES = OUTCOMES_BY_GROUP.answered;
export const RESERVED_OUTCOMES: readonly ReservedOutcome[] =
  Object.values(OUTCOMES_BY_GROUP).flat();

export const RESULT_STATUSES = [
  'ok',
  'invalid',
  'unavailable',
  'not_requested',
  'pending',
] as const;
export type ResultStatus = (typeof RESULT_STATUSES)[number];

export const EVENT_TYPES = [
  'call.started',
  'call.answered',
  'call.turn_added',
  'call.status_changed',
  'call.attempt_ended',
  'call.ended',
  'batch.ended',
  'recipient.opted_out',
  'attention.needed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What happens when somebody calls a number that calls come from. */
export const ON_RETURNED_CALL = ['continue', 'forward', 'message'] as const;
export type OnReturnedCall = (typeof ON_RETURNED_CALL)[number];

export const MODES = ['test', 'live'] as const;
export type Mode = (typeof MODES)[number];
export const NETWORKS = ['simulated', 'live'] as const;
export type Network = (typeof NETWORKS)[number];

/** What a simulated recipient can do; the last two digits of a test number choose one. */
export const SIMULATED_BEHAVIOURS = [
  'confirms',
  'asks_to_reschedule',
  'declines',
  'no_answer',
  'busy',
  'voicemail',
  'unreachable',
  'opts_out',
  'wrong_person',
  'wants_human',
  'phone_menu',
  'interrupts',
  'stays_silent',
  'hangs_up_mid_sentence',
  'hangs_up_before_answering',
  'talks_without_answering',
  'answers_second_attempt',
  'call_screening',
  'answers_survey',
  'carrier_error',
] as const;
export type SimulatedBehaviour = (typeof SIMULATED_BEHAVIOURS)[number];
