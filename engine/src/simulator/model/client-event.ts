// What a realtime client may send, read once and strictly.
import { z } from 'zod';

export interface Refusal {
  code: string;
  message: string;
  param?: string;
}

const eventId = { event_id: z.string().optional() };
const AUDIO_CHARACTERS_MAX = 20 * 1024 * 1024; // 15 MiB in base64.

const clientEvent = z.discriminatedUnion('type', [
  // The session is judged apart, because its refusals name the field.
  z.strictObject({ type: z.literal('session.update'), session: z.unknown(), ...eventId }),
  z.strictObject({
    type: z.literal('input_audio_buffer.append'),
    audio: z.base64().max(AUDIO_CHARACTERS_MAX),
    ...eventId,
  }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), ...eventId }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), ...eventId }),
  z.strictObject({
    type: z.literal('conversation.item.create'),
    item: z.looseObject({
      type: z.enum(['message', 'function_call', 'function_call_output']),
      id: z.string().optional(),
    }),
    previous_item_id: z.string().nullish(),
    ...eventId,
  }),
  z.strictObject({
    type: z.literal('conversation.item.truncate'),
    item_id: z.string(),
    content_index: z.literal(0),
    audio_end_ms: z.number().int().min(0),
    ...eventId,
  }),
  z.strictObject({
    type: z.literal('response.create'),
    response: z
      .looseObject({
        instructions: z.string().optional(),
        metadata: z.record(z.string(), z.string()).nullish(),
      })
      .optional(),
    ...eventId,
  }),
  z.strictObject({
    type: z.literal('response.cancel'),
    response_id: z.string().optional(),
    ...eventId,
  }),
]);

export type ClientEvent = z.infer<typeof clientEvent>;

/** Returns the event in a message, or why it is refused with the client's own id of it. */
export function readClientEvent(
  message: string,
): { event: ClientEvent } | { refusal: Refusal; eventId: string | undefined } {
  const value = parsed(message);
  if (typeof value !== 'object' || value === null) {
    return {
      refusal: { code: 'invalid_json', message: 'The message is not a JSON object.' },
      eventId: undefined,
    };
  }
  const read = clientEvent.safeParse(value);
  if (read.success) return { event: read.data };
  const { event_id: id, type } = value as { event_id?: unknown; type?: unknown };
  return {
    refusal: refusalOf(read.error.issues[0], type),
    eventId: typeof id === 'string' ? id : undefined,
  };
}

function refusalOf(issue: z.core.$ZodIssue | undefined, type: unknown): Refusal {
  if (type === undefined) {
    return {
      code: 'missing_required_parameter',
      message: "Missing required parameter: 'type'.",
      param: 'type',
    };
  }
  if (issue?.code === 'unrecognized_keys') {
    const param = [...issue.path, issue.keys[0]].join('.');
    return { code: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param };
  }
  const param = issue?.path.join('.') ?? '';
  return { code: 'invalid_value', message: `Invalid value: '${param}'.`, param };
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
