// One realtime session: client events in, server events out, with voice detection and automatic turns.
// Events: openai 7.57 `resources/realtime/realtime.d.ts`.
import type { Clock, Timer } from '../../lib/clock.ts';
import { BYTES_PER_MS } from '../../lib/mu-law.ts';
import { readBrief } from '../dialogue/brief.ts';
import { type ClientEvent, type Refusal, readClientEvent } from './client-event.ts';
import { createConversation, wireId } from './conversation.ts';
import {
  alreadyActive,
  alreadyShorter,
  EXPIRED,
  NOT_MU_LAW,
  NOTHING_TO_CANCEL,
  NOTHING_TO_COMMIT,
  unknownItem,
  unknownToolCall,
} from './refusals.ts';
import { type ResponseRun, runResponse } from './response-run.ts';
import { createScriptRun } from './script-run.ts';
import { firstConfig, type SessionConfig, updateConfig } from './session-config.ts';
import { createSpeechInput } from './speech-input.ts';
import type { SpeechEdge } from './voice-detection.ts';

export interface RealtimeOptions {
  clock: Clock;
  model: string;
  /** Sends one server event. */
  send(event: Record<string, unknown>): void;
  /** Ends the connection. */
  close(): void;
  speak(text: string, language: string): Promise<Uint8Array>;
  slowFirstAudioMs(): number;
}

export interface RealtimeSession {
  /** Takes one message of the client. */
  receive(message: string): void;
  /** The connection is gone: nothing is sent any more. */
  end(): void;
}

/** Begins a session on a connection that has just opened. */
export function createRealtimeSession(options: RealtimeOptions): RealtimeSession {
  const session = new Session(options);
  session.begin();
  return session;
}

const THINK_MS = 300;
const TRANSCRIPTION_MS = 150;
const SESSION_MS = 3_600_000;

class Session implements RealtimeSession {
  readonly #options: RealtimeOptions;
  readonly #timers = new Set<Timer>();
  readonly #conversation = createConversation((type, fields) => this.#emit(type, fields));
  readonly #input = createSpeechInput();
  readonly #script = createScriptRun();
  #over = false;
  #config: SessionConfig;
  #active: ResponseRun | undefined;
  #thinking: Timer | undefined;
  /** The person spoke while a response was running that may not be interrupted. */
  #owesReply = false;
  #speechItem = '';

  constructor(options: RealtimeOptions) {
    const expiresAt = Math.floor((options.clock.now() + SESSION_MS) / 1000);
    this.#options = options;
    this.#config = firstConfig(wireId('sess'), options.model, expiresAt);
  }

