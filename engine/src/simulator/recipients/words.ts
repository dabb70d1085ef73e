// What simulated people say. Answers hold the value as it is to be quoted.
import type { Behaviour } from './behaviours.ts';
import type { RecipientLanguage } from './questions.ts';

export interface AnswerableQuestion {
  type: 'yes_no' | 'number' | 'choice' | 'date' | 'text';
  choices?: readonly string[];
}

export const NUMBER_ANSWER = 9;
export const DATE_ANSWER = '2026-12-03';

export const WORDS = {
  en: {
    hello: 'Hello?',
    goodbye: 'Goodbye.',
    allRight: 'All right.',
    present: 'I am here.',
    yes: 'Yes.',
    no: 'No.',
    date: `On ${DATE_ANSWER}.`,
    text: 'Everything was fine, thank you.',
    confirms: 'Yes, that works for me.',
    asks_to_reschedule: 'Could we do another time?',
    declines: 'No, I am sorry, I cannot.',
    declinesNoting: 'No, thank you.',
    note: 'Please note:',
    opts_out: 'Please do not call me again. Remove my number.',
    wrong_person: 'You have the wrong number, there is nobody of that name here.',
    wants_human: 'I want to talk to a real person, please.',
    interrupts: 'Sorry, yes, that works for me.',
    weather: [
      'It has been raining here all week.',
      'The wind was terrible on Monday.',
      'My garden is all under water.',
      'They said there would be snow in the hills.',
    ],
    voicemail: 'You have reached my voicemail. Leave a message after the tone.',
    menu: 'Welcome. For sales, press one. For support, press two. To hear this again, press nine.',
    screening:
      'The person you are calling is using a screening service. Say your name and why you are calling.',
    screeningHold: 'Thank you. Stay on the line.',
  },
  pt: {
    hello: 'Estou?',
    goodbye: 'Adeus.',
    allRight: 'Muito bem.',
    present: 'Estou aqui.',
    yes: 'Sim.',
    no: 'Não.',
    date: `No dia ${DATE_ANSWER}.`,
    text: 'Correu tudo bem, obrigado.',
    confirms: 'Sim, está bem para mim.',
    asks_to_reschedule: 'Podemos marcar outra hora?',
    declines: 'Não, lamento, não posso.',
    declinesNoting: 'Não, obrigado.',
    note: 'Pode registar:',
    opts_out: 'Por favor, não me ligue mais. Retire o meu número.',
    wrong_person: 'É engano, não há aqui ninguém com esse nome.',
    wants_human: 'Quero falar com uma pessoa a sério, por favor.',
    interrupts: 'Desculpe, sim, está bem para mim.',
    weather: [
      'Tem chovido aqui toda a semana.',
      'Na segunda-feira houve um vento terrível.',
      'O meu jardim ficou debaixo de água.',
      'Disseram que ia nevar na serra.',
    ],
    voicemail: 'Ligou para a minha caixa de correio. Deixe mensagem depois do sinal.',
    menu: 'Bem-vindo. Para vendas, marque um. Para apoio, marque dois. Para ouvir de novo, marque nove.',
    screening:
      'A pessoa a quem ligou usa um filtro de chamadas. Diga o seu nome e o motivo da chamada.',
    screeningHold: 'Obrigado. Aguarde em linha.',
  },
} as const;

/** Returns the value that a recipient gives to a question, and the words it is given in. */
export function expectedAnswer(
  question: AnswerableQuestion,
  language: RecipientLanguage,
  behaviour: Behaviour = 'confirms',
): { value: string | number | boolean; says: string } {
  const words = WORDS[language];
  switch (question.type) {
    case 'yes_no': {
      const agrees = behaviour !== 'declines';
      return { value: agrees, says: agrees ? words.yes : words.no };
    }
    case 'number':
      return { value: NUMBER_ANSWER, says: `${NUMBER_ANSWER}.` };
    case 'date':
      return { value: DATE_ANSWER, says: words.date };
    case 'choice': {
      const value = chosen(question.choices ?? [], behaviour);
      return { value, says: `${value}.` };
    }
    case 'text':
      return { value: words.text, says: words.text };
  }
}

/** Returns what a recipient says to the main question, and the outcome that it names when there are any. */
export function replyForOutcomes(
  outcomes: readonly string[],
  language: RecipientLanguage,
  behaviour: Behaviour = 'confirms',
): { value: string | undefined; says: string } {
  const words = WORDS[language];
  const stance =
    behaviour === 'declines' || behaviour === 'asks_to_reschedule' ? behaviour : 'confirms';
  if (outcomes.length === 0) return { value: undefined, says: words[stance] };
  const value = chosen(outcomes, behaviour);
  const opening = {
    confirms: words.yes,
    asks_to_reschedule: words.asks_to_reschedule,
    declines: words.declinesNoting,
  }[stance];
  return { value, says: `${opening} ${words.note} ${value}.` };
}

function chosen(options: readonly string[], behaviour: Behaviour): string {
  if (behaviour === 'declines') return options.at(-1) ?? '';
  return (behaviour === 'asks_to_reschedule' ? options[1] : undefined) ?? options[0] ?? '';
}
