// Where a session stands, as a table: what happens, and where it leads from each state. What is not in it has no effect.

export type SessionState = 'waiting' | 'disclosing' | 'talking' | 'closing' | 'ended';

/** What moves a session on. */
export type SessionMove =
  /** The person answered: the line is there. */
  | 'joined'
  /** The person has heard the disclosure to its end. */
  | 'disclosed'
  /** The conversation is about to be over: what is still said is a goodbye. */
  | 'leaving'
  | 'ended';

const MOVES: Readonly<Record<SessionMove, Partial<Record<SessionState, SessionState>>>> = {
  joined: { waiting: 'disclosing' },
  disclosed: { disclosing: 'talking' },
  leaving: { talking: 'closing' },
  ended: { waiting: 'ended', disclosing: 'ended', talking: 'ended', closing: 'ended' },
};

/** One session's state; `move` is false where the table has no way. */
export interface SessionLife {
  readonly state: SessionState;
  move(what: SessionMove): boolean;
}

export function createSessionLife(): SessionLife {
  let state: SessionState = 'waiting';
  return {
    get state() {
      return state;
    },
    move(what) {
      const next = MOVES[what][state];
      if (next === undefined) return false;
      state = next;
      return true;
    },
  };
}
