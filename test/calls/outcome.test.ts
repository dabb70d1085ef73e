import { END_REASON_FACTS, groupOf, outcomeOf, successOf } from '../../engine/src/calls/outcome.ts';
import {
  ANSWERED_BY,
  END_REASONS,
  RESERVED_OUTCOMES,
} from '../../engine/src/contract/vocabulary.ts';

describe('the outcome of a call', () => {
  it('is a word of Recado for every end reason, whoever answered, when nothing was learned', () => {
    for (const end_reason of END_REASONS) {
      for (const answered_by of [...ANSWERED_BY, null]) {
        const outcome = outcomeOf({ end_reason, answered_by });
        expect(RESERVED_OUTCOMES).toContain(outcome);
        expect(['achieved', 'partly_achieved', 'not_achieved']).not.toContain(outcome);
      }
    }
  });

  it('is what was learned only where people talked', () => {
    const learned = 'confirmed';
    const talked = END_REASONS.filter(
      (end_reason) => outcomeOf({ end_reason, answered_by: 'human', learned }) === learned,
    );
    expect(talked.sort()).toEqual(
      [
        'agent_goodbye',
        'consent_refused',
        'error_ai_provider',
        'error_engine',
        'error_media',
        'error_telephony',
        'ivr_stuck',
        'max_duration',
        'recipient_hangup',
        'silence_timeout',
        'stopped_by_request',
        'transfer_failed',
        'transferred',
      ].sort(),
    );
  });

  it.each([
    [{ end_reason: 'recipient_hangup', answered_by: 'human', learned: 'inconclusive' }, 'hung_up'],
    [
      { end_reason: 'agent_goodbye', answered_by: 'human', learned: 'inconclusive' },
      'inconclusive',
    ],
    [{ end_reason: 'agent_goodbye', answered_by: 'voicemail', learned: 'confirmed' }, 'voicemail'],
    [{ end_reason: 'lost_contact', answered_by: null }, 'unknown'],
    [{ end_reason: 'stopped_by_request', answered_by: 'human' }, 'call_canceled'],
  ] as const)('%j is %s', (facts, expected) => {
    expect(outcomeOf(facts)).toBe(expected);
  });

  it('is never retryable where the phone may have rung unseen, or somebody forbade it', () => {
    for (const reason of [
      'lost_contact',
      'opted_out',
      'invalid_number',
      'blocked_suppressed',
    ] as const) {
      expect(END_REASON_FACTS[reason].retryable).toBe(false);
    }
  });

  it('belongs to a group; words of the caller count as answered', () => {
    expect(groupOf('busy')).toBe('not_reached');
    expect(groupOf('marcado')).toBe('answered');
  });

  it('is successful only where success can be told', () => {
    expect(successOf('achieved', { own_outcomes: false, success_outcomes: null })).toBe(true);
    expect(successOf('busy', { own_outcomes: false, success_outcomes: null })).toBe(false);
    expect(successOf('confirmed', { own_outcomes: true, success_outcomes: null })).toBeNull();
    expect(successOf('confirmed', { own_outcomes: true, success_outcomes: ['confirmed'] })).toBe(
      true,
    );
  });
});
