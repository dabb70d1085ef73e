// The scripted agent of the simulated model: opening, questions one at a time, thanks and goodbye.
// Pure: a turn is a function of the brief, where the script stands, and what the person said.
import type { Ask, Brief } from './brief.ts';
import { asksToConfirm, mainQuestion, opening, question, SENTENCES } from './sentences.ts';
import { answerIn, type Meaning, understand } from './understand.ts';

/** Where the script stands. Start from `SCRIPT_START`. */
export interface ScriptState {
  phase: 'start' | 'opening' | 'asking' | 'goodbye';
  /** Index of the ask that was put last. */
  index: number;
  /** How often the present question was put again because the reply was unclear. */
  repeats: number;
  /** What to say once the answer that was recorded is acknowledged. */
  next: AgentTurn | undefined;
  /** Why the agent says goodbye. */
  reason: string;
}

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** One response of the model: words, then tool calls. */
export interface AgentTurn {
  say: string | undefined;
  calls: readonly ToolCall[];
}

export const SCRIPT_START: ScriptState = {
  phase: 'start',
  index: -1,
  repeats: 0,
  next: undefined,
  reason: 'task_done',
};

type Step = { state: ScriptState; turn: AgentTurn };

const REPEATS_MAX = 1;
const FAREWELL = /\b(goodbye|good-bye|bye|farewell|despedida|adeus|despe[cç]a-se|despedir)\b/i;

/**
 * Returns the agent's next turn and where the script stands then.
 * `said` is what the person said since the last turn, undefined when they said nothing.
 * `canRecord`: the tool `record_answer` was offered, so an answer is recorded in a turn of its own.
 */
export function nextTurn(
  brief: Brief,
  state: ScriptState,
  said: string | undefined,
  canRecord: boolean,
): Step {
  if (state.phase === 'start') return speak({ ...state, phase: 'opening' }, opening(brief));
  if (state.phase === 'goodbye') return goodbye(state, SENTENCES[brief.language].goodbye);
  if (state.next) return sayNext(brief, state, state.next, said);
  if (said === undefined) return speak(state, SENTENCES[brief.language].stillThere);
  const meaning = understand(said, brief.outcomes);
  const ending = endingOf(brief, state, meaning);
  if (ending) return ending;
  if (state.phase === 'opening') return afterOpening(brief, state, meaning, said);
  return afterAnswer(brief, state, said, canRecord);
}

/** Returns what the agent says when it is told in its own words to say something, such as a goodbye. */
export function toldToSay(brief: Pick<Brief, 'language'>, instructions: string): string {
  const sentences = SENTENCES[brief.language];
  return FAREWELL.test(instructions) ? sentences.goodbye : sentences.stillThere;
}

function speak(state: ScriptState, say: string): Step {
  return { state, turn: { say, calls: [] } };
}

function goodbye(state: ScriptState, say: string, reason = state.reason): Step {
  return {
    state: { ...state, phase: 'goodbye', next: undefined, reason },
    turn: { say, calls: [{ name: 'end_call', arguments: { reason } }] },
  };
}

// Some wishes end the call wherever it stands.
function endingOf(brief: Brief, state: ScriptState, meaning: Meaning): Step | undefined {
  const sentences = SENTENCES[brief.language];
  switch (meaning.kind) {
    case 'opt_out':
      return goodbye(state, sentences.optedOut, 'opted_out');
    case 'wrong_person':
      return goodbye(state, sentences.wrongPerson, 'wrong_person');
    case 'wants_human':
      return goodbye(state, sentences.wantsHuman, 'needs_human');
    case 'callback':
      return goodbye(state, sentences.callback, 'callback_requested');
    default:
      return undefined;
  }
}

function sayNext(
  brief: Brief,
  state: ScriptState,
  next: AgentTurn,
  said: string | undefined,
): Step {
  const ending =
    said === undefined ? undefined : endingOf(brief, state, understand(said, brief.outcomes));
  const isGoodbye = next.calls.length > 0;
  return (
    ending ?? {
      state: { ...state, next: undefined, ...(isGoodbye ? { phase: 'goodbye' } : {}) },
      turn: next,
    }
  );
}

function afterOpening(brief: Brief, state: ScriptState, meaning: Meaning, said: string): Step {
  const sentences = SENTENCES[brief.language];
  if (meaning.kind === 'unclear' && state.repeats < REPEATS_MAX) {
    // "Hello?" and "who is calling?" come from people who did not hear the opening.
    const again = said.trim().endsWith('?')
      ? opening(brief)
      : `${sentences.unclear} ${mainQuestion(brief)}`;
    return speak({ ...state, repeats: state.repeats + 1 }, again);
  }
  // A person who does not want to talk is not asked anything else.
  if (meaning.kind === 'negative' && !brief.hasOwnOutcomes)
    return goodbye(state, sentences.goodbye);
  if (meaning.kind !== 'reschedule') return askNext(brief, state);
  if (!asksToConfirm(brief) && !brief.hasOwnOutcomes) {
    return goodbye(state, `${sentences.reschedule} ${sentences.goodbye}`);
  }
  return withPrefix(sentences.reschedule, askNext(brief, state));
}

function afterAnswer(brief: Brief, state: ScriptState, said: string, canRecord: boolean): Step {
  const ask = brief.asks[state.index] as Ask;
  const value = answerIn(said, ask);
  if (value === undefined) {
    if (state.repeats >= REPEATS_MAX) return askNext(brief, state);
    const again = `${SENTENCES[brief.language].unclear} ${question(ask, brief.language)}`;
    return speak({ ...state, repeats: state.repeats + 1 }, again);
  }
  const after = askNext(brief, state);
  if (!canRecord) return after;
  const call = { name: 'record_answer', arguments: { field: ask.key, value, quote: said } };
  return {
    state: { ...after.state, phase: 'asking', next: after.turn },
    turn: { say: undefined, calls: [call] },
  };
}

function askNext(brief: Brief, state: ScriptState): Step {
  const index = state.index + 1;
  const ask = brief.asks[index];
  if (!ask) return goodbye(state, SENTENCES[brief.language].goodbye);
  return speak({ ...state, phase: 'asking', index, repeats: 0 }, question(ask, brief.language));
}

function withPrefix(prefix: string, { state, turn }: Step): Step {
  return {
    state,
    turn: { ...turn, say: turn.say === undefined ? prefix : `${prefix} ${turn.say}` },
  };
}
