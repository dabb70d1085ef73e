import type { AttemptRecord, CallOrder } from '../../engine/src/calls/call-record.ts';
import { callbackAttempt, nextAttempt } from '../../engine/src/calls/retry.ts';

const NOW = 1_000_000;
const MINUTE_MS = 60_000;
const context = { now: NOW, minute_ms: MINUTE_MS };
type Order = Pick<CallOrder, 'phone_numbers' | 'retry'>;
const order = (retry: Partial<CallOrder['retry']> = {}, phone_numbers = ['+1']): Order => ({
  phone_numbers,
  retry: { max_attempts: 2, delays_minutes: [30], on: ['no_answer', 'busy'], ...retry },
});
const attempt = (end_reason: string, change: object = {}): AttemptRecord =>
  ({
    ...{ end_reason, phone_number: '+1', answered_by: 'nobody', answered_at: null },
    ...{ carrier_call_id: 'CA1', ...change },
  }) as AttemptRecord;
const person = { answered_by: 'human', answered_at: 5 };
const unheard = (reason: string) => attempt(reason, { carrier_call_id: null });

it.each(['no_answer', 'busy', 'declined'])('tries again after %s', (reason) => {
  const at = NOW + 30 * MINUTE_MS;
  expect(nextAttempt(order(), [attempt(reason)], context)).toEqual({ at, phone_number: '+1' });
});

it.each([
  'voicemail_hangup',
  'unreachable',
  'lost_contact',
  'invalid_number',
  'carrier_rejected',
  'error_engine',
])('does not try again after %s, unless that was asked for', (reason) => {
  expect(nextAttempt(order(), [attempt(reason)], context)).toBeUndefined();
});

it('keeps to the number of attempts and to the delays, the last of them for all that follow', () => {
  const asked = order({ max_attempts: 4, delays_minutes: [5, 10] });
  const tried: AttemptRecord[] = [];
  const delays: (number | undefined)[] = [];
  for (let round = 0; round < 4; round++) {
    tried.push(attempt('busy'));
    const next = nextAttempt(asked, tried, context);
    delays.push(next && (next.at - NOW) / MINUTE_MS);
  }
  expect(delays).toEqual([5, 10, 10, undefined]);
});

it('tries all numbers once, at once, before any is tried again', () => {
  const asked = order({}, ['+1', '+2']);
  const one = attempt('no_answer');
  const two = attempt('no_answer', { phone_number: '+2' });
  expect(nextAttempt(asked, [one], context)).toEqual({ at: NOW, phone_number: '+2' });
  expect(nextAttempt(asked, [one, two], context)).toEqual({
    ...{ at: NOW + 30 * MINUTE_MS, phone_number: '+1' },
  });
  expect(nextAttempt(asked, [one, two, one], context)).toEqual({ at: NOW, phone_number: '+2' });
  expect(nextAttempt(asked, [one, two, one, two], context)).toBeUndefined();
});

it('goes on to the next number after one that is none, not after contact was lost', () => {
  const asked = order({}, ['+1', '+2']);
  expect(nextAttempt(asked, [attempt('invalid_number')], context)?.phone_number).toBe('+2');
  expect(nextAttempt(asked, [attempt('lost_contact')], context)).toBeUndefined();
});

it.each(['hung_up', 'silence_timeout', 'busy'])(
  'never calls a person again who answered (%s)',
  (reason) => {
    expect(
      nextAttempt(order({ max_attempts: 9 }), [attempt(reason, person)], context),
    ).toBeUndefined();
  },
);

it('tries soon what nobody heard, a few times, and counts it for no attempt', () => {
  const failed = unheard('error_ai_provider');
  const delays = Array.from({ length: 20 }, (_, before) => {
    const next = nextAttempt(order(), Array<AttemptRecord>(before + 1).fill(failed), context);
    return next && (next.at - NOW) / 1_000;
  });
  expect(delays.slice(0, 3)).toEqual([15, 60, 300]);
  const given = delays.filter((one) => one !== undefined);
  expect(given).toEqual([...given].sort((one, other) => one - other));
  expect(delays.at(-1)).toBeUndefined();
  expect(nextAttempt(order(), [failed, attempt('busy')], context)).toBeDefined();
  expect(nextAttempt(order({ max_attempts: 1 }), [failed], context)).toBeUndefined();
});

describe('a person who asks to be called back', () => {
  const talked = [attempt('hung_up', person)];
  const later = new Date(NOW + MINUTE_MS).toISOString();
  const ask = { outcome: 'callback_requested', callback_at: later };
  const asked = order({ on: ['callback_requested'] });

  it('is called at the time they named, where that is allowed', () => {
    const next = { at: NOW + MINUTE_MS, phone_number: '+1' };
    expect(callbackAttempt(asked, talked, ask, NOW)).toEqual(next);
    expect(callbackAttempt(order(), talked, ask, NOW)).toBeUndefined();
  });

  it('is not called without a time, at one that has passed, or once the attempts are used up', () => {
    for (const callback_at of [null, 'soon', new Date(NOW).toISOString()])
      expect(callbackAttempt(asked, talked, { ...ask, callback_at }, NOW)).toBeUndefined();
    expect(callbackAttempt(asked, [...talked, ...talked], ask, NOW)).toBeUndefined();
    expect(callbackAttempt(asked, talked, { ...ask, outcome: 'opted_out' }, NOW)).toBeUndefined();
  });
});
