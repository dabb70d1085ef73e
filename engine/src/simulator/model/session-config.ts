// The configuration of a realtime session, as strict as the real service: unknown fields are refused.
// Fields: openai 7.57 `resources/realtime/realtime.d.ts`, RealtimeSessionCreateRequest.
import { z } from 'zod';

const format = z.union([
  z.strictObject({ type: z.enum(['audio/pcmu', 'audio/pcma']) }),
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000) }),
]);

const turnDetection = z.union([
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).optional(),
    prefix_padding_ms: z.number().int().min(0).optional(),
    silence_duration_ms: z.number().int().min(0).optional(),
    idle_timeout_ms: z.number().int().min(5000).max(30_000).nullish(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
]);

const transcription = z.strictObject({
  model: z.string().optional(),
  language: z.string().optional(),
  languages: z.array(z.string()).optional(),
  prompt: z.string().optional(),
  keywords: z.array(z.string()).optional(),
  delay: z.string().optional(),
});

const tool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});

const sessionUpdate = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  instructions: z.string().optional(),
  output_modalities: z.tuple([z.enum(['audio', 'text'])]).optional(),
  max_output_tokens: z.union([z.number().int().min(1).max(4096), z.literal('inf')]).optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: format.optional(),
          noise_reduction: z
            .strictObject({
              type: z.enum(['near_field', 'far_field']),
              strength: z.number().optional(),
            })
            .nullish(),
          transcription: transcription.nullish(),
          turn_detection: turnDetection.nullish(),
        })
        .optional(),
      output: z
        .strictObject({
          format: format.optional(),
          voice: z.union([z.string(), z.strictObject({ id: z.string() })]).optional(),
          speed: z.number().min(0.25).max(1.5).optional(),
        })
        .optional(),
    })
    .optional(),
  tools: z.array(tool).optional(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.strictObject({ type: z.literal('function'), name: z.string() }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: z
    .strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']) })
    .optional(),
  truncation: z
    .union([
      z.enum(['auto', 'disabled']),
      z.strictObject({
        type: z.literal('retention_ratio'),
        retention_ratio: z.number().min(0).max(1),
        token_limits: z.strictObject({ post_instructions: z.number().optional() }).optional(),
      }),
    ])
    .optional(),
  tracing: z
    .union([
      z.literal('auto'),
      z.strictObject({
        workflow_name: z.string().optional(),
        group_id: z.string().optional(),
        metadata: z.record(z.string(), z.unknown()).optional(),
      }),
    ])
    .nullish(),
  prompt: z
    .strictObject({
      id: z.string(),
      version: z.string().nullish(),
      variables: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).nullish(),
});

export type SessionUpdate = z.infer<typeof sessionUpdate>;
export type TurnDetection = z.infer<typeof turnDetection>;

/** The settings in force; every update is laid over them. */
export interface SessionConfig {
  instructions: string;
  voice: string;
  inputIsMuLaw: boolean;
  outputIsMuLaw: boolean;
  transcribes: boolean;
  turnDetection: TurnDetection | null;
  tools: readonly z.infer<typeof tool>[];
  /** The whole session object as clients see it. */
  wire: Record<string, unknown>;
}

export type UpdateRefusal = { code: string; message: string; param: string };

/** Returns the session that a new connection has. */
export function firstConfig(id: string, model: string, expiresAt: number): SessionConfig {
  return configOf({
    type: 'realtime',
    object: 'realtime.session',
    id,
    model,
    output_modalities: ['audio'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: expiresAt,
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: null,
        noise_reduction: null,
        turn_detection: TURN_DETECTION_DEFAULTS,
      },
      output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy', speed: 1 },
    },
    include: null,
  });
}

/** Returns the session after `update`, or why it is refused; only the fields that are present change. */
export function updateConfig(
  config: SessionConfig,
  update: unknown,
): { config: SessionConfig } | { refusal: UpdateRefusal } {
  const parsed = sessionUpdate.safeParse(update);
  if (!parsed.success) return { refusal: refusalOf(parsed.error.issues[0], update) };
  const { audio, model, ...rest } = parsed.data;
  if (model !== undefined && model !== config.wire['model']) {
    return {
      refusal: {
        code: 'invalid_value',
        message: 'The model of a session cannot change.',
        param: 'session.model',
      },
    };
  }
  const before = config.wire['audio'] as { input: object; output: object };
  const detection = audio?.input?.turn_detection;
  const input = {
    ...before.input,
    ...audio?.input,
    ...(detection?.type === 'server_vad'
      ? { turn_detection: { ...TURN_DETECTION_DEFAULTS, ...detection } }
      : {}),
  };
  return {
    config: configOf({
      ...config.wire,
      ...rest,
      audio: { input, output: { ...before.output, ...audio?.output } },
    }),
  };
}

const TURN_DETECTION_DEFAULTS = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
};

function configOf(wire: Record<string, unknown>): SessionConfig {
  const { audio, instructions, tools } = wire as SessionUpdate;
  const voice = audio?.output?.voice;
  return {
    instructions: instructions ?? '',
    voice: typeof voice === 'string' ? voice : (voice?.id ?? 'alloy'),
    inputIsMuLaw: audio?.input?.format?.type === 'audio/pcmu',
    outputIsMuLaw: audio?.output?.format?.type === 'audio/pcmu',
    transcribes: Boolean(audio?.input?.transcription),
    turnDetection: audio?.input?.turn_detection ?? null,
    tools: tools ?? [],
    wire,
  };
}

function refusalOf(issue: z.core.$ZodIssue | undefined, update: unknown): UpdateRefusal {
  const deepest = deepestIssue(issue);
  const path = ['session', ...deepest.path.map(String)].join('.');
  if (deepest.code === 'unrecognized_keys') {
    const param = `${path}.${deepest.keys?.[0] ?? ''}`;
    return { code: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param };
  }
  const value = deepest.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    update,
  );
  if (value === undefined) {
    return {
      code: 'missing_required_parameter',
      message: `Missing required parameter: '${path}'.`,
      param: path,
    };
  }
  return { code: 'invalid_value', message: `Invalid value: '${path}'.`, param: path };
}

interface FlatIssue {
  code: string;
  path: PropertyKey[];
  keys?: string[];
}

// In a union the option that fits best is the one whose complaint is only about extra keys.
function deepestIssue(issue: z.core.$ZodIssue | undefined, above: PropertyKey[] = []): FlatIssue {
  if (!issue) return { code: 'invalid', path: above };
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') return { code: issue.code, path, keys: issue.keys };
  if (issue.code !== 'invalid_union') return { code: issue.code, path };
  const extra = issue.errors.find((option) =>
    option.every(({ code }) => code === 'unrecognized_keys'),
  );
  return deepestIssue(extra?.[0], path);
}
