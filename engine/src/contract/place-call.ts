// The request that places a call (POST /v1/calls). The texts are read by people who build workflows.
import { z } from 'zod';
import { EVENT_TYPES, SIMULATED_BEHAVIOURS } from './vocabulary.ts';

const text = (max: number) => z.string().max(max);
const phoneNumber = text(40).meta({ title: 'Phone number' });

export const QUESTION_TYPES = ['yes_no', 'number', 'choice', 'date', 'text'] as const;

export const OutcomeOption = z
  .union([
    text(60).min(1),
    z.strictObject({
      value: text(60).min(1).meta({ description: 'The word that your workflow branches on.' }),
      when: text(300).optional().meta({ description: 'When this outcome applies, in your words.' }),
    }),
  ])
  .meta({ id: 'OutcomeOption' });

export const Question = z
  .strictObject({
    ask: text(500).min(1).meta({ description: 'The question as the agent should ask it.' }),
    key: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/)
      .optional()
      .meta({
        description: 'Name of the answer in the result. Made from the question when left out.',
      }),
    type: z
      .enum(QUESTION_TYPES)
      .default('text')
      .meta({ description: 'What kind of answer to expect.' }),
    choices: z.array(text(100).min(1)).min(2).max(20).optional(),
  })
  .meta({ id: 'Question' });

export const Schedule = z
  .strictObject({
    at: text(40)
      .optional()
      .meta({
        title: 'Call at',
        description:
          'When to call: a date and time with offset, or local time together with the time zone. Left out: as soon as the person may be called.',
        examples: ['2026-11-30T10:00', '2026-11-30T10:00:00+01:00'],
      }),
    not_before: text(40)
      .optional()
      .meta({
        title: 'Not before',
        description:
          'The phone does not ring before this. A date alone means the start of that day.',
        examples: ['2026-11-30T09:00'],
      }),
    not_after: text(40)
      .optional()
      .meta({
        title: 'Not after',
        description:
          'The phone does not ring after this; without a conversation by then the outcome is expired. A date alone means the end of that day.',
        examples: ['2026-12-04'],
      }),
    timezone: text(60)
      .optional()
      .meta({
        title: 'Time zone',
        description:
          "The person's time zone, by continent and city. Left out: found from the phone number; where that leaves several, all of them must be in calling hours.",
        examples: ['Europe/Lisbon', 'America/New_York'],
      }),
    calling_hours: z
      .strictObject({
        from: text(5).meta({
          title: 'From',
          description: "Earliest time of day, on the person's clock.",
          examples: ['09:00'],
        }),
        to: text(5).meta({
          title: 'To',
          description: "Latest time of day, on the person's clock; 24:00 is the end of the day.",
          examples: ['18:30'],
        }),
      })
      .optional()
      .meta({
        title: 'Calling hours',
        description:
          'Hours in which this person may be called. They can only narrow the hours that the law and Recado keep to.',
      }),
    on_closed: z.enum(['wait', 'reject']).optional().meta({
      title: 'Outside calling hours',
      description:
        'wait: call when the hours open (default). reject: do not call, and tell when it would be allowed.',
    }),
  })
  .meta({
    id: 'Schedule',
    title: 'Schedule',
    description: 'When the person is called. Left out: now, or when calling hours open.',
  });

export const Retry = z
  .strictObject({
    max_attempts: z.int().min(1).max(10).optional().meta({
      title: 'Attempts',
      description: 'How often each number is tried, the first time included. Default 2.',
    }),
    delays_minutes: z
      .array(z.int().min(1).max(10_080))
      .max(10)
      .optional()
      .meta({
        title: 'Minutes between attempts',
        description:
          'One for each further attempt; the last one counts for all that follow. Default 30.',
        examples: [[30, 120]],
      }),
    on: z
      .array(z.enum(['no_answer', 'busy', 'voicemail', 'unreachable', 'callback_requested']))
      .optional()
      .meta({
        title: 'Try again after',
        description:
          'What is tried again. Default: no answer and busy. callback_requested calls at the time that the person asked for.',
      }),
  })
  .meta({
    id: 'Retry',
    title: 'Try again',
    description:
      'When nobody answers. A person who answered is not called again, and nobody outside calling hours.',
  });

export const Voicemail = z
  .strictObject({
    action: z.enum(['hang_up', 'leave_message']).default('hang_up'),
    message: text(1_000).optional(),
  })
  .meta({ id: 'Voicemail' });