  begin(): void {
    this.#emit('session.created', { session: this.#config.wire });
    this.#later(SESSION_MS, () => {
      this.#refuse(EXPIRED, undefined);
      this.#options.close();
    });
  }

  receive(message: string): void {
    if (this.#over) return;
    const read = readClientEvent(message);
    const refusal = 'refusal' in read ? read.refusal : this.#take(read.event);
    if (refusal) this.#refuse(refusal, 'refusal' in read ? read.eventId : read.event.event_id);
  }

  end(): void {
    this.#over = true;
    for (const timer of this.#timers) timer.cancel();
    this.#active?.cancel('client_cancelled');
  }

  #emit(type: string, fields: Record<string, unknown>): void {
    if (!this.#over) this.#options.send({ type, event_id: wireId('event'), ...fields });
  }

  #later(ms: number, fn: () => void): Timer {
    const timer = this.#options.clock.after(ms, () => {
      this.#timers.delete(timer);
      fn();
    });
    this.#timers.add(timer);
    return timer;
  }

  #refuse({ code, message, param }: Refusal, eventId: string | undefined): void {
    const type = 'invalid_request_error';
    const error = { type, code, message, param: param ?? null, event_id: eventId ?? null };
    this.#emit('error', { error });
  }

  #take(event: ClientEvent): Refusal | undefined {
    switch (event.type) {
      case 'session.update':
        return this.#update(event.session);
      case 'input_audio_buffer.append':
        return this.#hear(Buffer.from(event.audio, 'base64'));
      case 'input_audio_buffer.commit':
        return this.#commitByHand();
      case 'input_audio_buffer.clear':
        this.#input.take();
        return void this.#emit('input_audio_buffer.cleared', {});
      case 'conversation.item.create':
        return this.#createItem(event.item);
      case 'conversation.item.truncate':
        return this.#truncate(event.item_id, event.audio_end_ms);
      case 'response.create':
        return this.#respond(event.response?.instructions, event.response?.metadata);
      case 'response.cancel':
        return this.#cancel(event.response_id);
    }
  }

  #update(session: unknown): Refusal | undefined {
    const updated = updateConfig(this.#config, session);
    if ('refusal' in updated) return updated.refusal;
    this.#config = updated.config;
    this.#emit('session.updated', { session: this.#config.wire });
    return undefined;
  }

  #hear(audio: Uint8Array): Refusal | undefined {
    const { inputIsMuLaw, turnDetection } = this.#config;
    if (!inputIsMuLaw) return NOT_MU_LAW;
    for (const edge of this.#input.push(audio, turnDetection)) {
      if (turnDetection === null) continue;
      if (edge.kind === 'started') this.#speechStarted(edge);
      else this.#speechStopped(edge);
    }
    return undefined;
  }

  #speechStarted({ atMs }: SpeechEdge): void {
    const item_id = wireId('item');
    this.#speechItem = item_id;
    this.#thinking?.cancel();
    this.#emit('input_audio_buffer.speech_started', { audio_start_ms: atMs, item_id });
    if (this.#config.turnDetection?.interrupt_response !== false)
      this.#active?.cancel('turn_detected');
  }

  #speechStopped({ atMs }: SpeechEdge): void {
    const item_id = this.#speechItem;
    this.#emit('input_audio_buffer.speech_stopped', { audio_end_ms: atMs, item_id });
    this.#commit(item_id);
    if (this.#config.turnDetection?.create_response !== false)
      this.#thinking = this.#later(THINK_MS, () => this.#replyOrWait());
  }

  #commitByHand(): Refusal | undefined {
    if (this.#input.isEmpty) return NOTHING_TO_COMMIT;
    this.#commit(wireId('item'));
    return undefined;
  }

  #commit(item_id: string): void {
    const { transcript, seconds } = this.#input.take();
    this.#script.hear(transcript);
    const previous_item_id = this.#conversation.lastId();
    this.#emit('input_audio_buffer.committed', { previous_item_id, item_id });
    const content = [{ type: 'input_audio', transcript: null }];
    const item = { type: 'message', status: 'completed', role: 'user', content };
    this.#conversation.done(this.#conversation.add(item, item_id));
    if (!this.#config.transcribes) return;
    const done = { item_id, content_index: 0, transcript, usage: { type: 'duration', seconds } };
    this.#later(TRANSCRIPTION_MS, () =>
      this.#emit('conversation.item.input_audio_transcription.completed', done),
    );
  }

  #replyOrWait(): void {
    if (this.#active) this.#owesReply = true;
    else this.#respond();
  }

  #respond(instructions?: string, metadata?: unknown): Refusal | undefined {
    if (this.#active) return alreadyActive(this.#active);
    if (!this.#config.outputIsMuLaw) return NOT_MU_LAW;
    this.#thinking?.cancel();
    this.#owesReply = false;
    this.#run(instructions, metadata);
    return undefined;
  }

  #run(instructions: string | undefined, metadata: unknown): void {
    const { clock, speak, slowFirstAudioMs } = this.#options;
    const brief = readBrief(this.#config.instructions);
    const offered = new Set(this.#config.tools.map(({ name }) => name));
    const turn = this.#script.take(brief, instructions, offered);
    let isDone = false;
    const run = runResponse({
      clock,
      emit: (type, fields) => this.#emit(type, fields),
      conversation: this.#conversation,
      turn,
      speak: (text) => speak(text, brief.languageTag),
      slowFirstAudioMs: slowFirstAudioMs(),
      metadata,
      heardSeconds: this.#input.heardMs / 1000,
      done: (sentBytes) => {
        isDone = true;
        this.#active = undefined;
        if (turn.say !== undefined && sentBytes === 0) this.#script.takeBack();
        if (this.#owesReply && !this.#input.speaking) this.#replyOrWait();
      },
    });
    if (!isDone) this.#active = run;
  }

  #cancel(responseId: string | undefined): Refusal | undefined {
    const isMeant = responseId === undefined || responseId === this.#active?.id;
    if (!this.#active || !isMeant) return NOTHING_TO_CANCEL;
    this.#active.cancel('client_cancelled');
    return undefined;
  }

  #createItem({ id, ...item }: Record<string, unknown>): Refusal | undefined {
    const callId = String(item['call_id']);
    if (item['type'] === 'function_call_output' && !this.#conversation.hasCall(callId))
      return unknownToolCall(callId);
    const shown = { status: 'completed', ...item };
    this.#conversation.done(this.#conversation.add(shown, typeof id === 'string' ? id : undefined));
    if (item['role'] === 'user') this.#script.hear(...textsOf(item['content']));
    return undefined;
  }

  #truncate(item_id: string, audio_end_ms: number): Refusal | undefined {
    const item = this.#conversation.find(item_id);
    if (!item) return unknownItem(item_id);
    const lengthMs = Math.floor(item.audioBytes / BYTES_PER_MS);
    if (audio_end_ms > lengthMs) return alreadyShorter(lengthMs, audio_end_ms);
    item.audioBytes = audio_end_ms * BYTES_PER_MS;
    this.#emit('conversation.item.truncated', { item_id, content_index: 0, audio_end_ms });
    return undefined;
  }
}

function textsOf(content: unknown): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: { text?: unknown } | null) =>
    typeof part?.text === 'string' ? [part.text] : [],
  );
}
