import type { Sentences } from './sentences.ts';

export const french: Sentences = {
  heard_by_native_speaker: false,
  hello: (name) =>
    `Bonjour, ici un assistant d'intelligence artificielle qui vous appelle de la part de ${name}.`,
  returned: (name) =>
    `Merci de nous rappeler, ici un assistant d'intelligence artificielle de ${name}.`,
  recorded: 'Cet appel est enregistré.',
  may_record: 'Puis-je enregistrer cet appel ? Répondez par oui ou par non.',
  opted_out: "D'accord, nous ne vous appellerons plus. Au revoir.",
  putting_through: "Un instant, s'il vous plaît, je vous mets en relation.",
  not_put_through:
    'Je suis désolé, personne ne peut vous répondre maintenant. On vous recontactera. Au revoir.',
  briefing: ({ name, about }) => `Un appel pour ${name} va vous être transmis. ${about}`,
};
