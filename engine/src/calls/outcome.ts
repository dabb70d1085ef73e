// The one word that a workflow branches on, from what became of the last attempt and what was learned.
import {
  type AnsweredBy,
  type EndReason,
  OUTCOMES_BY_GROUP,
  type OutcomeGroup,
  type ReservedOutcome,
} from '../contract/vocabulary.ts';

/** What decides without any conversation; `talk` leaves it to what was said. */
type Verdict = ReservedOutcome | 'talk';

interface EndReasonFacts {
  verdict: Verdict;
  /** The outcome when the conversation says nothing. */
  without_talk: ReservedOutcome;
  /** True when calling again later may help and harms nobody. */
  retryable: boolean;
}

const row = (
  verdict: Verdict,
  without_talk: ReservedOutcome,
  retryable = false,
): EndReasonFacts => ({
  verdict,
  without_talk,
  retryable,
});
const settled = (word: ReservedOutcome, retryable = false): EndReasonFacts =>
  row(word, word, retryable);

/** Every end reason and what it means. Adding a reason without a row does not compile. */
export const END_REASON_FACTS: Readonly<Record<EndReason, EndReasonFacts>> = {
  blocked_suppressed: settled('call_blocked'),
  blocked_calling_window: settled('call_blocked', true),
  blocked_frequency: settled('call_blocked', true),
  blocked_consent: settled('call_blocked'),
  blocked_number_class: settled('call_blocked'),
  blocked_country: settled('call_blocked'),
  blocked_budget: settled('call_blocked', true),
  blocked_capacity: settled('call_blocked', true),
  window_expired: settled('expired'),
  canceled_by_request: settled('call_canceled'),
  no_answer: settled('no_answer', true),
  busy: settled('busy', true),
  declined: settled('no_answer', true),
  unreachable: settled('no_answer', true),
  invalid_number: settled('invalid_number'),
  carrier_rejected: settled('call_failed'),
  spam_flagged: settled('call_failed'),
  agent_goodbye: row('talk', 'inconclusive'),
  recipient_hangup: row('talk', 'hung_up'),
  transferred: row('talk', 'inconclusive'),
  transfer_failed: row('talk', 'needs_human'),
  voicemail_left: settled('voicemail', true),
  voicemail_hangup: settled('voicemail', true),
  ivr_stuck: row('talk', 'no_answer', true),
  silence_timeout: row('talk', 'inconclusive'),
  max_duration: row('talk', 'inconclusive'),
  stopped_by_request: row('talk', 'call_canceled'),
  opted_out: settled('opted_out'),
  consent_refused: row('talk', 'inconclusive'),
  error_telephony: row('talk', 'call_failed', true),
  error_media: row('talk', 'call_failed'),
  error_ai_provider: row('talk', 'call_failed', true),
  error_engine: row('talk', 'call_failed'),
  // It may have rung: whoever calls again might ring the person twice.
  lost_contact: settled('unknown'),
};

const MACHINES: readonly AnsweredBy[] = ['voicemail', 'mailbox_full', 'fax'];

/**
 * Returns the outcome of a call. `learned` is what the conversation established, with evidence;
 * undefined or `inconclusive` when it established nothing.
 */
export function outcomeOf(facts: {
  end_reason: EndReason;
  answered_by: AnsweredBy | null;
  learned?: string | undefined;
}): string {
  const { verdict, without_talk } = END_REASON_FACTS[facts.end_reason];
  if (verdict !== 'talk') return verdict;
  if (facts.answered_by && MACHINES.includes(facts.answered_by)) return 'voicemail';
  if (facts.learned !== undefined && facts.learned !== 'inconclusive') return facts.learned;
  // A talk that ended in good order established nothing; one that was cut short says how.
  return without_talk;
}

/** Returns the group of an outcome; words of the caller's own belong to `answered`. */
export function groupOf(outcome: string): OutcomeGroup {
  for (const [group, words] of Object.entries(OUTCOMES_BY_GROUP)) {
    if ((words as readonly string[]).includes(outcome)) return group as OutcomeGroup;
  }
  return 'answered';
}

/** True or false when success can be told from the outcome, else null. */
export function successOf(
  outcome: string,
  order: { own_outcomes: boolean; success_outcomes: string[] | null },
): boolean | null {
  if (order.success_outcomes) return order.success_outcomes.includes(outcome);
  return order.own_outcomes ? null : outcome === 'achieved';
}
