import type { Call } from '../contract/call.ts';
import type { Event } from '../contract/event.ts';
import type { Mode } from '../contract/vocabulary.ts';
import { newId } from '../lib/id.ts';

/** Returns a call.ended as a receiver will see them, of a call that never was: `test` says so. */
export function sampleEvent(mode: Mode, now: number, publicUrl: string): Event {
  const data = sampleCall(mode, now, publicUrl);
  return {
    id: newId('evt'),
    type: 'call.ended',
    created_at: at(now),
    mode,
    simulated: true,
    test: true,
    data: { ...data },
  };
}

const at = (time: number): string => new Date(time).toISOString();

// A number set aside for stories: https://www.nanpa.com/numbering/555-line-numbers
const PHONE_NUMBER = '+12025550100';
const QUOTE = 'Yes, that works for me.';

function sampleCall(mode: Mode, now: number, publicUrl: string): Call {
  const id = newId('call');
  return {
    id,
    ...ended(now),
    phone_number: PHONE_NUMBER,
    recipient_name: 'Sample Person',
    task: 'This is a sample: nobody was called.',
    agent_id: null,
    agent_version: null,
    variables: {},
    language: 'en',
    ...learned,
    recording_url: null,
    call_url: `${publicUrl}/v1/calls/${id}`,
    attempts: [],
    reference: 'sample-1',
    tag: 'sample',
    metadata: { sample: 'true' },
    source: null,
    batch_id: null,
    returned_from: null,
    connection_id: null,
    mode,
    simulated: true,
    replayed: false,
    cost: null,
    latency: null,
  };
}

const ended = (now: number) => ({
  status: 'ended' as const,
  outcome: 'achieved',
  outcome_group: 'answered' as const,
  outcome_evidence: { turn: 1, quote: QUOTE },
  successful: true,
  reached: true,
  end_reason: 'agent_goodbye' as const,
  answered_by: 'human' as const,
  retryable: false,
  retry_not_before: null,
  refusal: null,
  created_at: at(now - 60_000),
  scheduled_at: null,
  started_at: at(now - 58_000),
  answered_at: at(now - 50_000),
  ended_at: at(now - 20_000),
  duration_seconds: 30,
  disclosure_played_at: at(now - 45_000),
});

const turn = (index: number, speaker: 'agent' | 'recipient', text: string) => ({
  ...{ index, speaker, text, interrupted: false },
  ...{ started_ms: index * 5_000, ended_ms: index * 5_000 + 4_000 },
});

const learned = {
  result: null,
  result_status: 'not_requested' as const,
  result_evidence: [],
  answers_text: null,
  summary: 'A sample of a call that was answered and achieved its task.',
  next_steps: [],
  chosen_time: null,
  preferred_times: [],
  callback_at: null,
  transcript: [turn(0, 'agent', 'Does the time suit you?'), turn(1, 'recipient', QUOTE)],
  transcript_text: `Agent: Does the time suit you?\nRecipient: ${QUOTE}`,
};
