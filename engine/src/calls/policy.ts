// The one place that says whether a phone may ring: at accept, dial, retry, answer and transfer. Pure; each rule has a code of its own.
import type { ProblemCode, ProblemFailure } from '../contract/problem.ts';
import type { EndReason } from '../contract/vocabulary.ts';
import type { CallWindow, Consent } from './call-record.ts';
import { type Destination, type DestinationRules, destinationRefusal } from './destination.ts';
import type { Opening } from './hours/opening.ts';

export interface PolicyFacts extends DestinationRules {
  /** When the phone would ring. */
  at: number;
  destination: Destination;
  suppressed: boolean;
  /** One of the operator's own phones, proved by a code: exempt from frequency, duplicates and hours. */
  own_phone: boolean;
  purpose: 'transactional' | 'marketing';
  consent: Consent | null;
  consent_countries: readonly string[];
  /** When this person was or will be called within a day of `at`, oldest first. */
  other_calls_at: readonly number[];
  calls_per_day_max: number;
  /** undefined when no price is known. */
  spend: { ok: true } | { ok: false; limit: string; next_allowed_at: number | null } | undefined;
  opening: Opening;
  on_closed: CallWindow['on_closed'];
  /** Test calls leave these rules out unless the operator or a reserved number switches them on. */
  enforced: EnforcedRules;
}

export type EnforcedRules = Readonly<Record<'hours' | 'frequency' | 'consent' | 'spend', boolean>>;

export type Verdict =
  | { kind: 'go' }
  | { kind: 'wait'; until: number }
  | { kind: 'refuse'; refusal: ProblemFailure };

/** Returns whether the phone may ring now, later or not at all, with the rule that says so. */
export function judgeCall(facts: PolicyFacts): Verdict {
  for (const rule of RULES) {
    const refusal = rule(facts);
    if (refusal) return { kind: 'refuse', refusal: { ...refusal, refusal: true } };
  }
  return judgeHours(facts);
}

type Rule = (facts: PolicyFacts) => ProblemFailure | undefined;

const DAY_MS = 86_400_000;
// Spain: consent to calls is to be renewed every two years (Ley 10/2025).
const CONSENT_LASTS_MS: Record<string, number> = { ES: 730 * DAY_MS };

const RULES: readonly Rule[] = [
  (facts) => destinationRefusal(facts.destination, facts),
  ({ suppressed }) =>
    suppressed
      ? { code: 'recipient_suppressed', detail: 'This person asked not to be called.' }
      : undefined,
  consentRefusal,
  spendRefusal,
  frequencyRefusal,
];

function consentRefusal(facts: PolicyFacts): ProblemFailure | undefined {
  const { purpose, consent, destination, consent_countries, at } = facts;
  const needed = purpose === 'marketing' || consent_countries.includes(destination.country ?? '');
  if (!facts.enforced.consent && purpose !== 'marketing') return undefined;
  if (!needed) return undefined;
  const fault = consentFault(consent, destination.country, at);
  if (fault === undefined) return undefined;
  const errors = [{ pointer: '/consent', code: 'consent_required', detail: fault }];
  return { code: 'consent_required', detail: fault, errors };
}

function consentFault(
  consent: Consent | null,
  country: string | undefined,
  at: number,
): string | undefined {
  if (!consent || (consent.source === null && consent.reference === null))
    return 'Say how the person agreed to be called, in consent_source or consent.';
  const { obtained_at, expires_at } = consent;
  if (obtained_at !== null && obtained_at > at) return 'The consent is dated in the future.';
  if (expires_at !== null && expires_at <= at) return 'The consent has expired.';
  const lasts = CONSENT_LASTS_MS[country ?? ''];
  if (lasts !== undefined && obtained_at !== null && obtained_at + lasts <= at)
    return 'The consent is too old for this country and has to be renewed.';
  return undefined;
}

function spendRefusal({ spend, enforced }: PolicyFacts): ProblemFailure | undefined {
  if (!enforced.spend || spend?.ok) return undefined;
  if (!spend)
    return {
      code: 'price_unknown',
      detail: 'No price is known for this number. The operator can set CALL_PRICES.',
    };
  return {
    code: 'spend_limit_reached',
    detail: `The call could pass the spend limit “${spend.limit}”.`,
    ...later(spend.next_allowed_at),
  };
}

function frequencyRefusal(facts: PolicyFacts): ProblemFailure | undefined {
  const { other_calls_at, calls_per_day_max, at, enforced, own_phone } = facts;
  if (!enforced.frequency || own_phone || other_calls_at.length < calls_per_day_max)
    return undefined;
  const free = (other_calls_at.at(-calls_per_day_max) ?? at) + DAY_MS;
  return {
    code: 'frequency_cap',
    detail: `This person is called at most ${calls_per_day_max} times in 24 hours.`,
    ...later(free),
    retry_after_seconds: Math.max(Math.ceil((free - at) / 1_000), 1),
  };
}

function judgeHours(facts: Pick<PolicyFacts, 'opening' | 'on_closed'>): Verdict {
  const { opening, on_closed } = facts;
  if (opening.open) return { kind: 'go' };
  if (on_closed === 'wait' && opening.next_allowed_at !== null)
    return { kind: 'wait', until: opening.next_allowed_at };
  const refusal: ProblemFailure = {
    code: 'outside_calling_hours',
    refusal: true,
    detail: opening.detail,
    ...later(opening.next_allowed_at),
  };
  return { kind: 'refuse', refusal };
}

const later = (at: number | null): { next_allowed_at: string | null } => ({
  next_allowed_at: at === null ? null : new Date(at).toISOString(),
});

/** Returns the end reason of a call that was refused. */
export const endReasonOfRefusal = ({ code }: ProblemFailure): EndReason =>
  REFUSED_AS[code] ?? 'blocked_number_class';

const REFUSED_AS: Partial<Record<ProblemCode, EndReason>> = {
  invalid_phone_number: 'invalid_number',
  country_not_allowed: 'blocked_country',
  recipient_suppressed: 'blocked_suppressed',
  consent_required: 'blocked_consent',
  price_unknown: 'blocked_budget',
  spend_limit_reached: 'blocked_budget',
  frequency_cap: 'blocked_frequency',
  outside_calling_hours: 'blocked_calling_window',
};
