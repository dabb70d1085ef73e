// The messages of OpenAI's Realtime API that a phone call needs, as data.
// Fields: `resources/realtime/realtime.d.ts` of the openai package, version 7.57.
import { z } from 'zod';
import type { VoiceBrief } from '../../session/voice.ts';

export type ServerEvent = z.output<typeof ServerEvent>;

/** Returns the event when it is one that is acted upon; undefined for every other and for what has an odd shape. */
export function readServerEvent(message: unknown): ServerEvent | undefined {
  if (isAudioDelta(message)) return message;
  const parsed = ServerEvent.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}

/** Settings of a session that listens and does not answer yet. */
export function setUpSession(brief: VoiceBrief, transcriptionModel: string): ClientMessage {
  const language = brief.language?.split('-')[0];
  return {
    type: 'session.update',
    session: {
      type: 'realtime',
      instructions: brief.instructions,
      output_modalities: ['audio'],
      max_output_tokens: LONGEST_RESPONSE_TOKENS,
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          noise_reduction: { type: 'near_field' },
          transcription: { model: transcriptionModel, ...(language ? { language } : {}) },
          turn_detection: turnDetection(false),
        },
        output: { format: { type: 'audio/pcmu' }, voice: brief.voice },
      },
      tools: brief.tools.map((tool) => ({ type: 'function', ...tool })),
      tool_choice: 'auto',
      truncation: { type: 'retention_ratio', retention_ratio: 0.8 },
    },
  };
}

/** Lets the model answer by itself, and stop when it is interrupted. */
export const takeTurns = (): ClientMessage => ({
  type: 'session.update',
  session: { type: 'realtime', audio: { input: { turn_detection: turnDetection(true) } } },
});

export const truncateItem = (itemId: string, heardMs: number): ClientMessage => ({
  type: 'conversation.item.truncate',
  item_id: itemId,
  content_index: 0,
  audio_end_ms: heardMs,
});

export const cancelResponse = (responseId: string): ClientMessage => ({
  type: 'response.cancel',
  response_id: responseId,
});

export const toolOutput = (callId: string, output: unknown): ClientMessage => ({
  type: 'conversation.item.create',
  item: { type: 'function_call_output', call_id: callId, output: JSON.stringify(output ?? null) },
});

export const createResponse = (eventId: string, instructions?: string): ClientMessage => ({
  type: 'response.create',
  event_id: eventId,
  ...(instructions === undefined ? {} : { response: { instructions } }),
});

export interface ClientMessage {
  type: string;
  [field: string]: unknown;
}

// About a minute of speech: a runaway answer ends by itself.
const LONGEST_RESPONSE_TOKENS = 2_048;

// Given whole each time, because a partial one would put the other settings back to their defaults.
const turnDetection = (answers: boolean): Record<string, unknown> => ({
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  create_response: answers,
  interrupt_response: answers,
});

const id = z.string();
const Item = z.object({
  id,
  type: z.string(),
  role: z.string().optional(),
  status: z.string().optional(),
  call_id: z.string().optional(),
  name: z.string().optional(),
  arguments: z.string().optional(),
});
const previous = id.nullish();
const inItem = { response_id: id, item_id: id };

const AudioDelta = z.object({
  type: z.literal('response.output_audio.delta'),
  ...inItem,
  delta: z.string(),
});
type AudioDelta = z.output<typeof AudioDelta>;

const ServerEvent = z.discriminatedUnion('type', [
  AudioDelta,
  z.object({ type: z.literal('session.created') }),
  z.object({ type: z.literal('session.updated') }),
  z.object({
    type: z.literal('input_audio_buffer.speech_started'),
    audio_start_ms: z.number(),
    item_id: id,
  }),
  z.object({
    type: z.literal('input_audio_buffer.speech_stopped'),
    audio_end_ms: z.number(),
    item_id: id,
  }),
  z.object({ type: z.literal('conversation.item.added'), item: Item, previous_item_id: previous }),
  z.object({
    type: z.literal('conversation.item.created'),
    item: Item,
    previous_item_id: previous,
  }),
  z.object({
    type: z.literal('conversation.item.input_audio_transcription.completed'),
    item_id: id,
    transcript: z.string(),
  }),
  z.object({ type: z.literal('conversation.item.input_audio_transcription.failed'), item_id: id }),
  z.object({ type: z.literal('response.created'), response: z.object({ id }) }),
  z.object({
    type: z.literal('response.output_audio_transcript.delta'),
    ...inItem,
    delta: z.string(),
  }),
  z.object({
    type: z.literal('response.output_audio_transcript.done'),
    ...inItem,
    transcript: z.string(),
  }),
  z.object({ type: z.literal('response.output_item.done'), response_id: id, item: Item }),
  z.object({
    type: z.literal('response.done'),
    response: z.object({
      id,
      status: z.string().optional(),
      status_details: z
        .object({ error: z.object({ code: z.string().nullish() }).nullish() })
        .nullish(),
      usage: z
        .object({ input_tokens: z.number().catch(0), output_tokens: z.number().catch(0) })
        .nullish(),
    }),
  }),
  z.object({
    type: z.literal('error'),
    error: z.object({
      type: z.string().nullish(),
      code: z.string().nullish(),
      event_id: z.string().nullish(),
    }),
  }),
]);

// Audio is most of the traffic, so it is looked at by hand.
function isAudioDelta(message: unknown): message is AudioDelta {
  const event = message as Partial<AudioDelta> | null;
  return (
    event?.type === 'response.output_audio.delta' &&
    typeof event.delta === 'string' &&
    typeof event.item_id === 'string' &&
    typeof event.response_id === 'string'
  );
}
