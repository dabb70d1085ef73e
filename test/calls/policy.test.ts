import { endReasonOfRefusal, judgeCall, type PolicyFacts } from '../../engine/src/calls/policy.ts';

const AT = Date.parse('2026-11-24T12:00:00Z');
const HOUR_MS = 3_600_000;
const ALL = { hours: true, frequency: true, consent: true, spend: true };
const NONE = { hours: false, frequency: false, consent: false, spend: false };

/** A call that every rule lets through. */
const facts = (change: Partial<PolicyFacts> = {}): PolicyFacts => ({
  ...{ at: AT, mode: 'live', allowed_countries: ['PT'], own_numbers: ['+351210000000'] },
  destination: { phone_number: '+351912345678', country: 'PT', kind: 'MOBILE' },
  ...{ suppressed: false, own_phone: false, purpose: 'transactional', consent: null },
  ...{ consent_countries: ['US'], other_calls_at: [], calls_per_day_max: 3 },
  ...{ spend: { ok: true }, opening: { open: true }, on_closed: 'wait', enforced: ALL },
  ...change,
});
const ruleOf = (change: Partial<PolicyFacts>): string => {
  const verdict = judgeCall(facts(change));
  return verdict.kind === 'refuse' ? verdict.refusal.code : verdict.kind;
};
const hoursAgo = (...hours: number[]): number[] => hours.map((one) => AT - one * HOUR_MS);
const consent = { reference: null, source: 'form', obtained_at: null, expires_at: null };
const closed = {
  ...{ open: false as const, rule: 'outside_calling_hours' as const, detail: 'It is late.' },
  next_allowed_at: AT + HOUR_MS,
};

it('lets a call go that no rule forbids', () => {
  expect(judgeCall(facts())).toEqual({ kind: 'go' });
});

it.each<[string, Partial<PolicyFacts>, string]>([
  ['a number of ours', { own_numbers: ['+351912345678'] }, 'loop_blocked'],
  ['a country that is not allowed', { allowed_countries: [] }, 'country_not_allowed'],
  ['a person on the list', { suppressed: true }, 'recipient_suppressed'],
  ['marketing without consent', { purpose: 'marketing' }, 'consent_required'],
  ['a country that asks for consent', { consent_countries: ['PT'] }, 'consent_required'],
  ['no price', { spend: undefined }, 'price_unknown'],
  [
    'a spend limit',
    { spend: { ok: false, limit: 'day', next_allowed_at: AT } },
    'spend_limit_reached',
  ],
  ['a fourth call', { other_calls_at: hoursAgo(9, 5, 1) }, 'frequency_cap'],
  [
    'closed hours, when it is not to wait',
    { opening: closed, on_closed: 'reject' },
    'outside_calling_hours',
  ],
  [
    'hours that never come',
    { opening: { ...closed, next_allowed_at: null } },
    'outside_calling_hours',
  ],
])('refuses for %s', (_what, change, code) => {
  expect(ruleOf(change)).toBe(code);
});

it('waits for hours that open, and refuses for every other rule first', () => {
  expect(judgeCall(facts({ opening: closed }))).toEqual({ kind: 'wait', until: AT + HOUR_MS });
  expect(ruleOf({ opening: closed, suppressed: true })).toBe('recipient_suppressed');
});

it('tells of a person who was called often when the oldest call that counts is a day old', () => {
  const verdict = judgeCall(facts({ other_calls_at: hoursAgo(20, 9, 5, 1) }));
  expect(verdict).toMatchObject({
    refusal: {
      next_allowed_at: new Date(AT + 15 * HOUR_MS).toISOString(),
      retry_after_seconds: 15 * 3_600,
    },
  });
});

it('leaves out what is not enforced; the list, the country and marketing without consent always hold', () => {
  const relaxed = { enforced: NONE, consent_countries: ['PT'], spend: undefined };
  expect(ruleOf({ ...relaxed, other_calls_at: hoursAgo(3, 2, 1) })).toBe('go');
  expect(ruleOf({ ...relaxed, suppressed: true })).toBe('recipient_suppressed');
  expect(ruleOf({ ...relaxed, purpose: 'marketing' })).toBe('consent_required');
  expect(ruleOf({ ...relaxed, allowed_countries: [] })).toBe('country_not_allowed');
});

it('counts no calls to a phone of the operator’s own', () => {
  expect(ruleOf({ own_phone: true, other_calls_at: hoursAgo(3, 2, 1) })).toBe('go');
});

it.each([
  ['that says how', {}, 'go'],
  ['that says where the proof is', { source: null, reference: 'c-1' }, 'go'],
  ['that says nothing', { source: null }, 'consent_required'],
  ['that ends now', { expires_at: AT }, 'consent_required'],
  ['that ends later', { expires_at: AT + 1 }, 'go'],
  ['that begins later', { obtained_at: AT + 1 }, 'consent_required'],
  ['that begins now', { obtained_at: AT }, 'go'],
])('judges a consent %s', (_what, change, expected) => {
  expect(ruleOf({ purpose: 'marketing', consent: { ...consent, ...change } })).toBe(expected);
});

it('has a consent renewed after two years in Spain, and there alone', () => {
  const old = { ...consent, obtained_at: AT - 730 * 24 * HOUR_MS };
  const spain = { phone_number: '+34612345678', country: 'ES' as const, kind: 'MOBILE' as const };
  const marketing = { purpose: 'marketing' as const, consent: old };
  expect(ruleOf(marketing)).toBe('go');
  const there = { allowed_countries: ['ES'], destination: spain };
  expect(ruleOf({ ...marketing, ...there })).toBe('consent_required');
  const fresh = { ...old, obtained_at: (old.obtained_at ?? 0) + 1 };
  expect(ruleOf({ ...marketing, ...there, consent: fresh })).toBe('go');
});

it.each([
  ['invalid_phone_number', 'invalid_number'],
  ['recipient_suppressed', 'blocked_suppressed'],
  ['outside_calling_hours', 'blocked_calling_window'],
  ['frequency_cap', 'blocked_frequency'],
  ['price_unknown', 'blocked_budget'],
  ['consent_required', 'blocked_consent'],
  ['loop_blocked', 'blocked_number_class'],
] as const)('ends a call refused by %s as %s', (code, reason) => {
  expect(endReasonOfRefusal({ code })).toBe(reason);
});
