import {
  isAllWell,
  type Standing,
  standingAfter,
} from '../../engine/src/events/webhook-standing.ts';
import { EGRESS_FAILURES, type EgressReply } from '../../engine/src/lib/egress.ts';

const status = (code: number): EgressReply => ({ ok: true, status: code });
const DAY_MS = 24 * 3_600_000;
const NEW: Standing = { failing_since: null, refusals: 0 };
const PROVED: Standing = { failing_since: null, refusals: null };
const first = (now: number) => ({ now, is_first_try: true });
const later = (now: number) => ({ now, is_first_try: false });

const REFUSING = [401, 403, 404, 405, 422, 402, 413, 415, 451];
const PATIENT = [400, 409, 425, 429];
const FAILING = [301, 302, 308, 408, 410, 500, 502, 503, 504];

/** What becomes of a webhook that gets these replies, one a minute, each the first try of an event. */
function outcomeOf(replies: readonly EgressReply[]) {
  let standing = NEW;
  let pause: string | null = null;
  let at = 0;
  for (const reply of replies) {
    const verdict = standingAfter(standing, reply, first(at));
    standing = verdict.standing;
    pause = verdict.pause;
    at += 60_000;
    if (pause !== null) break;
  }
  return { standing, pause, replies: at / 60_000 };
}

describe('how a webhook has done', () => {
  it.each(REFUSING)(
    'E15: a new webhook whose first five events are all answered %i is paused',
    (code) => {
      expect(outcomeOf(Array(9).fill(status(code)))).toMatchObject({
        pause: 'refused',
        replies: 5,
      });
    },
  );

  it('E15: different refusals count together, and another try of the same event is not another event', () => {
    expect(outcomeOf([401, 403, 404, 405, 422].map(status))).toMatchObject({ pause: 'refused' });
    let standing = NEW;
    for (let tries = 2; tries <= 10; tries++) {
      const verdict = standingAfter(standing, status(404), later(tries));
      expect(verdict.pause).toBeNull();
      standing = verdict.standing;
    }
    expect(standing).toEqual({ failing_since: 2, refusals: 0 });
  });

  it.each(PATIENT)('E15: %i never pauses a webhook, however often and however long', (code) => {
    expect(outcomeOf(Array(50).fill(status(code)))).toMatchObject({ pause: null, standing: NEW });
    const long = { failing_since: 1, refusals: 4 };
    expect(standingAfter(long, status(code), first(90 * DAY_MS))).toEqual({
      standing: long,
      pause: null,
    });
    expect(isAllWell(long, status(code))).toBe(true);
  });

  it('E15: a patient answer between refusals neither counts nor forgives', () => {
    const replies = [401, 400, 401, 429, 401, 409, 401, 425, 401].map(status);
    expect(outcomeOf(replies)).toMatchObject({ pause: 'refused', replies: 9 });
  });

  it.each([200, 204, ...FAILING])(
    'after %i once, refusals do not pause a webhook any more',
    (code) => {
      const replies = [401, 401, code, 401, 401, 401, 401, 401, 401].map(status);
      expect(outcomeOf(replies)).toMatchObject({ pause: null, standing: { refusals: null } });
    },
  );

  const failures: EgressReply[] = [
    ...[...REFUSING, ...FAILING].map(status),
    ...EGRESS_FAILURES.map((failure) => ({ ok: false as const, failure })),
  ];
  it.each(failures)('nothing taken for five days pauses a webhook: %j', (reply) => {
    const failing = standingAfter(PROVED, reply, first(1_000));
    expect(failing).toEqual({ standing: { failing_since: 1_000, refusals: null }, pause: null });
    const almost = standingAfter(failing.standing, reply, later(999 + 5 * DAY_MS));
    expect(almost).toEqual({ standing: failing.standing, pause: null });
    expect(standingAfter(almost.standing, reply, later(1_000 + 5 * DAY_MS)).pause).toBe('failing');
    expect(isAllWell(PROVED, reply)).toBe(false);
  });

  it('one event taken makes up for everything', () => {
    const failing = { failing_since: 1, refusals: 4 };
    expect(standingAfter(failing, status(202), later(6 * DAY_MS))).toEqual({
      standing: PROVED,
      pause: null,
    });
    expect(isAllWell(PROVED, status(200))).toBe(true);
    expect(isAllWell(NEW, status(200))).toBe(false);
  });
});
