// One response of the simulated model: words and their audio paced faster than real time, then tool calls.
// Order of events: https://platform.openai.com/docs/guides/realtime-conversations
// Invariant: exactly one `response.done`, whatever happens.
import type { Clock, Timer } from '../../lib/clock.ts';
import { BYTES_PER_MS } from '../../lib/mu-law.ts';
import type { AgentTurn, ToolCall } from '../dialogue/agent-script.ts';
import { type Conversation, type Emit, type Item, wireId } from './conversation.ts';

export interface ResponseRun {
  readonly id: string;
  /** How much audio was sent so far. */
  sentBytes(): number;
  cancel(reason: 'turn_detected' | 'client_cancelled'): void;
}

export interface RunOptions {
  clock: Clock;
  emit: Emit;
  conversation: Conversation;
  turn: AgentTurn;
  /** Returns the mu-law audio of the words. */
  speak(text: string): Promise<Uint8Array>;
  slowFirstAudioMs: number;
  metadata: unknown;
  /** Seconds of the person's audio so far, for the usage numbers. */
  heardSeconds: number;
  done(): void;
}

const CHUNK_BYTES = 200 * BYTES_PER_MS;
const CHUNK_EVERY_MS = 50; // 200 ms of speech each: four times as fast as it is played.
const RATE_LIMITS = [
  { name: 'requests', limit: 10_000, remaining: 9_999, reset_seconds: 0 },
  { name: 'tokens', limit: 1_000_000, remaining: 999_000, reset_seconds: 0 },
];

type End =
  | { status: 'completed' }
  | { status: 'cancelled'; reason: string }
  | { status: 'failed'; message: string };

