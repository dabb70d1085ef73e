import type { ReadyAgentTexts } from './ready-text.ts';

/** Deal won: is the new customer ready to begin? */
export const onboardingCall: ReadyAgentTexts = {
  about: 'After a deal was won: welcomes the customer and asks when and how they want to begin.',
  languages: {
    en: {
      name: 'Onboarding call',
      heard_by_native_speaker: false,
      setup: {
        language: 'en',
        task: [
          'Welcome the person as a new customer of {{product}} and thank them.',
          'Their contact with us is {{contact}}.',
          'Ask whether they are ready to begin, when, and what matters most to them. Answer no questions on prices or contracts: somebody will get in touch.',
        ].join('\n'),
        first_message: 'Welcome, and thank you for choosing {{product}}.',
        variables: [
          {
            name: 'product',
            label: 'Product',
            type: 'text',
            help: 'What they bought, in words that they know.',
          },
          {
            name: 'contact',
            label: 'Their contact',
            type: 'text',
            required: false,
            help: 'Name of the person who looks after them.',
          },
        ],
        outcomes: [
          { value: 'ready_to_begin', when: 'They want to begin and say when.' },
          { value: 'wants_to_begin_later', when: 'They want to begin, but not yet.' },
          { value: 'has_doubts', when: 'They are not sure about it any more.' },
        ],
        success_outcomes: ['ready_to_begin'],
        questions: [
          { key: 'begin_on', ask: 'When would you like to begin?', type: 'date' },
          { key: 'people', ask: 'How many people will use it?', type: 'number' },
          { key: 'goal', ask: 'What is the first thing that you want to reach?', type: 'text' },
        ],
      },
    },
    'pt-PT': {
      name: 'Chamada de boas-vindas',
      heard_by_native_speaker: false,
      setup: {
        language: 'pt-PT',
        task: [
          'Dar as boas-vindas a um novo cliente de {{product}} e agradecer.',
          'O contacto do cliente connosco é {{contact}}.',
          'Perguntar se está pronto para começar, quando, e o que é mais importante. Não responder a perguntas sobre preços ou contratos: alguém entrará em contacto.',
        ].join('\n'),
        first_message: 'Seja bem-vindo, e obrigado por escolher {{product}}.',
        variables: [
          {
            name: 'product',
            label: 'Produto',
            type: 'text',
            help: 'O que comprou, em palavras que conhece.',
          },
          {
            name: 'contact',
            label: 'Contacto',
            type: 'text',
            required: false,
            help: 'Nome de quem acompanha o cliente.',
          },
        ],
        outcomes: [
          { value: 'ready_to_begin', when: 'O cliente quer começar e diz quando.' },
          { value: 'wants_to_begin_later', when: 'O cliente quer começar, mas ainda não.' },
          { value: 'has_doubts', when: 'O cliente já não tem a certeza.' },
        ],
        success_outcomes: ['ready_to_begin'],
        questions: [
          { key: 'begin_on', ask: 'Quando gostaria de começar?', type: 'date' },
          { key: 'people', ask: 'Quantas pessoas o vão usar?', type: 'number' },
          { key: 'goal', ask: 'Qual é a primeira coisa que quer alcançar?', type: 'text' },
        ],
      },
    },
    es: {
      name: 'Llamada de bienvenida',
      heard_by_native_speaker: false,
      setup: {
        language: 'es',
        task: [
          'Dar la bienvenida a un nuevo cliente de {{product}} y darle las gracias.',
          'Su contacto con nosotros es {{contact}}.',
          'Preguntar si está listo para empezar, cuándo, y qué es lo más importante. No responder a preguntas sobre precios o contratos: alguien se pondrá en contacto.',
        ].join('\n'),
        first_message: 'Le damos la bienvenida y las gracias por elegir {{product}}.',
        variables: [
          {
            name: 'product',
            label: 'Producto',
            type: 'text',
            help: 'Lo que ha comprado, en palabras que conoce.',
          },
          {
            name: 'contact',
            label: 'Contacto',
            type: 'text',
            required: false,
            help: 'Nombre de quien le acompaña.',
          },
        ],
        outcomes: [
          { value: 'ready_to_begin', when: 'El cliente quiere empezar y dice cuándo.' },
          { value: 'wants_to_begin_later', when: 'El cliente quiere empezar, pero todavía no.' },
          { value: 'has_doubts', when: 'El cliente ya no está seguro.' },
        ],
        success_outcomes: ['ready_to_begin'],
        questions: [
          { key: 'begin_on', ask: '¿Cuándo le gustaría empezar?', type: 'date' },
          { key: 'people', ask: '¿Cuántas personas lo van a usar?', type: 'number' },
          { key: 'goal', ask: '¿Qué es lo primero que quiere conseguir?', type: 'text' },
        ],
      },
    },
  },
};
