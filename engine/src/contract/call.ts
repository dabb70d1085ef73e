// A call as it comes back: from GET /v1/calls/{id} and as `data` of every call event.
import { z } from 'zod';
import {
  ANSWERED_BY,
  CALL_STATUSES,
  END_REASONS,
  MODES,
  NETWORKS,
  OUTCOME_GROUPS,
  RESULT_STATUSES,
} from './vocabulary.ts';

const time = z.iso.datetime().nullable();

export const CarrierFacts = z
  .object({
    name: z.string(),
    call_id: z.string().nullable(),
    code: z.string().nullable().meta({ description: "The carrier's own error code." }),
    sip_code: z.number().nullable(),
  })
  .meta({ id: 'CarrierFacts' });

export const Attempt = z
  .object({
    number: z.int().meta({ description: 'Counted from 1.' }),
    direction: z.enum(['outbound', 'inbound']),
    network: z.enum(NETWORKS),
    status: z.enum(['dialing', 'ringing', 'in_progress', 'ended']),
    from_number: z.string().nullable(),
    phone_number: z.string(),
    answered_by: z.enum(ANSWERED_BY).nullable(),
    end_reason: z.enum(END_REASONS).nullable(),
    started_at: time,
    answered_at: time,
    ended_at: time,
    duration_seconds: z.number().nullable(),
    carrier: CarrierFacts.nullable(),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.output<typeof Attempt>;

export const Turn = z
  .object({
    index: z.int(),
    speaker: z.enum(['agent', 'recipient']),
    text: z.string(),
    started_ms: z.int().meta({ description: 'Milliseconds since the person answered.' }),
    ended_ms: z.int(),
    interrupted: z.boolean(),
  })
  .meta({ id: 'Turn' });
export type Turn = z.output<typeof Turn>;

export const Refusal = z
  .object({
    rule: z.string().meta({ description: 'Name of the rule that forbids the call.' }),
    detail: z.string(),
    next_allowed_at: time,
  })
  .meta({ id: 'Refusal' });
export type Refusal = z.output<typeof Refusal>;

export const Cost = z
  .object({
    currency: z.string(),
    carrier: z.number().nullable(),
    model: z.number().nullable(),
    total: z.number().nullable(),
    estimated: z.boolean(),
  })
  .meta({ id: 'Cost' });

export const Latency = z
  .object({
    answer_to_first_audio_ms: z.int().nullable(),
    turn_p50_ms: z.int().nullable(),
    turn_p95_ms: z.int().nullable(),
  })
  .meta({ id: 'Latency' });
export type Latency = z.output<typeof Latency>;

export const FieldEvidence = z
  .object({ field: z.string(), turn: z.int(), quote: z.string() })
  .meta({ id: 'FieldEvidence' });
export const OutcomeEvidence = z
  .object({ turn: z.int(), quote: z.string() })
  .meta({ id: 'OutcomeEvidence' });

export const Call = z
  .object({
    id: z.string(),
    status: z.enum(CALL_STATUSES),
    outcome: z.string().nullable().meta({
      title: 'Outcome',
      description: 'The one word to branch on; set once the call has ended.',
    }),
    outcome_group: z.enum(OUTCOME_GROUPS).nullable(),
    outcome_evidence: OutcomeEvidence.nullable(),
    successful: z.boolean().nullable(),
    reached: z.boolean().nullable().meta({ description: 'True when a person answered.' }),
    end_reason: z.enum(END_REASONS).nullable(),
    answered_by: z.enum(ANSWERED_BY).nullable(),
    retryable: z.boolean().nullable(),
    retry_not_before: time,
    refusal: Refusal.nullable(),
    phone_number: z.string().nullable(),
    recipient_name: z.string().nullable(),
    task: z.string().nullable(),
    agent_id: z.string().nullable(),
    agent_version: z.int().nullable(),
    variables: z.record(z.string(), z.unknown()),
    language: z.string().nullable(),
    result: z.record(z.string(), z.unknown()).nullable(),
    result_status: z.enum(RESULT_STATUSES),
    result_evidence: z.array(FieldEvidence),
    answers_text: z
      .string()
      .nullable()
      .meta({ description: 'Questions and answers as plain text.' }),
    summary: z.string().nullable(),
    next_steps: z.array(z.string()),
    chosen_time: z.string().nullable(),
    preferred_times: z.array(z.string()),
    callback_at: z.string().nullable(),
    transcript: z.array(Turn),
    transcript_text: z.string().nullable(),
    recording_url: z.string().nullable(),
    call_url: z.string().nullable(),
    attempts: z.array(Attempt),
    reference: z.string().nullable(),
    tag: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    source: z.string().nullable(),
    batch_id: z.string().nullable(),
    connection_id: z.string().nullable(),
    returned_from: z.string().nullable().meta({
      description: 'Id of the earlier call, when this one began because its person called back.',
    }),
    mode: z.enum(MODES),
    simulated: z.boolean(),
    replayed: z.boolean(),
    cost: Cost.nullable(),
    latency: Latency.nullable(),
    created_at: z.iso.datetime(),
    scheduled_at: time,
    started_at: time,
    answered_at: time,
    ended_at: time,
    duration_seconds: z.number().nullable(),
    disclosure_played_at: time,
  })
  .meta({ id: 'Call', title: 'Call' });
export type Call = z.output<typeof Call>;
