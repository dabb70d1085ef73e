import { describe, expect, it } from '@jest/globals';
import {
  type AgentTurn,
  nextTurn,
  SCRIPT_START,
} from '../../engine/src/simulator/dialogue/agent-script.ts';
import { readBrief } from '../../engine/src/simulator/dialogue/brief.ts';
import { expectedOutcome } from '../../engine/src/simulator/dialogue/expected-outcome.ts';
import { extract } from '../../engine/src/simulator/dialogue/extract.ts';
import { answerIn, understand } from '../../engine/src/simulator/dialogue/understand.ts';

const told = (block: Record<string, unknown>): string =>
  `You make calls.\n\`\`\`json\n${JSON.stringify(block)}\n\`\`\`\n`;

const appointment = {
  task: 'Confirm the appointment with Dr. Silva on 12 March at 10:00. If they cannot come, offer to reschedule.',
  recipient_name: 'Ana',
  on_behalf_of: 'Clinic',
  language: 'en',
  outcomes: [{ value: 'confirmed' }, { value: 'rescheduled' }, { value: 'canceled' }],
  questions: [
    { key: 'guests', ask: 'How many guests come with you?', type: 'number' },
    { key: 'parking', ask: 'Do you need parking?', type: 'yes_no' },
  ],
  fields: [
    { path: 'guests', type: 'number' },
    { path: 'seat.side', type: 'string', title: 'Which side', enum: ['left', 'right'] },
  ],
};

/** Plays the script against fixed replies and returns the agent's turns. */
function play(
  block: Record<string, unknown>,
  replies: readonly string[],
  canRecord = false,
): AgentTurn[] {
  const brief = readBrief(told(block));
  let { state, turn } = nextTurn(brief, SCRIPT_START, undefined, canRecord);
  const turns = [turn];
  for (const reply of replies) {
    ({ state, turn } = nextTurn(brief, state, reply, canRecord));
    turns.push(turn);
    if (turn.say !== undefined) continue;
    ({ state, turn } = nextTurn(brief, state, undefined, canRecord));
    turns.push(turn);
  }
  return turns;
}

const words = (turns: readonly AgentTurn[]): (string | undefined)[] => turns.map(({ say }) => say);

describe('the scripted agent', () => {
  it('opens with the task, asks every question with its cue, and ends the call after the goodbye', () => {
    const turns = play(appointment, ['Confirmed.', 'Three.', 'No, thank you.', 'The left one.']);
    expect(words(turns)).toEqual([
      'Hello Ana. I am calling to confirm the appointment with Dr. Silva on 12 March at 10:00. Does that work for you? Shall I note: confirmed, rescheduled or canceled?',
      'How many guests come with you? Please tell me a number.',
      'Do you need parking? Please answer yes or no.',
      'May I ask: Which side? Your choices are: left or right.',
      'Thank you for your time. Goodbye.',
    ]);
    expect(turns.at(-1)?.calls).toEqual([{ name: 'end_call', arguments: { reason: 'task_done' } }]);
    expect(turns.slice(0, -1).flatMap(({ calls }) => calls)).toEqual([]);
  });

  it('records an answer in a turn of its own, with the words that gave it', () => {
    const turns = play(appointment, ['Yes, that works.', 'We are 4.'], true);
    expect(turns[2]).toEqual({
      say: undefined,
      calls: [
        { name: 'record_answer', arguments: { field: 'guests', value: 4, quote: 'We are 4.' } },
      ],
    });
    expect(turns[3]?.say).toBe('Do you need parking? Please answer yes or no.');
  });

  it('speaks Portuguese when the call does', () => {
    const block = {
      task: 'Confirmar a consulta de amanhã. Seja breve.',
      recipient_name: 'João',
      language: 'pt-PT',
      questions: [
        {
          key: 'hora',
          ask: 'Prefere manhã ou tarde?',
          type: 'choice',
          choices: ['manhã', 'tarde'],
        },
      ],
    };
    expect(words(play(block, ['Sim, pode ser.', 'De manha, se faz favor.']))).toEqual([
      'Olá João. Estou a ligar para confirmar a consulta de amanhã. Pode ser?',
      'Prefere manhã ou tarde? As opções são: manhã ou tarde.',
      'Obrigado pelo seu tempo. Adeus.',
    ]);
  });

  it('uses the first message as it was given', () => {
    const [first] = play({ task: 'Say hello.', first_message: 'Hi, this is the shop.' }, []);
    expect(first?.say).toBe('Hi, this is the shop.');
  });

  it.each([
    ['Please do not call me again.', 'opted_out'],
    ['You have the wrong number.', 'wrong_person'],
    ['I want to speak to a real person.', 'needs_human'],
    ['Can you call me back later?', 'callback_requested'],
    ['Por favor não me ligue mais.', 'opted_out'],
  ])('ends at once, politely, after "%s"', (reply, reason) => {
    const turn = play(appointment, [reply]).at(-1);
    expect(turn?.say).toMatch(/Goodbye\.$/);
    expect(turn?.calls).toEqual([{ name: 'end_call', arguments: { reason } }]);
  });

  it('asks again when a reply is unclear, and always comes to an end', () => {
    const turns = play(
      appointment,
      Array.from({ length: 12 }, () => 'The weather is lovely.'),
    );
    expect(turns[1]?.say).toBe(
      'Sorry, I did not understand. Shall I note: confirmed, rescheduled or canceled?',
    );
    expect(turns.at(-1)?.calls[0]?.name).toBe('end_call');
  });

  it('offers another contact to a person who asks to reschedule, then goes on', () => {
    expect(play(appointment, ['Could we find another time?'])[1]?.say).toBe(
      'Of course. Someone will contact you with another time. How many guests come with you? Please tell me a number.',
    );
  });
});

