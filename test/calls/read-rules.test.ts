import { readRules } from '../../engine/src/calls/request/read-rules.ts';
import type { PlaceCall } from '../../engine/src/contract/place-call.ts';

const rules = (request: PlaceCall) => {
  const read = readRules(request);
  return read.ok ? read.value : read.failure.errors?.[0]?.pointer;
};

it('fills in what was left out', () => {
  expect(rules({})).toEqual({
    retry: { max_attempts: 2, delays_minutes: [30], on: ['no_answer', 'busy'] },
    ...{ purpose: 'transactional', consent: null, max_cost: null },
  });
});

it('keeps what was asked for; no delays at all are the default, no reasons are none', () => {
  expect(rules({ retry: { max_attempts: 4, delays_minutes: [], on: [] } })).toMatchObject({
    retry: { max_attempts: 4, delays_minutes: [30], on: [] },
  });
});

it('reads a consent in either form, with its dates', () => {
  const none = { reference: null, obtained_at: null, expires_at: null };
  expect(rules({ consent_source: 'form' })).toMatchObject({ consent: { ...none, source: 'form' } });
  const consent = { reference: 'c-1', obtained_at: '2026-05-31', expires_at: '' };
  expect(rules({ consent_source: 'form', consent })).toMatchObject({
    consent: {
      ...{ reference: 'c-1', source: 'form', expires_at: null },
      obtained_at: Date.parse('2026-05-31'),
    },
  });
  expect(rules({ consent_source: '' })).toMatchObject({ consent: null });
});

it('reads a date alone as all of that day, and a time without offset as UTC, wherever the engine runs', () => {
  const consent = { obtained_at: '2026-05-31T10:00', expires_at: '2026-05-31' };
  expect(rules({ consent })).toMatchObject({
    consent: {
      obtained_at: Date.parse('2026-05-31T10:00:00Z'),
      expires_at: Date.parse('2026-05-31T23:59:59.999Z'),
    },
  });
});

it.each(['yesterday', '2026-02-31', '31/05/2026', '2026-05-31T25:00'])(
  'refuses %s as the date of a consent',
  (date) => {
    expect(rules({ consent: { obtained_at: date } })).toBe('/consent/obtained_at');
    expect(rules({ consent: { expires_at: date } })).toBe('/consent/expires_at');
  },
);
