import type { CallSeen } from '../../engine/src/simulator/control.ts';
import { type Facts, isUnderWay, judge, rangOnSeconds, tokenHash } from './judge.ts';

const URL_OF = 'http://127.0.0.1:1/carriers/twilio/secret/answer';

const phone = (change: Partial<CallSeen> = {}): CallSeen => ({
  sid: 'CA1',
  to: '+12025550100',
  from: '+15005550006',
  url: URL_OF,
  behaviour: 'confirms',
  status: 'completed',
  createdAt: 0,
  answeredAt: 1_000,
  endedAt: 9_000,
  callbacksLeft: 0,
  events: ['1970-01-01T00:00:00.000Z ringing', '1970-01-01T00:00:01.000Z stream_started MZ1'],
  ...change,
});

/** A run of one call, in which everything holds. */
const facts = (change: Partial<Facts> = {}): Facts => ({
  accepted: ['call_1'],
  calls: [{ id: 'call_1', status: 'ended', phone_number: '+12025550100', end_reason: 'busy' }],
  attempts: [
    {
      id: 'att_1',
      call_id: 'call_1',
      status: 'ended',
      token_hash: tokenHash(URL_OF),
      ended_at: 8_000,
    },
  ],
  events: [{ call_id: 'call_1', type: 'call.ended', id: 'evt_1' }],
  deliveries: [{ id: 'dlv_1', status: 'delivered' }],
  left: { 'lane slots': 0 },
  phones: [phone()],
  creates: [],
  ends: [{ call_id: 'call_1', event_id: 'evt_1', body: '{}' }],
  bad_signatures: 0,
  ...change,
});

const brokenOf = (change: Partial<Facts>): string[] =>
  judge(facts(change))
    .filter(({ broken }) => broken.length > 0)
    .map(({ rule }) => rule);

it('finds nothing where everything holds', () => {
  expect(brokenOf({})).toEqual([]);
  expect(isUnderWay(facts(), true)).toBe(false);
});

it.each<[string, Partial<Facts>]>([
  ['rings per attempt, at most', { phones: [phone(), phone({ sid: 'CA2' })] }],
  ['phone calls without an attempt on disk', { attempts: [] }],
  ['phones left on the line', { phones: [phone({ endedAt: null })] }],
  ['accepted calls that are not stored', { accepted: ['call_1', 'call_2'] }],
  [
    'calls that did not end',
    {
      calls: [{ id: 'call_1', status: 'ringing', phone_number: '+12025550100', end_reason: null }],
    },
  ],
  [
    'calls without exactly one call.ended stored',
    {
      events: [
        { call_id: 'call_1', type: 'call.ended', id: 'evt_1' },
        { call_id: 'call_1', type: 'call.ended', id: 'evt_2' },
      ],
    },
  ],
  ['calls without exactly one call.ended stored', { events: [] }],
  ['calls whose call.ended did not arrive', { ends: [] }],
  [
    'calls told with two ids or two texts',
    {
      ends: [
        { call_id: 'call_1', event_id: 'evt_1', body: '{}' },
        { call_id: 'call_1', event_id: 'evt_1', body: '{ }' },
      ],
    },
  ],
  ['deliveries neither delivered nor dead', { deliveries: [{ id: 'dlv_1', status: 'pending' }] }],
  ['wrong signatures', { bad_signatures: 1 }],
  ['rows left over', { left: { 'lane slots': 2 } }],
])('finds that it does not hold: %s', (rule, change) => {
  expect(brokenOf(change)).toContain(rule);
});

it('tells for how long a phone went on after its attempt had ended', () => {
  expect(rangOnSeconds(facts())).toEqual({ seconds: 1, call_id: 'call_1' });
});
