// The scripted agent in one session: where its script stands and what it has not yet replied to.
import {
  type AgentTurn,
  nextTurn,
  SCRIPT_START,
  type ScriptState,
  toldToSay,
} from '../dialogue/agent-script.ts';
import type { Brief } from '../dialogue/brief.ts';

export interface ScriptRun {
  /** Adds to what the agent replies to. */
  hear(...words: string[]): void;
  /** Returns what the agent does next; `instructions` are for this turn alone, `offered` the tools that it may call. */
  take(brief: Brief, instructions: string | undefined, offered: ReadonlySet<string>): AgentTurn;
  /** Nothing of the last turn was heard, so the script stands where it stood before. */
  takeBack(): void;
}

export function createScriptRun(): ScriptRun {
  let state: ScriptState = SCRIPT_START;
  let unanswered: string[] = [];
  let before: { state: ScriptState; answered: readonly string[] } = { state, answered: [] };

  return {
    hear: (...words) => void unanswered.push(...words),
    take(brief, instructions, offered) {
      before = { state, answered: [] };
      if (instructions && state.phase !== 'start')
        return { say: toldToSay(brief, instructions), calls: [] };
      const said = unanswered.length > 0 ? unanswered.join(' ').trim() : undefined;
      const step = nextTurn(brief, state, said, offered.has('record_answer'));
      before = { state, answered: unanswered };
      state = step.state;
      unanswered = [];
      return { ...step.turn, calls: step.turn.calls.filter(({ name }) => offered.has(name)) };
    },
    takeBack() {
      state = before.state;
      unanswered = [...before.answered, ...unanswered];
    },
  };
}
