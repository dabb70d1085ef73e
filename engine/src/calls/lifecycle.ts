// Where a call can go from where it stands. A move that is not in the table is refused, never ignored.
import type { CallStatus } from '../contract/vocabulary.ts';

export const MOVES = {
  scheduled: {
    due: 'queued',
    dial: 'dialing',
    called_back: 'in_progress',
    cancel: 'ended',
    expire: 'ended',
    refuse: 'ended',
    miss: 'ended',
  },
  queued: {
    wait: 'scheduled',
    dial: 'dialing',
    called_back: 'in_progress',
    cancel: 'ended',
    expire: 'ended',
    refuse: 'ended',
    miss: 'ended',
  },
  dialing: {
    ring: 'ringing',
    answer: 'in_progress',
    miss: 'ended',
    talked: 'finalizing',
    again: 'scheduled',
  },
  ringing: { answer: 'in_progress', miss: 'ended', talked: 'finalizing', again: 'scheduled' },
  in_progress: { miss: 'ended', talked: 'finalizing', again: 'scheduled' },
  finalizing: { finish: 'ended', again: 'scheduled' },
  ended: {},
} as const satisfies Record<CallStatus, Partial<Record<string, CallStatus>>>;

type MovesOf<S> = S extends CallStatus ? keyof (typeof MOVES)[S] : never;
export type Move = MovesOf<CallStatus>;

/** Returns the status after a move, or undefined when the call cannot make it. */
export const statusAfter = (status: CallStatus, move: Move): CallStatus | undefined =>
  (MOVES[status] as Partial<Record<Move, CallStatus>>)[move];

/** Returns the statuses that a move can start from. */
export const statusesBefore = (move: Move): CallStatus[] =>
  (Object.keys(MOVES) as CallStatus[]).filter((status) => statusAfter(status, move) !== undefined);
