// A simulated person on the phone: told what was heard, says what to do. Knows no audio, sockets or clock.
import type { Behaviour } from './behaviours.ts';
import { type Asked, languageOf, type RecipientLanguage, readTurn } from './questions.ts';
import { expectedAnswer, replyForOutcomes, WORDS } from './words.ts';

/** One thing that a recipient does, `afterMs` after the one before it. */
export interface Act {
  do: 'say' | 'beep' | 'hang_up';
  text?: string;
  afterMs: number;
  /** Not done when the agent begins to speak before. */
  unlessAgentSpeaks?: boolean;
}

export interface AgentSpeech {
  /** Stretches of watermarked speech heard so far, the running one included. */
  utterance: number;
  utteranceMs: number;
  /** Speech of the agent in the whole call, and since the recipient last heard a turn end. */
  totalMs: number;
  turnMs: number;
}

export interface Recipient {
  readonly language: RecipientLanguage;
  answers(): Act[];
  /** The agent is speaking; called again and again while it does. */
  hears(speech: AgentSpeech): Act[];
  /** The agent has finished a turn. `text` is null when its speech carries no words that can be read. */
  heard(text: string | null): Act[];
}

/** Returns the person at a number. The language is that of the country, then the one the agent speaks. */
export function createRecipient(behaviour: Behaviour, phoneNumber: string): Recipient {
  const state: State = {
    behaviour,
    language: /^\+(?:351|55)/.test(phoneNumber) ? 'pt' : 'en',
    repliedMain: false,
    turns: 0,
    interrupted: false,
  };
  const part = { ...ORDINARY, ...PARTS[behaviour] };
  return {
    get language() {
      return state.language;
    },
    answers: () => part.answers(state),
    hears: (speech) => part.hears(state, speech),
    heard(text) {
      state.language = languageOf(text ?? '', state.language);
      state.turns++;
      return part.heard(state, readTurn(text));
    },
  };
}

interface State {
  behaviour: Behaviour;
  language: RecipientLanguage;
  repliedMain: boolean;
  turns: number;
  interrupted: boolean;
}

interface Part {
  answers(state: State): Act[];
  hears(state: State, speech: AgentSpeech): Act[];
  heard(state: State, asked: Asked): Act[];
}

const HESITATION_MS = 2500;
const LEAVES_AFTER_GOODBYE_MS = 10_000;
const VOICEMAIL_LENGTH_MS = 60_000;
const INTERRUPTS_AT_MS = 1500;
const HANGS_UP_AT_MS = 800;
const PATIENCE_MS = 2000;
const WEATHER_TURNS = 4;
const MENU_TIMES = 3;

const say = (text: string, afterMs = 0): Act => ({ do: 'say', text, afterMs });
const hangUp = (afterMs = 0): Act => ({ do: 'hang_up', afterMs });
const quiet = (): Act[] => [];

const ORDINARY: Part = {
  answers: (state) => [say(WORDS[state.language].hello, 300)],
  hears: quiet,
  heard: replies,
};

const PARTS: Partial<Record<Behaviour, Partial<Part>>> = {
  voicemail: {
    answers: ({ language }) => [
      say(WORDS[language].voicemail, 300),
      { do: 'beep', afterMs: 200 },
      hangUp(VOICEMAIL_LENGTH_MS),
    ],
    heard: quiet,
  },
  opts_out: { heard: insistsOn('opts_out') },
  wrong_person: { heard: insistsOn('wrong_person') },
  wants_human: { heard: insistsOn('wants_human') },
  phone_menu: {
    answers: ({ language }) => [say(WORDS[language].menu, 300)],
    heard: ({ language, turns }) => (turns < MENU_TIMES ? [say(WORDS[language].menu)] : [hangUp()]),
  },
  interrupts: {
    hears(state, { utterance, utteranceMs }) {
      if (state.interrupted || utterance < 2 || utteranceMs < INTERRUPTS_AT_MS) return [];
      state.interrupted = true;
      return [say(WORDS[state.language].interrupts)];
    },
  },
  stays_silent: { answers: quiet, heard: quiet },
  hangs_up_mid_sentence: {
    hears: (state, { turnMs }) => (state.repliedMain && turnMs >= HANGS_UP_AT_MS ? [hangUp()] : []),
  },
  hangs_up_before_answering: {
    hears: (_state, { totalMs }) => (totalMs >= PATIENCE_MS ? [hangUp()] : []),
    heard: quiet,
  },
  talks_without_answering: {
    heard({ language, turns }, asked) {
      const text = turns <= WEATHER_TURNS ? WORDS[language].weather[turns - 1] : undefined;
      if (text === undefined || asked.kind === 'goodbye') return [];
      return [
        asked.kind === 'statement'
          ? { ...say(text, HESITATION_MS), unlessAgentSpeaks: true }
          : say(text),
      ];
    },
  },
  call_screening: {
    answers: ({ language }) => [say(WORDS[language].screening, 300)],
    heard(state, asked) {
      const { screeningHold, hello } = WORDS[state.language];
      return state.turns === 1 ? [say(screeningHold), say(hello, 3000)] : replies(state, asked);
    },
  },
};

function insistsOn(behaviour: 'opts_out' | 'wrong_person' | 'wants_human'): Part['heard'] {
  return (state, asked) => {
    const text = WORDS[state.language][behaviour];
    if (asked.kind === 'goodbye') return goodbye(state);
    if (asked.kind === 'statement')
      return [{ ...say(text, HESITATION_MS), unlessAgentSpeaks: true }];
    return [say(text)];
  };
}

function replies(state: State, asked: Asked): Act[] {
  const { behaviour, language } = state;
  const words = WORDS[language];
  switch (asked.kind) {
    case 'goodbye':
      return goodbye(state);
    case 'presence':
      return [say(words.present)];
    case 'outcome':
    case 'main':
      return repliesToMain(state, asked.kind === 'outcome' ? asked.choices : []);
    case 'yes_no':
    case 'number':
    case 'date':
      return [say(expectedAnswer({ type: asked.kind }, language, behaviour).says)];
    case 'choice':
      return [
        say(expectedAnswer({ type: 'choice', choices: asked.choices }, language, behaviour).says),
      ];
    case 'question':
      return state.repliedMain ? [say(words.text)] : repliesToMain(state, []);
    case 'statement':
      return [
        {
          ...say(state.repliedMain ? words.text : words.allRight, HESITATION_MS),
          unlessAgentSpeaks: true,
        },
      ];
  }
}

function repliesToMain(state: State, outcomes: readonly string[]): Act[] {
  state.repliedMain = true;
  return [say(replyForOutcomes(outcomes, state.language, state.behaviour).says)];
}

// The agent is left to hang up first, as people do; it is not waited for without end.
const goodbye = ({ language }: State): Act[] => [
  say(WORDS[language].goodbye),
  hangUp(LEAVES_AFTER_GOODBYE_MS),
];
