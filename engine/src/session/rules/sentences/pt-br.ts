import type { Sentences } from './sentences.ts';

export const brazilianPortuguese: Sentences = {
  heard_by_native_speaker: false,
  hello: (name) => `Olá, aqui é uma assistente de inteligência artificial, em nome de ${name}.`,
  returned: (name) =>
    `Obrigado por retornar a ligação, aqui é uma assistente de inteligência artificial de ${name}.`,
  recorded: 'Esta ligação está sendo gravada.',
  may_record: 'Posso gravar esta ligação? Responda sim ou não.',
  opted_out: 'Tudo bem, não ligaremos mais para você. Até logo.',
  putting_through: 'Um momento, por favor, vou transferir a ligação.',
  not_put_through:
    'Sinto muito, ninguém pode atender agora. Alguém vai entrar em contato com você. Até logo.',
  briefing: ({ name, about }) => `Uma ligação para ${name} está sendo transferida. ${about}`,
};