describe('understanding replies', () => {
  it.each([
    ['Yes?', 'unclear'],
    ['No problem, that is fine.', 'affirmative'],
    ['Não há problema.', 'affirmative'],
    ['I am not sure.', 'unclear'],
    ['No, I cannot make it.', 'negative'],
    ['It is not confirmed.', 'unclear'],
  ])('"%s" is %s', (said, kind) => {
    expect(understand(said, ['confirmed', 'no_show']).kind).toBe(kind);
  });

  it('takes an outcome said with spaces for the one written with underscores', () => {
    expect(understand('Then it is a no show.', ['show', 'no_show'])).toEqual({
      kind: 'outcome',
      value: 'no_show',
    });
  });

  it('takes no date that does not exist and no number out of a word', () => {
    expect(answerIn('On 2026-02-30.', { type: 'date', choices: [] })).toBeUndefined();
    expect(answerIn('On 2026-02-28.', { type: 'date', choices: [] })).toBe('2026-02-28');
    expect(answerIn('Someone knows.', { type: 'number', choices: [] })).toBeUndefined();
  });
});

const shape = {
  type: 'object',
  properties: {
    outcome: {
      type: 'string',
      enum: ['confirmed', 'rescheduled', 'canceled', 'opted_out', 'inconclusive'],
    },
    outcome_evidence: {
      type: ['object', 'null'],
      properties: { turn: { type: 'integer' }, quote: { type: 'string' } },
    },
    result: {
      type: ['object', 'null'],
      properties: {
        guests: { type: ['number', 'null'] },
        parking: { type: ['boolean', 'null'] },
        seat: {
          type: ['object', 'null'],
          properties: { side: { type: ['string', 'null'], enum: ['left', 'right', null] } },
        },
      },
    },
    result_evidence: { type: 'array' },
    summary: { type: 'string' },
    next_steps: { type: 'array' },
    chosen_time: { type: ['string', 'null'] },
    preferred_times: { type: 'array' },
    callback_at: { type: ['string', 'null'] },
  },
};

function read(lines: readonly [string, string][]): Record<string, unknown> {
  const transcript = lines
    .map(([speaker, text], index) => `[${index}] ${speaker}: ${text}`)
    .join('\n');
  return extract([told(appointment), transcript], shape);
}

describe('reading a transcript', () => {
  it('gives outcome, result and evidence from the recipient’s own lines', () => {
    const value = read([
      [
        'agent',
        'Hello Ana. Does that work for you? Shall I note: confirmed, rescheduled or canceled?',
      ],
      ['recipient', 'Yes, that works for me.'],
      ['agent', 'How many guests come with you? Please tell me a number.'],
      ['recipient', 'Two.'],
      ['agent', 'May I ask: Which side? Your choices are: left or right.'],
      ['recipient', 'Left, please.'],
    ]);
    expect(value).toMatchObject({
      outcome: 'confirmed',
      outcome_evidence: { turn: 1, quote: 'Yes, that works for me.' },
      result: { guests: 2, parking: null, seat: { side: 'left' } },
      result_evidence: [
        { field: 'guests', turn: 3, quote: 'Two.' },
        { field: 'seat.side', turn: 5, quote: 'Left, please.' },
      ],
      next_steps: [],
      chosen_time: null,
      callback_at: null,
    });
    expect(value['summary']).toMatch(/Ana/);
  });

  it('invents nothing when nothing was established', () => {
    expect(
      read([
        ['agent', 'Hello Ana.'],
        ['recipient', 'The weather is lovely.'],
      ]),
    ).toMatchObject({
      outcome: 'inconclusive',
      outcome_evidence: null,
      result: { guests: null, parking: null, seat: { side: null } },
      result_evidence: [],
    });
  });

  it('does not take the answer to a question for the outcome', () => {
    const value = read([
      ['agent', 'Do you need parking? Please answer yes or no.'],
      ['recipient', 'Yes.'],
    ]);
    expect(value).toMatchObject({ outcome: 'inconclusive', result: { parking: true } });
  });

  it('hears an opt-out wherever it is said', () => {
    const value = read([
      ['recipient', 'Yes.'],
      ['agent', 'Do you need parking?'],
      ['recipient', 'Stop calling me.'],
    ]);
    expect(value).toMatchObject({
      outcome: 'opted_out',
      outcome_evidence: { turn: 2 },
      result: { parking: null },
    });
  });

  it('agrees with the outcome that tests expect of a behaviour', () => {
    const outcomes = ['confirmed', 'rescheduled', 'canceled'];
    const said = {
      confirms: 'Yes.',
      asks_to_reschedule: 'Another day, please.',
      declines: 'No.',
      opts_out: 'Do not call me.',
    };
    for (const [behaviour, text] of Object.entries(said)) {
      expect(read([['recipient', text]])['outcome']).toBe(expectedOutcome(behaviour, outcomes));
    }
  });
});
