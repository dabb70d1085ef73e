import type { Language } from '../../calls/languages.ts';
import type { AgentSetup } from '../../contract/agent.ts';

/** A ready agent: the same variables, outcomes and keys of answers in each language, so that workflows need not change. */
export interface ReadyAgentTexts {
  about: string;
  languages: Partial<Record<Language, ReadyText>>;
}

export interface ReadyText {
  name: string;
  /** False until a native speaker has listened to calls with these texts. */
  heard_by_native_speaker: boolean;
  setup: AgentSetup;
}
