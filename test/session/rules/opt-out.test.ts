import { isOptOut, isOptOutKey } from '../../../engine/src/session/rules/opt-out.ts';
import { SPOKEN_LANGUAGES } from '../../../engine/src/session/rules/spoken-languages.ts';

const SAID: Record<(typeof SPOKEN_LANGUAGES)[number], string[]> = {
  en: [
    'Please do not call me again. Remove my number.',
    'Don’t call me.',
    'Stop calling me!',
    'Take me off your list, please.',
    'I want to opt out.',
    'I do not want any more calls.',
    'Never call this number again',
    'Yes, Friday works. But don’t ever call here again.',
    'unsubscribe',
  ],
  'pt-pt': [
    'Por favor, não me ligue mais.',
    'Não volte a ligar-me.',
    'Retire o meu número.',
    'Parem de me telefonar.',
    'Não quero receber mais chamadas vossas.',
    'Não me contactem.',
  ],
  'pt-br': [
    'Não me liga mais, tá?',
    'Para de me ligar.',
    'Tira meu número da lista.',
    'Não quero mais ligações.',
    'Não ligue mais pra mim.',
  ],
  es: [
    'No me llame más.',
    'Por favor, no me vuelva a llamar.',
    'Deje de llamarme.',
    'Borre mi número.',
    'No quiero más llamadas.',
    'No me llamen.',
  ],
  fr: [
    'Ne m’appelez plus.',
    'Ne me rappelez plus jamais.',
    'Arrêtez de m’appeler.',
    'Supprimez mon numéro.',
    'Je ne veux plus être appelée.',
  ],
  de: [
    'Rufen Sie mich nicht mehr an.',
    'Bitte rufen Sie mich nie wieder an!',
    'Hören Sie auf, mich anzurufen.',
    'Löschen Sie meine Nummer.',
    'Ich möchte nicht mehr angerufen werden.',
    'Keine Anrufe mehr.',
  ],
  it: [
    'Non mi chiami più.',
    'Non chiamatemi più.',
    'Smettetela di chiamarmi.',
    'Cancelli il mio numero.',
    'Non voglio più ricevere telefonate.',
    'Mi tolga dalla lista.',
  ],
};

describe.each(SPOKEN_LANGUAGES)('in %s', (language) => {
  it.each(SAID[language])('“%s” asks for no more calls', (said) => {
    expect(isOptOut(said)).toBe(true);
  });
});

it.each([
  'Could you call me back tomorrow?',
  'Don’t call me before noon.',
  'Please do not call me on Sunday, Monday is better.',
  'They do not call me.',
  'Why don’t you call my wife?',
  'I do not want to be called at work.',
  'Can you remove the second item from the order?',
  'Take me through it again.',
  'No, I am sorry, I cannot.',
  'Não me ligue antes das dez.',
  'Não posso agora, ligue mais tarde.',
  'Volte a ligar amanhã.',
  'No me llame mañana, mejor el lunes.',
  'Ne m’appelez pas avant midi.',
  'Rappelez-moi plus tard.',
  'Rufen Sie mich nicht vor neun an.',
  'Rufen Sie mich morgen wieder an.',
  'Non mi chiami prima delle nove.',
  'Mi richiami più tardi.',
  'You have reached my voicemail. Leave a message after the tone.',
  '',
])('“%s” does not', (said) => {
  expect(isOptOut(said)).toBe(false);
});

it('M11 key 9 opts out when a person answered or nobody knows who; a machine that plays its tone does not', () => {
  expect(isOptOutKey('9', undefined)).toBe(true);
  expect(isOptOutKey('9', 'human')).toBe(true);
  expect(isOptOutKey('9', 'unknown')).toBe(true);
  for (const machine of ['voicemail', 'mailbox_full', 'ivr', 'call_screening', 'fax'] as const)
    expect(isOptOutKey('9', machine)).toBe(false);
  for (const key of ['0', '1', '8', '*', '#', 'A']) expect(isOptOutKey(key, 'human')).toBe(false);
});