/** Begins a response; it goes on by itself until it is done or canceled. */
export function runResponse(options: RunOptions): ResponseRun {
  const { clock, emit, conversation, turn } = options;
  const id = wireId('resp');
  const output: Item[] = [];
  let message: Item | undefined;
  let pace: Timer | undefined;
  let sentBytes = 0;
  let sentWords = 0;
  let over = false;
  const words = turn.say?.split(/(?<=\S)(?=\s)/) ?? [];

  const place = (item: Item): Record<string, unknown> => ({
    response_id: id,
    item_id: item.id,
    output_index: output.indexOf(item),
    content_index: 0,
  });
  const wire = (): Record<string, unknown> => ({
    object: 'realtime.response',
    id,
    conversation_id: conversation.id,
    output_modalities: ['audio'],
    metadata: options.metadata ?? null,
    output: output.map((item) => item.wire),
  });

  function addOutput(item: Record<string, unknown>): Item {
    const itemId = wireId('item');
    const shown = { id: itemId, object: 'realtime.item', ...item };
    emit('response.output_item.added', {
      response_id: id,
      output_index: output.length,
      item: shown,
    });
    const added = conversation.add(item, itemId);
    output.push(added);
    return added;
  }

  async function begin(): Promise<void> {
    emit('response.created', {
      response: { ...wire(), status: 'in_progress', status_details: null, usage: null },
    });
    if (turn.say === undefined) return finish();
    message = addOutput({ type: 'message', status: 'in_progress', role: 'assistant', content: [] });
    emit('response.content_part.added', {
      ...place(message),
      part: { type: 'audio', transcript: '' },
    });
    const audio = await options.speak(turn.say);
    if (options.slowFirstAudioMs > 0) await clock.sleep(options.slowFirstAudioMs);
    if (!over) stream(message, audio);
  }

  // Timers may come late, so each tick sends whatever is due by the clock.
  function stream(item: Item, audio: Uint8Array): void {
    const startedAt = clock.monotonic();
    const tick = (): void => {
      const chunksDue = Math.floor((clock.monotonic() - startedAt) / CHUNK_EVERY_MS) + 1;
      while (sentBytes < Math.min(chunksDue * CHUNK_BYTES, audio.length)) sendChunk(item, audio);
      if (sentBytes >= audio.length) finish();
    };
    pace = clock.every(CHUNK_EVERY_MS, tick);
    tick();
  }

  function sendChunk(item: Item, audio: Uint8Array): void {
    const chunk = audio.subarray(sentBytes, sentBytes + CHUNK_BYTES);
    const wordsDue = Math.ceil((words.length * (sentBytes + chunk.length)) / audio.length);
    for (; sentWords < wordsDue; sentWords++) {
      emit('response.output_audio_transcript.delta', { ...place(item), delta: words[sentWords] });
    }
    emit('response.output_audio.delta', {
      ...place(item),
      delta: Buffer.from(chunk).toString('base64'),
    });
    sentBytes += chunk.length;
    item.audioBytes = sentBytes;
  }

  function closeMessage(item: Item, complete: boolean): void {
    const transcript = words.slice(0, sentWords).join('');
    emit('response.output_audio.done', place(item));
    emit('response.output_audio_transcript.done', { ...place(item), transcript });
    emit('response.content_part.done', { ...place(item), part: { type: 'audio', transcript } });
    const content = [{ type: 'output_audio', transcript }];
    closeItem(item, { ...item.wire, status: complete ? 'completed' : 'incomplete', content });
  }

  function closeItem(item: Item, shown: Record<string, unknown>): void {
    item.wire = shown;
    emit('response.output_item.done', {
      response_id: id,
      output_index: output.indexOf(item),
      item: shown,
    });
    conversation.done(item);
  }

  function callTool({ name, arguments: values }: ToolCall): void {
    const callId = wireId('call');
    const text = JSON.stringify(values);
    const item = addOutput({
      type: 'function_call',
      status: 'in_progress',
      name,
      call_id: callId,
      arguments: '',
    });
    const { content_index: _, ...at } = place(item);
    emit('response.function_call_arguments.delta', { ...at, call_id: callId, delta: text });
    emit('response.function_call_arguments.done', {
      ...at,
      call_id: callId,
      name,
      arguments: text,
    });
    closeItem(item, { ...item.wire, status: 'completed', arguments: text });
  }

  function finish(end: End = { status: 'completed' }): void {
    if (over) return;
    over = true;
    pace?.cancel();
    if (message) closeMessage(message, end.status === 'completed');
    if (end.status === 'completed') turn.calls.forEach(callTool);
    emit('response.done', {
      response: { ...wire(), status: end.status, status_details: detailsOf(end), usage: usage() },
    });
    emit('rate_limits.updated', { rate_limits: RATE_LIMITS });
    options.done();
  }

  // Made-up numbers of a plausible size: ten tokens a second heard, twenty a second spoken.
  function usage(): Record<string, unknown> {
    const spoken = Math.ceil(sentBytes / (50 * BYTES_PER_MS));
    const written = Math.ceil(((turn.say ?? '').length + JSON.stringify(turn.calls).length) / 4);
    const heard = Math.ceil(options.heardSeconds * 10);
    const input = { text_tokens: 200, audio_tokens: heard, image_tokens: 0, cached_tokens: 0 };
    return {
      total_tokens: 200 + heard + written + spoken,
      input_tokens: 200 + heard,
      output_tokens: written + spoken,
      input_token_details: {
        ...input,
        cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
      },
      output_token_details: { text_tokens: written, audio_tokens: spoken },
    };
  }

  begin().catch((error: unknown) => finish({ status: 'failed', message: String(error) }));
  return {
    id,
    sentBytes: () => sentBytes,
    cancel: (reason) => finish({ status: 'cancelled', reason }),
  };
}

function detailsOf(end: End): Record<string, unknown> | null {
  if (end.status === 'completed') return null;
  if (end.status === 'cancelled') return { type: 'cancelled', reason: end.reason };
  return {
    type: 'failed',
    error: { type: 'server_error', code: 'server_error', message: end.message },
  };
}
