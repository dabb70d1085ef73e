import type { Sentences } from './sentences.ts';

export const german: Sentences = {
  heard_by_native_speaker: false,
  hello: (name) => `Guten Tag, hier spricht ein KI-Assistent im Auftrag von ${name}.`,
  returned: (name) => `Danke für Ihren Rückruf, hier spricht ein KI-Assistent von ${name}.`,
  recorded: 'Dieses Gespräch wird aufgezeichnet.',
  may_record: 'Darf ich dieses Gespräch aufzeichnen? Bitte antworten Sie mit Ja oder Nein.',
  opted_out: 'In Ordnung, wir rufen Sie nicht mehr an. Auf Wiederhören.',
  putting_through: 'Einen Moment bitte, ich verbinde Sie.',
  not_put_through:
    'Es tut mir leid, gerade ist niemand erreichbar. Es meldet sich jemand bei Ihnen. Auf Wiederhören.',
  briefing: ({ name, about }) => `Ein Anruf für ${name} wird verbunden. ${about}`,
};
