import type { ReadyAgentTexts } from './ready-text.ts';

/** Order shipped: will somebody be there to take it? */
export const deliveryCall: ReadyAgentTexts = {
  about: 'After an order was shipped: tells the day and asks whether somebody can take it.',
  languages: {
    en: {
      name: 'Delivery call',
      heard_by_native_speaker: false,
      setup: {
        language: 'en',
        task: [
          'Tell the person that order {{order_number}} is on its way and comes on {{delivery_date}}.',
          'It comes between {{from_time}} and {{to_time}}.',
          'It goes to this address: {{address}}. Ask whether that is right.',
          'Ask whether somebody can take it. If not, ask whether they want another day; do not promise one, somebody will get in touch.',
        ].join('\n'),
        first_message: 'Your order {{order_number}} is on its way and comes on {{delivery_date}}.',
        variables: [
          { name: 'order_number', label: 'Order number', type: 'text' },
          {
            name: 'delivery_date',
            label: 'Delivery date',
            type: 'date',
            help: 'The day, such as 2026-12-01.',
          },
          {
            name: 'from_time',
            label: 'Not before',
            type: 'time',
            required: false,
            help: 'Such as 09:00.',
          },
          {
            name: 'to_time',
            label: 'Not after',
            type: 'time',
            required: false,
            help: 'Such as 12:00.',
          },
          { name: 'address', label: 'Address', type: 'text', required: false },
        ],
        outcomes: [
          { value: 'can_take_it', when: 'Somebody will be there to take the delivery.' },
          { value: 'wants_another_day', when: 'They want the delivery on another day.' },
          { value: 'refuses_it', when: 'They do not want the order any more.' },
        ],
        success_outcomes: ['can_take_it'],
        questions: [
          {
            key: 'leave_with_neighbour',
            ask: 'May we leave it with a neighbour if nobody opens?',
            type: 'yes_no',
          },
          {
            key: 'directions',
            ask: 'Is there anything that the driver should know?',
            type: 'text',
          },
        ],
      },
    },
    'pt-PT': {
      name: 'Chamada de entrega',
      heard_by_native_speaker: false,
      setup: {
        language: 'pt-PT',
        task: [
          'Informar que a encomenda {{order_number}} vai a caminho e chega {{delivery_date}}.',
          'Chega entre as {{from_time}} e as {{to_time}}.',
          'Vai para esta morada: {{address}}. Perguntar se está certa.',
          'Perguntar se alguém a pode receber. Se não, perguntar se querem outro dia; não prometer nenhum, alguém entrará em contacto.',
        ].join('\n'),
        first_message: 'A sua encomenda {{order_number}} vai a caminho e chega {{delivery_date}}.',
        variables: [
          { name: 'order_number', label: 'Número da encomenda', type: 'text' },
          {
            name: 'delivery_date',
            label: 'Data de entrega',
            type: 'date',
            help: 'O dia, por exemplo 2026-12-01.',
          },
          {
            name: 'from_time',
            label: 'A partir das',
            type: 'time',
            required: false,
            help: 'Por exemplo 09:00.',
          },
          {
            name: 'to_time',
            label: 'Até às',
            type: 'time',
            required: false,
            help: 'Por exemplo 12:00.',
          },
          { name: 'address', label: 'Morada', type: 'text', required: false },
        ],
        outcomes: [
          { value: 'can_take_it', when: 'Vai estar alguém para receber a encomenda.' },
          { value: 'wants_another_day', when: 'Querem a entrega noutro dia.' },
          { value: 'refuses_it', when: 'Já não querem a encomenda.' },
        ],
        success_outcomes: ['can_take_it'],
        questions: [
          {
            key: 'leave_with_neighbour',
            ask: 'Podemos deixá-la com um vizinho se ninguém abrir?',
            type: 'yes_no',
          },
          {
            key: 'directions',
            ask: 'Há alguma coisa que o estafeta deva saber?',
            type: 'text',
          },
        ],
      },
    },
    es: {
      name: 'Llamada de entrega',
      heard_by_native_speaker: false,
      setup: {
        language: 'es',
        task: [
          'Informar de que el pedido {{order_number}} va de camino y llega el {{delivery_date}}.',
          'Llega entre las {{from_time}} y las {{to_time}}.',
          'Va a esta dirección: {{address}}. Preguntar si es correcta.',
          'Preguntar si alguien puede recibirlo. Si no, preguntar si quieren otro día; no prometer ninguno, alguien se pondrá en contacto.',
        ].join('\n'),
        first_message: 'Su pedido {{order_number}} va de camino y llega el {{delivery_date}}.',
        variables: [
          { name: 'order_number', label: 'Número de pedido', type: 'text' },
          {
            name: 'delivery_date',
            label: 'Fecha de entrega',
            type: 'date',
            help: 'El día, por ejemplo 2026-12-01.',
          },
          {
            name: 'from_time',
            label: 'A partir de las',
            type: 'time',
            required: false,
            help: 'Por ejemplo 09:00.',
          },
          {
            name: 'to_time',
            label: 'Hasta las',
            type: 'time',
            required: false,
            help: 'Por ejemplo 12:00.',
          },
          { name: 'address', label: 'Dirección', type: 'text', required: false },
        ],
        outcomes: [
          { value: 'can_take_it', when: 'Habrá alguien para recibir el pedido.' },
          { value: 'wants_another_day', when: 'Quieren la entrega otro día.' },
          { value: 'refuses_it', when: 'Ya no quieren el pedido.' },
        ],
        success_outcomes: ['can_take_it'],
        questions: [
          {
            key: 'leave_with_neighbour',
            ask: '¿Podemos dejarlo con un vecino si nadie abre?',
            type: 'yes_no',
          },
          {
            key: 'directions',
            ask: '¿Hay algo que deba saber el repartidor?',
            type: 'text',
          },
        ],
      },
    },
  },
};
