// One response of the simulated model: words and their audio paced faster than real time, then tool calls.
// Order of events: https://platform.openai.com/docs/guides/realtime-conversations
// Invariant: exactly one `response.done`, whatever happens.
import type { Clock, Timer } from '../../lib/clock.ts';
import { BYTES_PER_MS } from '../../lib/mu-law.ts';
import type { AgentTurn, ToolCall } from '../dialogue/agent-script.ts';
import { type Conversation, type Emit, type Item, wireId } from './conversation.ts';

export interface ResponseRun {
  readonly id: string;
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
  /** Told once, with how much audio was sent, when nothing more comes of this response. */
  done(sentBytes: number): void;
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
  const run = new Run(options);
  run.begin().catch((error: unknown) => run.fail(String(error)));
  return run;
}

class Run implements ResponseRun {
  readonly id = wireId('resp');
  readonly #options: RunOptions;
  readonly #words: readonly string[];
  readonly #output: Item[] = [];
  #message: Item | undefined;
  #pace: Timer | undefined;
  #sentBytes = 0;
  #sentWords = 0;
  #over = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#words = options.turn.say?.split(/(?<=\S)(?=\s)/) ?? [];
  }

  async begin(): Promise<void> {
    const { clock, emit, turn, speak, slowFirstAudioMs } = this.#options;
    emit('response.created', {
      response: { ...this.#wire(), status: 'in_progress', status_details: null, usage: null },
    });
    if (turn.say === undefined) return this.#finish({ status: 'completed' });
    const message = this.#addOutput({
      type: 'message',
      status: 'in_progress',
      role: 'assistant',
      content: [],
    });
    this.#message = message;
    emit('response.content_part.added', {
      ...this.#place(message),
      part: { type: 'audio', transcript: '' },
    });
    const audio = await speak(turn.say);
    if (slowFirstAudioMs > 0) await clock.sleep(slowFirstAudioMs);
    if (!this.#over) this.#stream(message, audio);
  }

  cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    this.#finish({ status: 'cancelled', reason });
  }

  fail(message: string): void {
    this.#finish({ status: 'failed', message });
  }

  // Timers may come late, so each tick sends whatever is due by the clock.
  #stream(item: Item, audio: Uint8Array): void {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const tick = (): void => {
      const chunksDue = Math.floor((clock.monotonic() - startedAt) / CHUNK_EVERY_MS) + 1;
      const bytesDue = Math.min(chunksDue * CHUNK_BYTES, audio.length);
      while (this.#sentBytes < bytesDue) this.#sendChunk(item, audio);
      if (this.#sentBytes >= audio.length) this.#finish({ status: 'completed' });
    };
    this.#pace = clock.every(CHUNK_EVERY_MS, tick);
    tick();
  }

  #sendChunk(item: Item, audio: Uint8Array): void {
    const { emit } = this.#options;
    const chunk = audio.subarray(this.#sentBytes, this.#sentBytes + CHUNK_BYTES);
    const bytes = this.#sentBytes + chunk.length;
    const wordsDue = Math.ceil((this.#words.length * bytes) / audio.length);
    for (; this.#sentWords < wordsDue; this.#sentWords++) {
      const delta = this.#words[this.#sentWords];
      emit('response.output_audio_transcript.delta', { ...this.#place(item), delta });
    }
    emit('response.output_audio.delta', {
      ...this.#place(item),
      delta: Buffer.from(chunk).toString('base64'),
    });
    this.#sentBytes = bytes;
    item.audioBytes = bytes;
  }

  #finish(end: End): void {
    if (this.#over) return;
    this.#over = true;
    this.#pace?.cancel();
    const { emit, turn, done } = this.#options;
    if (this.#message) this.#closeMessage(this.#message, end.status === 'completed');
    if (end.status === 'completed') for (const call of turn.calls) this.#callTool(call);
    const status_details = detailsOf(end);
    const usage = usageOf(this.#options, this.#sentBytes);
    emit('response.done', {
      response: { ...this.#wire(), status: end.status, status_details, usage },
    });
    emit('rate_limits.updated', { rate_limits: RATE_LIMITS });
    done(this.#sentBytes);
  }

  #closeMessage(item: Item, complete: boolean): void {
    const { emit } = this.#options;
    const at = this.#place(item);
    const transcript = this.#words.slice(0, this.#sentWords).join('');
    emit('response.output_audio.done', at);
    emit('response.output_audio_transcript.done', { ...at, transcript });
    emit('response.content_part.done', { ...at, part: { type: 'audio', transcript } });
    const content = [{ type: 'output_audio', transcript }];
    this.#closeItem(item, { status: complete ? 'completed' : 'incomplete', content });
  }

  #callTool({ name, arguments: values }: ToolCall): void {
    const { emit } = this.#options;
    const call_id = wireId('call');
    const text = JSON.stringify(values);
    const type = 'function_call';
    const item = this.#addOutput({ type, status: 'in_progress', name, call_id, arguments: '' });
    const { content_index: _, ...at } = this.#place(item);
    emit('response.function_call_arguments.delta', { ...at, call_id, delta: text });
    emit('response.function_call_arguments.done', { ...at, call_id, name, arguments: text });
    this.#closeItem(item, { status: 'completed', arguments: text });
  }

  #addOutput(item: Record<string, unknown>): Item {
    const { emit, conversation } = this.#options;
    const itemId = wireId('item');
    emit('response.output_item.added', {
      response_id: this.id,
      output_index: this.#output.length,
      item: { id: itemId, object: 'realtime.item', ...item },
    });
    const added = conversation.add(item, itemId);
    this.#output.push(added);
    return added;
  }

  #closeItem(item: Item, changes: Record<string, unknown>): void {
    const { emit, conversation } = this.#options;
    item.wire = { ...item.wire, ...changes };
    emit('response.output_item.done', {
      response_id: this.id,
      output_index: this.#output.indexOf(item),
      item: item.wire,
    });
    conversation.done(item);
  }

  #place(item: Item): Record<string, unknown> {
    return {
      response_id: this.id,
      item_id: item.id,
      output_index: this.#output.indexOf(item),
      content_index: 0,
    };
  }

  #wire(): Record<string, unknown> {
    return {
      object: 'realtime.response',
      id: this.id,
      conversation_id: this.#options.conversation.id,
      output_modalities: ['audio'],
      metadata: this.#options.metadata ?? null,
      output: this.#output.map((item) => item.wire),
    };
  }
}

// Made-up numbers of a plausible size: ten tokens a second heard, twenty a second spoken.
function usageOf({ turn, heardSeconds }: RunOptions, sentBytes: number): Record<string, unknown> {
  const spoken = Math.ceil(sentBytes / (50 * BYTES_PER_MS));
  const written = Math.ceil(((turn.say ?? '').length + JSON.stringify(turn.calls).length) / 4);
  const heard = Math.ceil(heardSeconds * 10);
  return {
    total_tokens: 200 + heard + written + spoken,
    input_tokens: 200 + heard,
    output_tokens: written + spoken,
    input_token_details: {
      text_tokens: 200,
      audio_tokens: heard,
      image_tokens: 0,
      cached_tokens: 0,
      cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: written, audio_tokens: spoken },
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
