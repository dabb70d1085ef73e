import type { CallRecord, TurnRecord } from '../../engine/src/calls/call-record.ts';
import { schemaOfQuestions } from '../../engine/src/results/question-schema.ts';

const QUESTIONS: CallRecord['order']['questions'] = [
  { key: 'coming', ask: 'Will you come?', type: 'yes_no' },
  { key: 'guests', ask: 'With how many?', type: 'number' },
];

/** Returns a call that has been talked and not read yet, with the caller's own outcomes and two questions. */
export function sampleCall(order: Partial<CallRecord['order']> = {}): CallRecord {
  const schema = schemaOfQuestions(QUESTIONS);
  if (!schema.ok) throw new Error(schema.failure.detail);
  const call: Partial<CallRecord> = {
    id: 'call_1',
    task: 'Confirm the appointment.',
    recipient_name: 'Ana Example',
    order: {
      on_behalf_of: 'Clínica Example',
      outcomes: [{ value: 'confirmed' }, { value: 'declined', when: 'they cannot come' }],
      own_outcomes: true,
      success_outcomes: null,
      questions: QUESTIONS,
      result_schema: schema.value,
      first_message: null,
      voice: 'marin',
      language: 'en',
      report_language: 'en',
      max_duration_seconds: 600,
      recording: 'notify',
      from_number: null,
      simulate: null,
      phone_numbers: ['+12025550100'],
      window: { not_after: null, timezone: null, calling_hours: null, on_closed: 'wait' },
      retry: { max_attempts: 1, delays_minutes: [], on: [] },
      purpose: 'transactional',
      consent: null,
      max_cost: null,
      keep_words: true,
      ...order,
    },
  };
  return call as CallRecord;
}

/** Returns turns in order; `A:` begins the agent's, `R:` the recipient's. */
export function turnsOf(...lines: string[]): TurnRecord[] {
  return lines.map((line, index) => ({
    call_id: 'call_1',
    attempt_id: 'att_1',
    index,
    speaker: line.startsWith('A:') ? 'agent' : 'recipient',
    text: line.slice(2).trim(),
    started_ms: index * 1_000,
    ended_ms: index * 1_000 + 900,
    interrupted: false,
  }));
}
