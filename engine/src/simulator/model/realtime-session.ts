// One realtime session: client events in, server events out, with voice detection and automatic turns.
// Events: openai 7.57 `resources/realtime/realtime.d.ts`.
import type { Clock, Timer } from '../../lib/clock.ts';
import { BYTES_PER_MS } from '../../lib/mu-law.ts';
import { nextTurn, SCRIPT_START, type ScriptState, toldToSay } from '../dialogue/agent-script.ts';
import { type Brief, readBrief } from '../dialogue/brief.ts';
import { type ClientEvent, type Refusal, readClientEvent } from './client-event.ts';
import { createConversation, type Emit, wireId } from './conversation.ts';
import { createHeardWords } from './heard-words.ts';
import { type ResponseRun, runResponse } from './response-run.ts';
import { firstConfig, updateConfig } from './session-config.ts';
import { createVoiceDetection, type SpeechEdge } from './voice-detection.ts';

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

const THINK_MS = 300;
const TRANSCRIPTION_MS = 150;
const SESSION_MS = 3_600_000;

export function createRealtimeSession(options: RealtimeOptions): RealtimeSession {
  const { clock } = options;
  const timers = new Set<Timer>();
  const emit: Emit = (type, fields) =>
    over || options.send({ type, event_id: wireId('event'), ...fields });
  const conversation = createConversation(emit);
  const detection = createVoiceDetection();
  const heardWords = createHeardWords();

  let over = false;
  let config = firstConfig(
    wireId('sess'),
    options.model,
    Math.floor((clock.now() + SESSION_MS) / 1000),
  );
  let script: ScriptState = SCRIPT_START;
  let active: ResponseRun | undefined;
  let thinking: Timer | undefined;
  let owesReply = false; // The person spoke while a response was running that may not be interrupted.
  let speechItem = '';
  let committedMs = 0;
  let unanswered: string[] = []; // What the person said since the last turn of the agent.
  const undo = { script, said: unanswered };

  const later = (ms: number, fn: () => void): Timer => {
    const timer = clock.after(ms, () => {
      timers.delete(timer);
      fn();
    });
    timers.add(timer);
    return timer;
  };

  function end(): void {
    over = true;
    for (const timer of timers) timer.cancel();
    active?.cancel('client_cancelled');
  }

  function refuse(refusal: Refusal, eventId: string | undefined): void {
    const { code, message, param } = refusal;
    const error = {
      type: 'invalid_request_error',
      code,
      message,
      param: param ?? null,
      event_id: eventId ?? null,
    };
    emit('error', { error });
  }

  function receive(message: string): void {
    if (over) return;
    const read = readClientEvent(message);
    const refusal = 'refusal' in read ? read.refusal : handle(read.event);
    if (refusal) refuse(refusal, 'refusal' in read ? read.eventId : read.event.event_id);
  }

  function handle(event: ClientEvent): Refusal | undefined {
    switch (event.type) {
      case 'session.update':
        return update(event.session);
      case 'input_audio_buffer.append':
        return hear(Buffer.from(event.audio, 'base64'));
      case 'input_audio_buffer.commit':
        return commitByHand();
      case 'input_audio_buffer.clear':
        heardWords.take();
        committedMs = detection.heardMs;
        return void emit('input_audio_buffer.cleared', {});
      case 'conversation.item.create':
        return createItem(event.item);
      case 'conversation.item.truncate':
        return truncate(event.item_id, event.audio_end_ms);
      case 'response.create':
        return respond(event.response?.instructions, event.response?.metadata);
      case 'response.cancel':
        return cancel(event.response_id);
    }
  }

  function update(session: unknown): Refusal | undefined {
    const updated = updateConfig(config, session);
    if ('refusal' in updated) return updated.refusal;
    config = updated.config;
    emit('session.updated', { session: config.wire });
    return undefined;
  }

  function hear(audio: Uint8Array): Refusal | undefined {
    if (!config.inputIsMuLaw) return NOT_MU_LAW;
    heardWords.push(audio);
    for (const edge of detection.push(audio, detectionNumbers())) {
      if (config.turnDetection !== null) onEdge(edge);
    }
    return undefined;
  }

  function detectionNumbers(): {
    threshold: number;
    prefix_padding_ms: number;
    silence_duration_ms: number;
  } {
    const own = config.turnDetection?.type === 'server_vad' ? config.turnDetection : {};
    return { threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500, ...definedIn(own) };
  }

  function onEdge(edge: SpeechEdge): void {
    if (edge.kind === 'started') {
      speechItem = wireId('item');
      thinking?.cancel();
      emit('input_audio_buffer.speech_started', { audio_start_ms: edge.atMs, item_id: speechItem });
      if (config.turnDetection?.interrupt_response !== false) active?.cancel('turn_detected');
      return;
    }
    emit('input_audio_buffer.speech_stopped', { audio_end_ms: edge.atMs, item_id: speechItem });
    commit(speechItem);
    if (config.turnDetection?.create_response !== false) thinking = later(THINK_MS, replyOrWait);
  }

  function commitByHand(): Refusal | undefined {
    if (detection.heardMs === committedMs) {
      return {
        code: 'input_audio_buffer_commit_empty',
        message: 'Error committing input audio buffer: the buffer is empty.',
      };
    }
    commit(wireId('item'));
    return undefined;
  }

  function commit(itemId: string): void {
    const seconds = (detection.heardMs - committedMs) / 1000;
    committedMs = detection.heardMs;
    const transcript = heardWords.take();
    unanswered.push(transcript);
    emit('input_audio_buffer.committed', {
      previous_item_id: conversation.lastId(),
      item_id: itemId,
    });
    const content = [{ type: 'input_audio', transcript: null }];
    conversation.done(
      conversation.add({ type: 'message', status: 'completed', role: 'user', content }, itemId),
    );
    if (!config.transcribes) return;
    const done = {
      item_id: itemId,
      content_index: 0,
      transcript,
      usage: { type: 'duration', seconds },
    };
    later(TRANSCRIPTION_MS, () =>
      emit('conversation.item.input_audio_transcription.completed', done),
    );
  }

  function replyOrWait(): void {
    if (active) owesReply = true;
    else respond();
  }

  function respond(instructions?: string, metadata?: unknown): Refusal | undefined {
    if (active) {
      const message = `Conversation already has an active response in progress: ${active.id}. Wait until the response is finished before creating a new one.`;
      return { code: 'conversation_already_has_active_response', message };
    }
    if (!config.outputIsMuLaw) return NOT_MU_LAW;
    thinking?.cancel();
    owesReply = false;
    undo.script = script;
    undo.said = unanswered;
    run(readBrief(config.instructions), instructions, metadata);
    return undefined;
  }

  function run(brief: Brief, instructions: string | undefined, metadata: unknown): void {
    let isDone = false;
    const turn = chooseTurn(brief, instructions);
    const begun = runResponse({
      clock,
      emit,
      conversation,
      turn,
      speak: (text) => options.speak(text, brief.languageTag),
      slowFirstAudioMs: options.slowFirstAudioMs(),
      metadata,
      heardSeconds: detection.heardMs / 1000,
      done() {
        isDone = true;
        active = undefined;
        if (turn.say !== undefined && begun.sentBytes() === 0) takeBack();
        if (owesReply && !detection.speaking) replyOrWait();
      },
    });
    if (!isDone) active = begun;
  }

  function chooseTurn(
    brief: Brief,
    instructions: string | undefined,
  ): { say: string | undefined; calls: [] } | ReturnType<typeof nextTurn>['turn'] {
    if (instructions && script.phase !== 'start')
      return { say: toldToSay(brief, instructions), calls: [] };
    const offered = new Set(config.tools.map(({ name }) => name));
    const said = unanswered.length > 0 ? unanswered.join(' ').trim() : undefined;
    const step = nextTurn(brief, script, said, offered.has('record_answer'));
    script = step.state;
    unanswered = [];
    return { ...step.turn, calls: step.turn.calls.filter(({ name }) => offered.has(name)) };
  }

  // Words of which nothing was sent were never said, so the script stands where it stood.
  function takeBack(): void {
    script = undo.script;
    unanswered = [...undo.said, ...unanswered];
  }

  function cancel(responseId: string | undefined): Refusal | undefined {
    if (!active || (responseId !== undefined && responseId !== active.id)) {
      return {
        code: 'response_cancel_not_active',
        message: 'Cancellation failed: no active response found',
      };
    }
    active.cancel('client_cancelled');
    return undefined;
  }

  function createItem(item: Record<string, unknown>): Refusal | undefined {
    if (item['type'] === 'function_call_output' && !conversation.hasCall(String(item['call_id']))) {
      return {
        code: 'invalid_tool_call_id',
        message: `Tool call ID '${String(item['call_id'])}' not found in conversation.`,
      };
    }
    const { id, ...rest } = item;
    const added = conversation.add(
      { status: 'completed', ...rest },
      typeof id === 'string' ? id : undefined,
    );
    conversation.done(added);
    if (item['role'] === 'user') unanswered.push(...textsOf(item['content']));
    return undefined;
  }

  function truncate(itemId: string, audioEndMs: number): Refusal | undefined {
    const item = conversation.find(itemId);
    if (!item)
      return {
        code: 'item_not_found',
        message: `Item '${itemId}' does not exist.`,
        param: 'item_id',
      };
    const lengthMs = Math.floor(item.audioBytes / BYTES_PER_MS);
    if (audioEndMs > lengthMs) {
      const message = `Audio content of ${lengthMs}ms is already shorter than ${audioEndMs}ms`;
      return { code: 'invalid_value', message, param: 'audio_end_ms' };
    }
    item.audioBytes = audioEndMs * BYTES_PER_MS;
    emit('conversation.item.truncated', {
      item_id: itemId,
      content_index: 0,
      audio_end_ms: audioEndMs,
    });
    return undefined;
  }

  emit('session.created', { session: config.wire });
  later(SESSION_MS, () => {
    refuse(
      { code: 'session_expired', message: 'Your session hit the maximum duration of 60 minutes.' },
      undefined,
    );
    options.close();
  });
  return { receive, end };
}

const NOT_MU_LAW: Refusal = {
  code: 'invalid_value',
  message:
    'The simulated model hears and speaks audio/pcmu only: set it in audio.input.format and audio.output.format.',
  param: 'session.audio',
};

function definedIn(numbers: {
  threshold?: number | undefined;
  prefix_padding_ms?: number | undefined;
  silence_duration_ms?: number | undefined;
}): {
  threshold?: number;
  prefix_padding_ms?: number;
  silence_duration_ms?: number;
} {
  const { threshold, prefix_padding_ms, silence_duration_ms } = numbers;
  return Object.fromEntries(
    Object.entries({ threshold, prefix_padding_ms, silence_duration_ms }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function textsOf(content: unknown): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: { text?: unknown } | null) =>
    typeof part?.text === 'string' ? [part.text] : [],
  );
}
