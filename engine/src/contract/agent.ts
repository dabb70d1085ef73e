// An agent: a saved set-up of calls. A call takes it by `agent_id` and gives only what differs from call to call.
import { z } from 'zod';
import { PlaceCall, Schedule } from './place-call.ts';
import { OUTCOME_GROUPS, RESULT_STATUSES } from './vocabulary.ts';

export const VARIABLE_TYPES = [
  'text',
  'number',
  'choice',
  'date',
  'time',
  'date_time',
  'money',
] as const;
export type VariableType = (typeof VARIABLE_TYPES)[number];

const text = (max: number) => z.string().max(max);

export const AgentVariable = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/)
      .refine((name) => !['__proto__', 'constructor', 'prototype'].includes(name))
      .meta({
        title: 'Name',
        description: 'What stands between the braces: {{order_number}} has the name order_number.',
        examples: ['order_number'],
      }),
    label: text(100).optional().meta({
      title: 'Label',
      description: 'What forms call it. Made from the name when left out.',
    }),
    type: z.enum(VARIABLE_TYPES).meta({
      title: 'Type',
      description:
        'What is put in. Dates, times and amounts are said as people say them in the language of the call: 2026-12-01T14:00 becomes “Tuesday, December 1 at 2 PM”, 49.90 EUR becomes “49.90 euros”.',
    }),
    required: z.boolean().optional().meta({
      title: 'Required',
      description:
        'Default true. Without an optional one, the lines of the task that name it are left out.',
    }),
    default: z
      .union([text(1_000).min(1), z.number()])
      .optional()
      .meta({
        title: 'Default',
        description: 'Used when a call gives nothing.',
      }),
    help: text(300).optional().meta({
      title: 'Help',
      description: 'A line that is shown below the field in forms.',
    }),
    choices: z.array(text(100).min(1)).min(1).max(50).optional().meta({
      title: 'Choices',
      description: 'For the type choice: one of these is given.',
    }),
  })
  .meta({ id: 'AgentVariable' });
export type AgentVariable = z.output<typeof AgentVariable>;

const { shape } = PlaceCall;

export const AgentSetup = z
  .strictObject({
    task: shape.task.meta({
      title: 'Task',
      description:
        'What the calls are for, in plain words. What differs from call to call stands in double braces and is one of the variables.',
      examples: ['Confirm the appointment on {{starts_at}}.\nPlace: {{place}}.'],
    }),
    variables: z.array(AgentVariable).max(50).optional().meta({
      title: 'Variables',
      description: 'What a call has to give, and how it is said.',
    }),
    on_behalf_of: shape.on_behalf_of,
    outcomes: shape.outcomes,
    success_outcomes: shape.success_outcomes,
    questions: shape.questions,
    result_schema: shape.result_schema,
    voice: shape.voice,
    language: shape.language,
    report_language: shape.report_language,
    first_message: shape.first_message,
    voicemail: shape.voicemail,
    retry: shape.retry,
    transfer: shape.transfer,
    tools: z.array(text(60).min(1)).max(20).optional().meta({
      title: 'Tools',
      description: 'Ids of the tools that the agent may use besides talking.',
    }),
    recording: shape.recording,
    purpose: shape.purpose,
    max_duration_seconds: shape.max_duration_seconds,
    calling_hours: Schedule.shape.calling_hours,
  })
  .meta({ id: 'AgentSetup' });
export type AgentSetup = z.output<typeof AgentSetup>;

const name = text(100)
  .regex(/^[^\p{Cc}\u2028\u2029]*\S[^\p{Cc}\u2028\u2029]*$/u, 'Use one line with something in it')
  .meta({
    title: 'Name',
    description: 'Your name for this agent. People who are called never hear it.',
  });

export const CreateAgent = AgentSetup.extend({ name }).meta({ id: 'CreateAgent' });
export type CreateAgent = z.output<typeof CreateAgent>;

type Shape = (typeof AgentSetup)['shape'];
const clearable = Object.fromEntries(
  Object.entries(AgentSetup.shape).map(([field, schema]) => [field, schema.nullable()]),
) as { [F in keyof Shape]: z.ZodNullable<Shape[F]> };

export const UpdateAgent = z
  .strictObject({ ...clearable, name: name.optional() })
  .meta({ id: 'UpdateAgent', description: 'Changes only what is given; null takes a field away.' });
export type UpdateAgent = z.output<typeof UpdateAgent>;