export const Transfer = z
  .strictObject({ id: text(60).min(1), phone_number: phoneNumber, when: text(300).optional() })
  .meta({ id: 'Transfer' });

export const Metadata = z
  .record(z.string().min(1).max(100), z.union([text(4_000), z.number(), z.boolean(), z.null()]))
  .refine((value) => Object.keys(value).length <= 50, 'At most 50 keys')
  .refine(
    (value) => new TextEncoder().encode(JSON.stringify(value)).length <= 16_384,
    'At most 16 KiB',
  )
  .meta({
    id: 'Metadata',
    title: 'Metadata',
    description:
      'Your own values; they come back with the result, unchanged. Up to 50 keys, 16 KiB.',
    examples: [{ event_id: 'evt-1042', calendar_id: 'primary' }],
  });

const Variable = z.union([text(1_000), z.number(), z.boolean(), z.null()]);

export const PlaceCall = z
  .strictObject({
    phone_number: phoneNumber.optional().meta({
      title: 'Phone number',
      description: 'Who to call, with country code, for example +351 912 345 678.',
      examples: ['+12025550143'],
    }),
    phone_numbers: z.array(phoneNumber).min(1).max(5).optional().meta({
      title: 'Phone numbers',
      description: 'Several numbers of one person, tried in this order.',
    }),
    find_phone_in: text(4_000).optional().meta({
      title: 'Find the phone number in',
      description: 'Free text in which Recado looks for the phone number.',
    }),
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/)
      .optional()
      .meta({
        title: 'Country',
        description: 'Two-letter country for numbers written without country code, such as PT.',
      }),
    task: text(8_000)
      .optional()
      .meta({
        title: 'Task',
        description: 'What the call is for, in plain words, as you would tell an assistant.',
        examples: [
          'Confirm the appointment on Friday at 14:00. If they cannot come, offer to reschedule.',
        ],
      }),
    agent_id: text(60).optional().meta({
      title: 'Agent',
      description:
        'A saved agent to use instead of a task. What the request gives itself wins over the agent.',
    }),
    agent_version: z.int().min(1).optional().meta({
      title: 'Agent version',
      description:
        'Keeps to this published version. Left out: the version that is published when the phone first rings.',
    }),
    variables: z.record(z.string().min(1).max(64), Variable).optional().meta({
      title: 'Variables',
      description:
        'Values for the {{names}} in the task. The variables of an agent have types: dates, times and amounts are said as people say them.',
    }),
    recipient_name: text(200)
      .optional()
      .meta({ title: "Person's name", description: 'Name of the person being called.' }),
    caller_name: text(200).optional().meta({
      title: "Person's name (older field)",
      description: 'Same as recipient_name: the person being called, never the business.',
    }),
    on_behalf_of: text(200).optional().meta({
      title: 'Your business name',
      description:
        'Who the agent says it calls for. Default: the organisation set when Recado was set up.',
    }),
    outcomes: z
      .array(OutcomeOption)
      .min(1)
      .max(20)
      .optional()
      .meta({
        title: 'Outcomes',
        description:
          'The words that your workflow branches on, in any language. One of them comes back.',
        examples: [['confirmed', 'wants_to_reschedule', 'canceled']],
      }),
    success_outcomes: z.array(text(60)).max(20).optional().meta({
      title: 'Successful outcomes',
      description: 'Which of your outcomes count as success.',
    }),
    questions: z.array(Question).max(30).optional().meta({
      title: 'Questions',
      description: 'Questions to ask. The answers come back in the result, one field each.',
    }),
    result_schema: z.record(z.string(), z.unknown()).optional().meta({
      title: 'Result schema',
      description:
        'For developers: a JSON Schema of the result. Most people use questions instead.',
    }),
    reference: text(255)
      .optional()
      .meta({ title: 'Reference', description: "Your record's id, to find the call again." }),
    tag: text(100).optional().meta({ title: 'Tag', description: 'A word to group calls by.' }),
    metadata: Metadata.optional(),
    from_number: phoneNumber
      .optional()
      .meta({ title: 'Call from', description: 'One of your own numbers.' }),
    language: text(40).optional().meta({
      title: 'Language',
      description: 'Language of the call, such as pt-PT or Portuguese; auto follows the person.',
    }),
    report_language: text(40)
      .optional()
      .meta({ title: 'Report language', description: 'Language of the summary.' }),
    voice: text(60)
      .optional()
      .meta({ title: 'Voice', description: 'The voice that the agent speaks with.' }),
    first_message: text(1_000).optional().meta({
      title: 'First message',
      description: 'What the agent says first, after saying that it is an AI assistant.',
    }),
    offered_times: z.array(text(40)).max(50).optional().meta({ title: 'Offered times' }),
    schedule: Schedule.optional(),
    retry: Retry.optional(),
    voicemail: Voicemail.optional(),
    transfer: z.array(Transfer).max(10).optional(),
    max_duration_seconds: z.int().min(10).max(3_600).optional().meta({
      title: 'Longest duration (seconds)',
      description: 'The call is ended after this time. Default 600.',
    }),
    max_cost: z.number().positive().max(1_000).optional().meta({
      title: 'Most it may cost',
      description: 'In the currency of your spend limits. A call that could cost more is not made.',
    }),
    recording: z.enum(['off', 'notify', 'ask']).optional().meta({
      title: 'Recording',
      description: 'off: not recorded. notify: the person is told that the call is recorded.',
    }),
    purpose: z.enum(['transactional', 'marketing']).optional().meta({
      title: 'Purpose',
      description:
        'transactional: about something the person has with you, such as an appointment. marketing: needs consent and has stricter hours.',
    }),
    consent_source: text(300).optional().meta({
      title: 'Consent',
      description:
        'How the person agreed to be called, such as: ticked the box on the booking form.',
    }),
    consent: z
      .strictObject({
        reference: text(255)
          .optional()
          .meta({ title: 'Reference', description: 'Where the proof is kept.' }),
        obtained_at: text(40)
          .optional()
          .meta({ title: 'Given on', description: 'A date such as 2026-05-31.' }),
        source: text(300)
          .optional()
          .meta({ title: 'How', description: 'How the person agreed to be called.' }),
        expires_at: text(40).optional().meta({
          title: 'Ends on',
          description: 'A date after which the consent no longer holds.',
        }),
      })
      .optional()
      .meta({
        title: 'Consent details',
        description: 'The same with its dates; marketing calls need it or the field above.',
      }),
    webhook_url: text(2_048).optional().meta({
      title: 'Webhook URL',
      description: 'Where the result is sent when the call has ended.',
    }),
    webhook_token: z
      .string()
      .max(500)
      .regex(/^[\x21-\x7E]+$/, 'Only visible ASCII characters')
      .optional()
      .meta({
        title: 'Webhook token',
        description: 'Sent along as a bearer token, for addresses that ask for one.',
      }),
    webhook_events: z.array(z.enum(EVENT_TYPES)).min(1).max(EVENT_TYPES.length).optional().meta({
      title: 'Webhook events',
      description: 'What is sent to the webhook URL. Default: call.ended.',
    }),
    on_refusal: z.enum(['error', 'result']).optional().meta({
      title: 'When the call may not be made',
      description:
        'error: answer with an error. result: answer with a call that has ended, so that a workflow goes on.',
    }),
    dedupe_key: text(255).optional().meta({
      title: 'Event name',
      description:
        'Names the event that this call is for, such as order-1042-shipped. The same name again does not call twice.',
    }),
    dedupe_hours: z.number().positive().max(720).optional().meta({
      title: 'Hours in which it counts as the same',
      description: 'Default 24.',
    }),
    if_duplicate: z.enum(['first', 'replace', 'call_again', 'reject']).optional().meta({
      title: 'When the event comes again',
      description:
        'first: the first call comes back. replace: a first call that is still open is canceled and a new one made. call_again: a new one is made. reject: an error.',
    }),
    simulate: z.enum(SIMULATED_BEHAVIOURS).optional().meta({
      title: 'Simulated behaviour',
      description: 'Test keys only: what the simulated person does.',
    }),
    source: text(60)
      .optional()
      .meta({ title: 'Source', description: 'Set by connectors, such as n8n.' }),
  })
  .meta({ id: 'PlaceCall' });

export type PlaceCall = z.output<typeof PlaceCall>;

/** Fields that the contract already has and the engine does not act on yet: refused, never ignored. */
export const NOT_SUPPORTED_YET = [
  'offered_times',
  'transfer',
] as const satisfies readonly (keyof PlaceCall)[];
