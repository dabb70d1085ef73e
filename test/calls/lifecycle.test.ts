import { MOVES, statusAfter, statusesBefore } from '../../engine/src/calls/lifecycle.ts';
import { CALL_STATUSES, type CallStatus } from '../../engine/src/contract/vocabulary.ts';

describe('the life of a call', () => {
  it('leads from every status to the end', () => {
    for (const start of CALL_STATUSES) expect(reachableFrom(start)).toContain('ended');
  });

  it('has no way out of the end', () => {
    expect(MOVES.ended).toEqual({});
  });

  it('refuses a move that the table does not have', () => {
    expect(statusAfter('finalizing', 'cancel')).toBeUndefined();
    expect(statusAfter('queued', 'dial')).toBe('dialing');
  });

  it('dials only what waits to be dialed, so a job that runs twice dials once', () => {
    expect(statusesBefore('dial')).toEqual(['scheduled', 'queued']);
  });
});

function reachableFrom(start: CallStatus): CallStatus[] {
  const seen = new Set<CallStatus>([start]);
  // A set that grows while it is walked is walked to its end.
  for (const status of seen) for (const next of Object.values(MOVES[status])) seen.add(next);
  return [...seen];
}
