// When the phone may ring, how often it is tried, and on whose consent.
import type { PlaceCall } from '../../contract/place-call.ts';
import type { ProblemFailure } from '../../contract/problem.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import type { CallOrder, Consent, RetryPlan } from '../call-record.ts';
import { readMoment } from '../hours/read-moment.ts';
import { problemAt } from './problem-at.ts';

type Rules = Pick<CallOrder, 'retry' | 'purpose' | 'consent' | 'max_cost'>;

/** Returns the rules of this one call, with defaults filled in. */
export function readRules(request: PlaceCall): Result<Rules, ProblemFailure> {
  const consent = readConsent(request);
  if (!consent.ok) return consent;
  return ok({
    retry: readRetry(request.retry),
    purpose: request.purpose ?? 'transactional',
    consent: consent.value,
    max_cost: request.max_cost ?? null,
  });
}

const readRetry = (retry: PlaceCall['retry']): RetryPlan => ({
  max_attempts: retry?.max_attempts ?? 2,
  delays_minutes: retry?.delays_minutes?.length ? [...retry.delays_minutes] : [30],
  on: retry?.on ? [...retry.on] : ['no_answer', 'busy'],
});

function readConsent(request: PlaceCall): Result<Consent | null, ProblemFailure> {
  const { consent, consent_source } = request;
  if (consent === undefined && !consent_source) return ok(null);
  const times: Record<'obtained_at' | 'expires_at', number | null> = {
    obtained_at: null,
    expires_at: null,
  };
  for (const field of ['obtained_at', 'expires_at'] as const) {
    const text = consent?.[field];
    if (text === undefined || text === '') continue;
    const moment = readMoment(text, ['UTC'], DATE_ALONE[field]);
    if (!moment.ok)
      return fail(
        problemAt('invalid_request', [`consent/${field}`], 'Write a date such as 2026-05-31.'),
      );
    times[field] = moment.value;
  }
  return ok({
    reference: consent?.reference || null,
    source: consent?.source || consent_source || null,
    ...times,
  });
}

const DATE_ALONE = { obtained_at: 'start_of_day', expires_at: 'end_of_day' } as const;