export const Agent = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.int().nullable().meta({
      description: 'The published version, which calls use; null before the first one.',
    }),
    draft: AgentSetup.meta({ description: 'What would be published next.' }),
    published: AgentSetup.nullable().meta({ description: 'What calls use now.' }),
    has_changes: z.boolean().meta({ description: 'True when the draft is not what is published.' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    published_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Agent', title: 'Agent' });
export type Agent = z.output<typeof Agent>;

export const AgentList = z
  .object({ agents: z.array(Agent), next_cursor: z.string().nullable() })
  .meta({ id: 'AgentList' });

export const AgentWarning = z
  .object({
    code: z.enum(['outcome_removed']),
    detail: z.string(),
    outcome: z.string().meta({ description: 'The word that calls had and that is gone now.' }),
  })
  .meta({ id: 'AgentWarning' });
export type AgentWarning = z.output<typeof AgentWarning>;

export const PublishedAgent = z
  .object({
    agent: Agent,
    warnings: z.array(AgentWarning).meta({
      description: 'What may break in workflows that use this agent. It is published all the same.',
    }),
  })
  .meta({ id: 'PublishedAgent' });
export type PublishedAgent = z.output<typeof PublishedAgent>;

export const AgentVersion = z
  .object({ version: z.int(), setup: AgentSetup, published_at: z.iso.datetime() })
  .meta({ id: 'AgentVersion' });
export type AgentVersion = z.output<typeof AgentVersion>;

export const AgentVersionList = z
  .object({ versions: z.array(AgentVersion), next_cursor: z.string().nullable() })
  .meta({ id: 'AgentVersionList' });

export const ReadyAgent = z
  .object({
    name: z.string().meta({ description: 'Such as appointment_confirmation.' }),
    about: z.string(),
    languages: z.array(
      z.object({
        language: z.string(),
        heard_by_native_speaker: z.boolean().meta({
          description:
            'False: no native speaker has listened to these texts yet. Have one read them before calling customers.',
        }),
      }),
    ),
  })
  .meta({ id: 'ReadyAgent' });
export type ReadyAgent = z.output<typeof ReadyAgent>;

export const AddReadyAgent = z
  .strictObject({
    ready: text(60).meta({
      title: 'Ready agent',
      description: 'Its name, from the list of ready agents.',
    }),
    language: text(40).optional().meta({
      title: 'Language',
      description: 'Such as en, pt-PT or es. Left out: the language of this engine.',
    }),
    name: name.optional(),
  })
  .meta({ id: 'AddReadyAgent' });
export type AddReadyAgent = z.output<typeof AddReadyAgent>;

export const TRY_SAYS_MAX = 8;
export const TRY_TURNS_MAX = 40;

const TryTurn = z.strictObject({ speaker: z.enum(['agent', 'recipient']), text: text(4_000) });

export const TryAgent = z
  .strictObject({
    says: z
      .array(text(500).min(1))
      .max(TRY_SAYS_MAX)
      .optional()
      .meta({
        title: 'The person says',
        description:
          'What the person says, one line after the other; the agent replies to each. Without any, only the opening comes back.',
        examples: [['Hello?', 'Yes, that works for me.']],
      }),
    transcript: z.array(TryTurn).max(TRY_TURNS_MAX).optional().meta({
      title: 'So far',
      description: 'The transcript of an earlier try, to go on from there.',
    }),
    variables: shape.variables,
    recipient_name: shape.recipient_name,
    version: z.int().min(1).optional().meta({
      title: 'Version',
      description: 'A published version to try. Left out: the draft.',
    }),
  })
  .meta({ id: 'TryAgent' });
export type TryAgent = z.output<typeof TryAgent>;

export const AgentTry = z
  .object({
    transcript: z.array(z.object({ speaker: z.enum(['agent', 'recipient']), text: z.string() })),
    ended: z.boolean().meta({ description: 'True when the agent has said goodbye.' }),
    outcome: z.string(),
    outcome_group: z.enum(OUTCOME_GROUPS),
    result: z.record(z.string(), z.unknown()).nullable(),
    result_status: z.enum(RESULT_STATUSES),
    answers_text: z.string().nullable(),
    summary: z.string().nullable(),
    task: z.string().meta({ description: 'The task with its variables filled in.' }),
    version: z.int().nullable().meta({ description: 'Null when it was the draft.' }),
    simulated: z.boolean().meta({ description: 'True when no AI model took part.' }),
  })
  .meta({ id: 'AgentTry' });
export type AgentTry = z.output<typeof AgentTry>;
