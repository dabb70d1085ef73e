import type { AttemptRecord } from '../../engine/src/calls/call-record.ts';
import { furthestAttempt } from '../../engine/src/calls/furthest-attempt.ts';

const NEVER_RANG = { answered_by: 'nobody', answered_at: null, carrier_call_id: null };
const RANG = { ...NEVER_RANG, carrier_call_id: 'CA1' };
const MACHINE = { ...RANG, answered_by: 'voicemail', answered_at: 5 };
const PERSON = { ...RANG, answered_by: 'human', answered_at: 5 };
const numbered = (kinds: readonly object[]): AttemptRecord[] =>
  kinds.map((kind, at) => ({ ...kind, number: at + 1 }) as AttemptRecord);

it.each([
  ['a person before all', [MACHINE, PERSON, RANG, NEVER_RANG], 2],
  ['a machine before a phone that only rang', [RANG, MACHINE, RANG], 2],
  ['a phone that rang before one that never did', [RANG, NEVER_RANG], 1],
  ['the latest among equals', [RANG, RANG, NEVER_RANG], 2],
  ['the only one', [NEVER_RANG], 1],
])('is %s', (_what, kinds, number) => {
  expect(furthestAttempt(numbered(kinds))?.number).toBe(number);
});

it('is none where nothing was tried', () => {
  expect(furthestAttempt([])).toBeUndefined();
});
