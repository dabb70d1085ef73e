// What the scripted agent says, in English and Portuguese. The same cue always follows the same type of
// question, so that a simulated recipient can tell which kind of answer is wanted.
import type { Ask, Brief } from './brief.ts';

type Language = Brief['language'];

/** The sentences that do not depend on a call. */
export const SENTENCES = {
  en: {
    goodbye: 'Thank you for your time. Goodbye.',
    optedOut: 'I understand. We will not call you again. Goodbye.',
    wrongPerson: 'I am sorry for the mistake. Goodbye.',
    wantsHuman: 'Of course. I will pass this on to a person. Goodbye.',
    callback: 'Of course. I will note that you want to be called at another moment. Goodbye.',
    reschedule: 'Of course. Someone will contact you with another time.',
    unclear: 'Sorry, I did not understand.',
    stillThere: 'Are you still there?',
  },
  pt: {
    goodbye: 'Obrigado pelo seu tempo. Adeus.',
    optedOut: 'Compreendo. Não voltaremos a ligar. Adeus.',
    wrongPerson: 'Peço desculpa pelo engano. Adeus.',
    wantsHuman: 'Com certeza. Vou passar o assunto a uma pessoa. Adeus.',
    callback: 'Com certeza. Vou registar que prefere ser contactado noutro momento. Adeus.',
    reschedule: 'Com certeza. Alguém o contactará com outra hora.',
    unclear: 'Desculpe, não percebi.',
    stillThere: 'Ainda está aí?',
  },
} as const;

/** Returns the agent's first words. */
export function opening(brief: Brief): string {
  const name = brief.recipientName ? ` ${brief.recipientName}` : '';
  const hello = brief.language === 'pt' ? `Olá${name}.` : `Hello${name}.`;
  const first = brief.firstMessage ?? `${hello} ${purpose(brief)}`;
  return brief.hasOwnOutcomes ? `${first} ${outcomeQuestion(brief)}` : first;
}

/** Returns the question that the opening ends with, to be asked again when the reply was unclear. */
export function mainQuestion(brief: Brief): string {
  if (brief.hasOwnOutcomes) return outcomeQuestion(brief);
  return PURPOSE[brief.language][confirmed(brief) === undefined ? 'askTime' : 'askConfirm'];
}

/** True when the call is to have something confirmed, and so a yes to its opening answers it. */
export const asksToConfirm = (brief: Brief): boolean => confirmed(brief) !== undefined;

/** Returns a question with the cue of its type. */
export function question(ask: Ask, language: Language): string {
  const cue = CUES[language][ask.type](ask.choices);
  return cue === '' ? ask.ask : `${ask.ask} ${cue}`;
}

const PURPOSE = {
  en: {
    confirm: 'I am calling to confirm',
    askConfirm: 'Does that work for you?',
    about: 'I am calling about this:',
    askTime: 'Is now a good time to answer?',
  },
  pt: {
    confirm: 'Estou a ligar para confirmar',
    askConfirm: 'Pode ser?',
    about: 'Estou a ligar por este motivo:',
    askTime: 'Pode responder agora?',
  },
} as const;

const CUES: Record<Language, Record<Ask['type'], (choices: readonly string[]) => string>> = {
  en: {
    yes_no: () => 'Please answer yes or no.',
    choice: (choices) => `Your choices are: ${listed(choices, 'or')}.`,
    number: () => 'Please tell me a number.',
    date: () => 'Which date?',
    text: () => '',
  },
  pt: {
    yes_no: () => 'Responda sim ou não.',
    choice: (choices) => `As opções são: ${listed(choices, 'ou')}.`,
    number: () => 'Diga-me um número.',
    date: () => 'Que data?',
    text: () => '',
  },
};

function purpose(brief: Brief): string {
  const texts = PURPOSE[brief.language];
  const toConfirm = confirmed(brief);
  if (toConfirm !== undefined) return `${texts.confirm} ${toConfirm}. ${texts.askConfirm}`;
  return `${texts.about} ${firstSentence(brief.task)}. ${texts.askTime}`;
}

function outcomeQuestion({ language, outcomes }: Brief): string {
  const words = outcomes.map((value) => value.replace(/_/g, ' '));
  return language === 'pt'
    ? `Posso registar: ${listed(words, 'ou')}?`
    : `Shall I note: ${listed(words, 'or')}?`;
}

const confirmed = ({ task }: Brief): string | undefined =>
  /^(?:confirm|confirmar|confirme)\s+(?:that\s+)?(.+)$/is.exec(firstSentence(task))?.[1];

// A full stop after a title does not end a sentence.
const SENTENCE_END = /(?<!\b(?:Dr|Dra|Mr|Mrs|Ms|Sr|Sra|Prof|St|No))[.!?](?=\s|$)/;

function firstSentence(task: string): string {
  const line = task.replace(/\s+/g, ' ').trim();
  const end = SENTENCE_END.exec(line)?.index;
  return end === undefined ? line : line.slice(0, end);
}

function listed(words: readonly string[], or: string): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${or} ${last}`;
}
