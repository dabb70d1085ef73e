import { MOVES, statusAfter, statusesBefore } from '../../engine/src/calls/lifecycle.ts';
import { CALL_STATUSES } from '../../engine/src/contract/vocabulary.ts';

describe('the life of a call', () => {
  it('leads from every status to the end', () => {
    for (const start of CALL_STATUSES) {
      const seen = new Set<string>([start]);
      const todo: (keyof typeof MOVES)[] = [start];
      for (let status = todo.pop(); status; status = todo.pop()) {
        for (const next of Object.values(MOVES[status]) as (keyof typeof MOVES)[]) {
          if (!seen.has(next)) todo.push(next);
          seen.add(next);
        }
      }
      expect([...seen]).toContain('ended');
    }
  });

  it('has no way out of the end', () => {
    expect(MOVES.ended).toEqual({});
  });

  it('refuses a move that the table does not have', () => {
    expect(statusAfter('finalizing', 'cancel')).toBeUndefined();
    expect(statusAfter('queued', 'dial')).toBe('dialing');
  });

  it('dials only what is queued, so a job that runs twice dials once', () => {
    expect(statusesBefore('dial')).toEqual(['queued']);
  });
});
