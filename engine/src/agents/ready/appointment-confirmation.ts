import type { ReadyAgentTexts } from './ready-text.ts';

/** Appointment tomorrow: will the person come? */
export const appointmentConfirmation: ReadyAgentTexts = {
  about: 'Before an appointment: asks whether the person comes, or wants another time.',
  languages: {
    en: {
      name: 'Appointment confirmation',
      heard_by_native_speaker: false,
      setup: {
        language: 'en',
        task: [
          'Confirm the appointment: {{appointment}}, on {{starts_at}}.',
          'The place is {{place}}.',
          'Ask whether they will come. If they cannot come, ask whether they want another time; do not promise one, somebody will get in touch.',
        ].join('\n'),
        first_message: 'I am calling about your appointment, {{appointment}}, on {{starts_at}}.',
        variables: [
          {
            name: 'appointment',
            label: 'Appointment',
            type: 'text',
            help: 'What it is, such as: dental check-up with Dr. Silva.',
          },
          {
            name: 'starts_at',
            label: 'Date and time',
            type: 'date_time',
            help: 'When it begins, such as 2026-12-01T14:00.',
          },
          {
            name: 'place',
            label: 'Place',
            type: 'text',
            required: false,
            help: 'Where it is. Leave it out when the person knows.',
          },
        ],
        outcomes: [
          { value: 'confirmed', when: 'They will come at this time.' },
          { value: 'wants_another_time', when: 'They want to come, but at another time.' },
          { value: 'not_coming', when: 'They do not want the appointment any more.' },
        ],
        success_outcomes: ['confirmed'],
        questions: [
          {
            key: 'note',
            ask: 'Is there anything that we should know before then?',
            type: 'text',
          },
        ],
      },
    },
    'pt-PT': {
      name: 'Confirmação de consulta ou marcação',
      heard_by_native_speaker: false,
      setup: {
        language: 'pt-PT',
        task: [
          'Confirmar a marcação: {{appointment}}, {{starts_at}}.',
          'O local é {{place}}.',
          'Perguntar se a pessoa vem. Se não puder, perguntar se quer outra hora; não prometer nenhuma, alguém entrará em contacto.',
        ].join('\n'),
        first_message: 'Estou a ligar por causa da sua marcação, {{appointment}}, {{starts_at}}.',
        variables: [
          {
            name: 'appointment',
            label: 'Marcação',
            type: 'text',
            help: 'O que é, por exemplo: consulta de dentista com a Dra. Silva.',
          },
          {
            name: 'starts_at',
            label: 'Data e hora',
            type: 'date_time',
            help: 'Quando começa, por exemplo 2026-12-01T14:00.',
          },
          {
            name: 'place',
            label: 'Local',
            type: 'text',
            required: false,
            help: 'Onde é. Deixe vazio se a pessoa souber.',
          },
        ],
        outcomes: [
          { value: 'confirmed', when: 'A pessoa vem a esta hora.' },
          { value: 'wants_another_time', when: 'A pessoa quer vir, mas a outra hora.' },
          { value: 'not_coming', when: 'A pessoa já não quer a marcação.' },
        ],
        success_outcomes: ['confirmed'],
        questions: [
          {
            key: 'note',
            ask: 'Há alguma coisa que devamos saber antes disso?',
            type: 'text',
          },
        ],
      },
    },
    es: {
      name: 'Confirmación de cita',
      heard_by_native_speaker: false,
      setup: {
        language: 'es',
        task: [
          'Confirmar la cita: {{appointment}}, {{starts_at}}.',
          'El lugar es {{place}}.',
          'Preguntar si la persona vendrá. Si no puede, preguntar si quiere otra hora; no prometer ninguna, alguien se pondrá en contacto.',
        ].join('\n'),
        first_message: 'Le llamo por su cita, {{appointment}}, {{starts_at}}.',
        variables: [
          {
            name: 'appointment',
            label: 'Cita',
            type: 'text',
            help: 'Qué es, por ejemplo: revisión dental con la Dra. Silva.',
          },
          {
            name: 'starts_at',
            label: 'Fecha y hora',
            type: 'date_time',
            help: 'Cuándo empieza, por ejemplo 2026-12-01T14:00.',
          },
          {
            name: 'place',
            label: 'Lugar',
            type: 'text',
            required: false,
            help: 'Dónde es. Déjelo vacío si la persona lo sabe.',
          },
        ],
        outcomes: [
          { value: 'confirmed', when: 'La persona vendrá a esta hora.' },
          { value: 'wants_another_time', when: 'La persona quiere venir, pero a otra hora.' },
          { value: 'not_coming', when: 'La persona ya no quiere la cita.' },
        ],
        success_outcomes: ['confirmed'],
        questions: [
          {
            key: 'note',
            ask: '¿Hay algo que debamos saber antes?',
            type: 'text',
          },
        ],
      },
    },
  },
};
