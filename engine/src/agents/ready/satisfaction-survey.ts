import type { ReadyAgentTexts } from './ready-text.ts';

/** Ticket solved: is the person content with it? */
export const satisfactionSurvey: ReadyAgentTexts = {
  about: 'After a ticket was solved: asks whether it is, and how content the person was.',
  languages: {
    en: {
      name: 'Satisfaction survey',
      heard_by_native_speaker: false,
      setup: {
        language: 'en',
        task: [
          'Ask how content the person is with the help they had: {{subject}}.',
          'It was solved on {{solved_on}}.',
          'Do not try to solve anything. If something is still open, say that somebody will get in touch.',
        ].join('\n'),
        first_message:
          'You asked us for help: {{subject}}. I have a few short questions on how it went.',
        variables: [
          {
            name: 'subject',
            label: 'Subject',
            type: 'text',
            help: 'What the ticket was about, in words that the person knows.',
          },
          {
            name: 'solved_on',
            label: 'Solved on',
            type: 'date',
            required: false,
            help: 'The day, such as 2026-12-01.',
          },
        ],
        outcomes: [
          { value: 'content', when: 'They are content with the help.' },
          { value: 'partly_content', when: 'They are content with some of it.' },
          { value: 'not_content', when: 'They are not content, or it is not solved.' },
        ],
        success_outcomes: ['content'],
        questions: [
          { key: 'solved', ask: 'Is your problem solved?', type: 'yes_no' },
          {
            key: 'rating',
            ask: 'From 0 to 10, how likely are you to recommend us?',
            type: 'number',
          },
          { key: 'comment', ask: 'What could we do better?', type: 'text' },
        ],
      },
    },
    'pt-PT': {
      name: 'Inquérito de satisfação',
      heard_by_native_speaker: false,
      setup: {
        language: 'pt-PT',
        task: [
          'Perguntar se a pessoa ficou satisfeita com a ajuda que teve: {{subject}}.',
          'Ficou resolvido {{solved_on}}.',
          'Não tentar resolver nada. Se alguma coisa estiver por resolver, dizer que alguém entrará em contacto.',
        ].join('\n'),
        first_message:
          'Pediu-nos ajuda: {{subject}}. Tenho umas perguntas breves sobre como correu.',
        variables: [
          {
            name: 'subject',
            label: 'Assunto',
            type: 'text',
            help: 'De que tratava o pedido, em palavras que a pessoa conhece.',
          },
          {
            name: 'solved_on',
            label: 'Resolvido em',
            type: 'date',
            required: false,
            help: 'O dia, por exemplo 2026-12-01.',
          },
        ],
        outcomes: [
          { value: 'content', when: 'A pessoa ficou satisfeita com a ajuda.' },
          { value: 'partly_content', when: 'A pessoa ficou satisfeita com uma parte.' },
          { value: 'not_content', when: 'A pessoa não ficou satisfeita, ou não está resolvido.' },
        ],
        success_outcomes: ['content'],
        questions: [
          { key: 'solved', ask: 'O seu problema ficou resolvido?', type: 'yes_no' },
          {
            key: 'rating',
            ask: 'De 0 a 10, com que probabilidade nos recomendaria?',
            type: 'number',
          },
          { key: 'comment', ask: 'O que podíamos fazer melhor?', type: 'text' },
        ],
      },
    },
    es: {
      name: 'Encuesta de satisfacción',
      heard_by_native_speaker: false,
      setup: {
        language: 'es',
        task: [
          'Preguntar si la persona quedó satisfecha con la ayuda que recibió: {{subject}}.',
          'Se resolvió el {{solved_on}}.',
          'No intentar resolver nada. Si algo sigue abierto, decir que alguien se pondrá en contacto.',
        ].join('\n'),
        first_message: 'Nos pidió ayuda: {{subject}}. Tengo unas preguntas breves sobre cómo fue.',
        variables: [
          {
            name: 'subject',
            label: 'Asunto',
            type: 'text',
            help: 'De qué trataba la consulta, en palabras que la persona conoce.',
          },
          {
            name: 'solved_on',
            label: 'Resuelto el',
            type: 'date',
            required: false,
            help: 'El día, por ejemplo 2026-12-01.',
          },
        ],
        outcomes: [
          { value: 'content', when: 'La persona quedó satisfecha con la ayuda.' },
          { value: 'partly_content', when: 'La persona quedó satisfecha con una parte.' },
          { value: 'not_content', when: 'La persona no quedó satisfecha, o no está resuelto.' },
        ],
        success_outcomes: ['content'],
        questions: [
          { key: 'solved', ask: '¿Quedó resuelto su problema?', type: 'yes_no' },
          {
            key: 'rating',
            ask: 'De 0 a 10, ¿con qué probabilidad nos recomendaría?',
            type: 'number',
          },
          { key: 'comment', ask: '¿Qué podríamos hacer mejor?', type: 'text' },
        ],
      },
    },
  },
};
