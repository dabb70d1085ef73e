import type { Settings } from '../../engine/src/calls/ports.ts';
import { prepareCall } from '../../engine/src/calls/prepare-call.ts';
import type { PlaceCall } from '../../engine/src/contract/place-call.ts';

const settings: Settings = {
  organisation: 'Clínica Boa Vista',
  default_country: null,
  allowed_countries: [],
  default_language: 'en',
  default_voice: 'marin',
  default_recording: 'off',
  ring_seconds: 40,
  default_max_duration_seconds: 600,
  public_url: '',
  from_numbers: { simulated: ['+12015550123'], live: ['+351210000000'] },
  caller_ids: [],
  calls_per_second: { simulated: 20, live: 1 },
  live_calls_max: { simulated: 50, live: 50 },
  live_calls_per_number_max: 50,
  calls_per_recipient_per_day: 3,
  consent_countries: ['US'],
  test_mode_rules: 'relaxed',
  modes_ready: { test: true, live: true },
};
const request: PlaceCall = { phone_number: '+12025550100', task: 'Confirm the appointment.' };
const NOW = Date.parse('2026-06-01T12:00:00Z');
const prepare = (change: PlaceCall = {}, mode: 'test' | 'live' = 'test') =>
  prepareCall({ ...request, ...change }, { settings, mode, now: NOW });
const prepared = (change: PlaceCall = {}) => {
  const read = prepare(change);
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  return read.value;
};

it('the shortest request takes every default', () => {
  expect(prepared()).toEqual({
    task: 'Confirm the appointment.',
    recipient_name: null,
    agent: null,
    variables: {},
    start_at: NOW,
    numbers: {
      ok: true,
      value: [{ phone_number: '+12025550100', country: 'US', kind: 'FIXED_LINE_OR_MOBILE' }],
    },
    order: {
      on_behalf_of: 'Clínica Boa Vista',
      outcomes: ['achieved', 'partly_achieved', 'not_achieved'].map((value) => ({ value })),
      own_outcomes: false,
      success_outcomes: null,
      questions: [],
      result_schema: null,
      first_message: null,
      voice: 'marin',
      language: 'en',
      report_language: 'en',
      max_duration_seconds: 600,
      recording: 'off',
      from_number: null,
      simulate: null,
      phone_numbers: [],
      window: { not_after: null, timezone: null, calling_hours: null, on_closed: 'wait' },
      retry: { max_attempts: 2, delays_minutes: [30], on: ['no_answer', 'busy'] },
      purpose: 'transactional',
      consent: null,
      max_cost: null,
      keep_words: true,
    },
  });
});

it('caller_name is the person, never the business, and recipient_name comes first', () => {
  expect(prepared({ caller_name: 'Ana' })).toMatchObject({
    recipient_name: 'Ana',
    order: { on_behalf_of: 'Clínica Boa Vista' },
  });
  expect(prepared({ caller_name: 'Ana', recipient_name: 'Rui' }).recipient_name).toBe('Rui');
});

it('fields that a platform left empty take their defaults', () => {
  const empty = {
    caller_name: '',
    recipient_name: '',
    on_behalf_of: '',
    voice: '',
    first_message: '',
  };
  expect(prepared(empty)).toEqual(prepared());
});

it('variables are filled into the task and the first message, and nowhere else', () => {
  const variables = { who: 'Ana' };
  const first_message = 'Hello {{who}}';
  expect(prepared({ task: 'Ask {{who}}.', first_message, variables })).toMatchObject({
    task: 'Ask Ana.',
    order: { first_message: 'Hello Ana' },
  });
  expect(prepare({ recipient_name: '{{who}}', variables })).toMatchObject({
    ok: false,
    failure: { code: 'unresolved_variable', errors: [{ pointer: '/recipient_name' }] },
  });
});

it('a language that follows the person leaves the report in the default language', () => {
  expect(prepared({ language: 'auto' }).order).toMatchObject({
    language: null,
    report_language: 'en',
  });
  expect(prepared({ language: 'pt' }).order).toMatchObject({
    language: 'pt-PT',
    report_language: 'pt-PT',
  });
});

it('a live call is never simulated, and calls from the numbers of the live network', () => {
  expect(prepare({ simulate: 'confirms' }, 'live')).toMatchObject({
    failure: { code: 'invalid_request', errors: [{ pointer: '/simulate' }] },
  });
  expect(prepare({ from_number: '+351 210 000 000' }, 'live')).toMatchObject({
    value: { order: { from_number: '+351210000000' } },
  });
  expect(prepare({ from_number: '+351210000000' })).toMatchObject({
    failure: { code: 'from_number_not_owned' },
  });
});

it('a question becomes a field of the result; one that clashes with the schema is refused', () => {
  const questions = [{ ask: 'Will you come?', type: 'yes_no' as const, key: 'coming' }];
  const { order } = prepared({ questions });
  expect(Object.keys(order.result_schema?.['properties'] as object)).toEqual(['coming']);
  const result_schema = { type: 'object', properties: { coming: { type: 'boolean' } } };
  expect(prepare({ questions, result_schema }).ok).toBe(false);
});

it('what the person is like is data; what the builder did is a failure', () => {
  expect(prepared({ phone_number: '112' }).numbers.ok).toBe(false);
  expect(prepared({ phone_number: '' }).numbers.ok).toBe(false);
  expect(prepare({ phone_number: '112', task: '' }).ok).toBe(false);
});
