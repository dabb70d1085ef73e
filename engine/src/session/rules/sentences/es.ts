import type { Sentences } from './sentences.ts';

export const spanish: Sentences = {
  heard_by_native_speaker: false,
  hello: (name) => `Hola, le habla un asistente de inteligencia artificial en nombre de ${name}.`,
  returned: (name) =>
    `Gracias por devolver la llamada, le habla un asistente de inteligencia artificial de ${name}.`,
  recorded: 'Esta llamada se está grabando.',
  may_record: '¿Puedo grabar esta llamada? Responda sí o no.',
  opted_out: 'De acuerdo, no volveremos a llamarle. Adiós.',
  putting_through: 'Un momento, por favor, le paso la llamada.',
  not_put_through:
    'Lo siento, nadie puede atenderle ahora. Alguien se pondrá en contacto con usted. Adiós.',
  briefing: ({ name, about }) => `Se va a pasar una llamada para ${name}. ${about}`,
};
