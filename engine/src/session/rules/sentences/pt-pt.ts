import type { Sentences } from './sentences.ts';

export const europeanPortuguese: Sentences = {
  heard_by_native_speaker: false,
  hello: (name) => `Olá, fala uma assistente de inteligência artificial, em nome de ${name}.`,
  returned: (name) =>
    `Obrigado por ligar de volta, fala uma assistente de inteligência artificial de ${name}.`,
  recorded: 'Esta chamada está a ser gravada.',
  may_record: 'Posso gravar esta chamada? Responda sim ou não.',
  opted_out: 'Com certeza, não voltaremos a ligar-lhe. Adeus.',
  putting_through: 'Um momento, por favor, vou passar a chamada.',
  not_put_through:
    'Lamento, ninguém pode atender neste momento. Alguém entrará em contacto consigo. Adeus.',
  briefing: ({ name, about }) => `Vai ser passada uma chamada para ${name}. ${about}`,
};
