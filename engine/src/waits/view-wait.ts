import type { Wait } from '../contract/wait.ts';
import type { WaitRecord } from './ports.ts';

/** Returns the wait as callers see it. Its URL, token and secret are not in it. */
export const viewWait = (
  { id, status, total, until, created_at }: WaitRecord,
  ended: number,
): Wait => ({
  id,
  status,
  done: ended === total,
  ended,
  total,
  until: new Date(until).toISOString(),
  created_at: new Date(created_at).toISOString(),
});
