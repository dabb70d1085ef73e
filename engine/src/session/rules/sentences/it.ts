import type { Sentences } from './sentences.ts';

export const italian: Sentences = {
  heard_by_native_speaker: false,
  hello: (name) =>
    `Buongiorno, sono un assistente di intelligenza artificiale e chiamo per conto di ${name}.`,
  returned: (name) =>
    `Grazie per aver richiamato, sono un assistente di intelligenza artificiale di ${name}.`,
  recorded: 'Questa chiamata viene registrata.',
  may_record: 'Posso registrare questa chiamata? Risponda sì o no.',
  opted_out: "D'accordo, non la chiameremo più. Arrivederci.",
  putting_through: 'Un momento, per favore, la metto in contatto.',
  not_put_through:
    'Mi dispiace, nessuno può rispondere adesso. Qualcuno la ricontatterà. Arrivederci.',
  briefing: ({ name, about }) => `Viene passata una chiamata per ${name}. ${about}`,
};
