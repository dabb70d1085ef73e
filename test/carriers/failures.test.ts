import fc from 'fast-check';
import {
  answerToError,
  CALL_STATUSES,
  ERROR_CODES,
  endReasonOf,
  neverSent,
  SIP_CODES,
  STATES,
} from '../../engine/src/carriers/twilio/failures.ts';
import { END_REASONS } from '../../engine/src/contract/vocabulary.ts';

describe('what Twilio answers when it will not call', () => {
  it.each([
    [400, 21211, 'invalid_number'],
    [400, 21217, 'invalid_number'],
    [400, 21214, 'invalid_number'],
    [400, 13224, 'invalid_number'],
    [400, 21210, 'carrier_rejected'],
    [400, 21215, 'carrier_rejected'],
    [400, 21216, 'carrier_rejected'],
    [400, 21219, 'carrier_rejected'],
    [400, 13227, 'carrier_rejected'],
    [401, 20003, 'carrier_rejected'],
    [400, 99999, 'carrier_rejected'],
  ])('B17: %i with code %i ends the attempt as %s', (status, code, endReason) => {
    expect(answerToError(status, code)).toEqual({
      kind: 'rejected',
      end_reason: endReason,
      code: String(code),
    });
  });

  it('a 4xx without a code is a refusal too', () => {
    expect(answerToError(403, undefined)).toEqual({
      kind: 'rejected',
      end_reason: 'carrier_rejected',
      code: null,
    });
  });

  it('too many requests may be tried again', () => {
    expect(answerToError(429, undefined).kind).toBe('not_sent');
    expect(answerToError(400, 20429).kind).toBe('not_sent');
  });

  it('whatever is not a 4xx leaves open whether the phone rings', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 100, max: 399 }), fc.integer({ min: 500, max: 599 })),
        (status) => {
          expect(answerToError(status, 21211).kind).toBe('unclear');
        },
      ),
    );
  });
});

describe('errors of the connection', () => {
  const errorWith = (fields: object): Error => Object.assign(new Error('x'), fields);

  it.each([
    ['a name that does not resolve', errorWith({ code: 'ENOTFOUND' })],
    ['a refused connection', errorWith({ code: 'ECONNREFUSED' })],
    ['a connection that was never made', errorWith({ code: 'ETIMEDOUT', syscall: 'connect' })],
    ['a wrong certificate', errorWith({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })],
    [
      'the same inside another error',
      new Error('x', { cause: errorWith({ code: 'ECONNREFUSED' }) }),
    ],
    [
      'all addresses refused',
      new AggregateError([errorWith({ syscall: 'connect' }), errorWith({ syscall: 'connect' })]),
    ],
  ])('%s: surely not sent', (_name, error) => expect(neverSent(error)).toBe(true));

  it.each([
    ['a reset', errorWith({ code: 'ECONNRESET', syscall: 'read' })],
    ['a time-out', errorWith({ code: 'ECONNABORTED' })],
    ['an unreadable answer', new SyntaxError('x')],
    [
      'one of two addresses reached',
      new AggregateError([errorWith({ syscall: 'connect' }), errorWith({ code: 'ECONNRESET' })]),
    ],
    ['something that is no error', 'ECONNREFUSED'],
  ])('%s: in doubt', (_name, error) => expect(neverSent(error)).toBe(false));
});

describe('why a call ended', () => {
  it.each([
    ['busy', null, null, 'busy'],
    ['no-answer', null, null, 'no_answer'],
    ['no-answer', 603, null, 'declined'],
    ['failed', 480, null, 'no_answer'],
    ['failed', 487, null, 'no_answer'],
    ['failed', 404, null, 'invalid_number'],
    ['failed', 484, null, 'invalid_number'],
    ['failed', 603, null, 'declined'],
    ['failed', 486, null, 'busy'],
    ['failed', 408, null, 'unreachable'],
    ['failed', 503, null, 'error_telephony'],
    ['failed', null, null, 'error_telephony'],
    ['failed', null, 13224, 'invalid_number'],
    ['failed', 503, 21215, 'carrier_rejected'],
    ['failed', 608, null, 'spam_flagged'],
    ['canceled', 487, null, 'canceled_by_request'],
    ['completed', 200, null, null],
    ['ringing', null, null, null],
  ] as const)('%s with SIP %p and error %p is %p', (status, sip, error, reason) => {
    expect(endReasonOf(status, sip, error)).toBe(reason);
  });

  it('is a known word for every status, SIP code and error code, and only once the call has ended', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CALL_STATUSES),
        fc.option(fc.integer({ min: 100, max: 699 })),
        fc.option(fc.integer({ min: 1, max: 999_999 })),
        (status, sip, error) => {
          const reason = endReasonOf(status, sip, error);
          if (STATES[status] !== 'ended' || status === 'completed') expect(reason).toBeNull();
          else expect(END_REASONS).toContain(reason);
        },
      ),
    );
    for (const reason of [...Object.values(ERROR_CODES), ...Object.values(SIP_CODES)])
      expect(END_REASONS).toContain(reason);
  });
});
