import { SIMULATED_BEHAVIOURS } from '../../../engine/src/contract/vocabulary.ts';
import {
  BEHAVIOURS,
  behaviourOf,
  numberFor,
} from '../../../engine/src/simulator/recipients/behaviours.ts';
import { createRecipient } from '../../../engine/src/simulator/recipients/recipient.ts';
import { expectedAnswer } from '../../../engine/src/simulator/recipients/words.ts';

describe('test numbers', () => {
  it('know every behaviour of the public contract, and no other', () => {
    expect([...BEHAVIOURS].sort()).toEqual([...SIMULATED_BEHAVIOURS].sort());
  });

  it('choose the behaviour by their last two digits', () => {
    for (const behaviour of BEHAVIOURS)
      expect(behaviourOf(numberFor(behaviour, '415'))).toBe(behaviour);
    expect(behaviourOf('+14155550143')).toBe('confirms');
    expect(behaviourOf('+351912345604')).toBe('confirms');
    expect(behaviourOf('+351912345604', 'busy')).toBe('busy');
    expect(behaviourOf('+14155550104', 'no such thing')).toBe('busy');
  });
});

describe('a recipient', () => {
  const said = (acts: { text?: string }[]): string[] => acts.map((act) => act.text ?? '');

  it.each([
    ['confirms', 'Yes. Please note: coming.'],
    ['asks_to_reschedule', 'Could we do another time? Please note: other day.'],
    ['declines', 'No, thank you. Please note: not coming.'],
  ] as const)('that %s speaks for its outcome', (behaviour, reply) => {
    const recipient = createRecipient(behaviour, '+14155550100');
    expect(said(recipient.heard('Hello. Shall I note: coming, other day or not coming?'))).toEqual([
      reply,
    ]);
  });

  it.each([
    ['How likely are you to come back? Please tell me a number.', { type: 'number' }],
    ['Was it on time? Please answer yes or no.', { type: 'yes_no' }],
    [
      'Which size? Your choices are: small, medium or large.',
      { type: 'choice', choices: ['small', 'medium', 'large'] },
    ],
    ['When should we come? Which date?', { type: 'date' }],
    ['How was it?', { type: 'text' }],
  ] as const)('answers %p by the type that its cue tells', (asked, question) => {
    const recipient = createRecipient('answers_survey', '+14155550118');
    recipient.heard('I am calling about your order. Is now a good time?');
    expect(said(recipient.heard(asked))).toEqual([expectedAnswer(question, 'en').says]);
  });

  it('speaks Portuguese when the agent does, and answers the phone in the language of its country', () => {
    expect(said(createRecipient('confirms', '+351912345678').answers())).toEqual(['Estou?']);
    const recipient = createRecipient('confirms', '+14155550100');
    expect(
      said(recipient.heard('Olá, posso registar: confirmado, remarcar ou cancelado?')),
    ).toEqual(['Sim. Pode registar: confirmado.']);
    expect(said(recipient.heard('Que nota dá? Diga-me um número.'))).toEqual(['9.']);
  });

  it('waits for more when the agent only made a statement', () => {
    const [act] = createRecipient('confirms', '+14155550100').heard(
      'This is an automated call from Example Clinic.',
    );
    expect(act).toMatchObject({ unlessAgentSpeaks: true });
  });

  it('answers a voice whose words it cannot read, but not half a word', () => {
    const recipient = createRecipient('confirms', '+14155550100');
    expect(recipient.heard('')[0]).toMatchObject({ unlessAgentSpeaks: true });
    expect(said(recipient.heard(null))).toEqual(['Yes, that works for me.']);
  });
});
