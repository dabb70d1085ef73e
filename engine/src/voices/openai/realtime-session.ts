// One open realtime session. Invariant: after `closed` or `close` the listener hears nothing more.
import type { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { VoiceListener, VoiceSession } from '../../session/voice.ts';
import { createAudioSender } from './audio-sender.ts';
import { createConversation } from './conversation.ts';
import * as messages from './messages.ts';
import { createResponseTurns } from './response-turns.ts';

export interface RealtimeSession {
  port: VoiceSession;
  heed(event: messages.ServerEvent): void;
  /** The socket is gone. */
  lost(detail: string): void;
}

interface Options {
  realtime: OpenAIRealtimeWS;
  listener: VoiceListener;
  clock: Clock;
  log: Log;
}

type DoneResponse = Extract<messages.ServerEvent, { type: 'response.done' }>['response'];

const CLOSE_GRACE_MS = 2_000;
// The session cannot go on after these: https://platform.openai.com/docs/guides/realtime-conversations
const FATAL_CODES = new Set(['session_expired', 'invalid_api_key', 'insufficient_quota']);
const BUSY = 'conversation_already_has_active_response';
const NOTHING_TO_CANCEL = 'response_cancel_not_active';

/** Returns a session on an open socket. */
export function createRealtimeSession({
  realtime,
  listener,
  clock,
  log,
}: Options): RealtimeSession {
  const { socket } = realtime;
  let isOver = false;
  const audio = createAudioSender(socket);
  const conversation = createConversation(listener, audio.lostMs);
  const turns = createResponseTurns((eventId, { instructions }) =>
    send(messages.createResponse(eventId, instructions)),
  );

  function send(message: messages.ClientMessage): void {
    if (!isOver && socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  }

  function end(): boolean {
    if (isOver) return false;
    isOver = true;
    if (audio.lostMs() > 0)
      log.warn({ lost_ms: audio.lostMs() }, 'the model did not take all audio in time');
    realtime.close();
    clock.after(CLOSE_GRACE_MS * clock.rate, () => socket.terminate());
    return true;
  }

  function lost(detail: string): void {
    if (end()) listener.closed({ kind: 'lost', detail });
  }

  function failed({
    code,
    event_id,
  }: {
    code?: string | null | undefined;
    event_id?: string | null | undefined;
  }): void {
    if (code && FATAL_CODES.has(code)) return lost(code);
    if (code === NOTHING_TO_CANCEL) return;
    turns.refused(event_id, code === BUSY);
    if (code !== BUSY) log.warn({ code: code ?? 'none' }, 'the model refused a message');
  }

  function heed(event: messages.ServerEvent): void {
    if (isOver) return;
    if (event.type === 'error') return failed(event.error);
    followTurns(event);
    conversation.heed(event);
    if (event.type === 'response.done') responded(event.response);
  }

  function followTurns(event: messages.ServerEvent): void {
    if (event.type === 'input_audio_buffer.speech_started') turns.personSpeaks(true);
    if (event.type === 'input_audio_buffer.speech_stopped') turns.personSpeaks(false);
    if (event.type === 'response.created') turns.started(event.response.id);
  }

  function responded({ status, status_details }: DoneResponse): void {
    const code = status_details?.error?.code;
    if (code && FATAL_CODES.has(code)) return lost(code);
    if (status === 'failed') log.warn({ code: code ?? 'none' }, 'a response of the model failed');
    turns.ended();
  }

  const port: VoiceSession = {
    begin() {
      send(messages.takeTurns());
      turns.request({ instructions: undefined });
    },
    hear: (bytes) => (isOver ? undefined : audio.send(bytes)),
    cut(itemId, heardMs) {
      const { receivedMs, responseId } = conversation.cut(itemId);
      // Because the server refuses a length beyond what it made.
      send(messages.truncateItem(itemId, Math.min(Math.max(Math.floor(heardMs), 0), receivedMs)));
      if (responseId !== undefined && responseId === turns.active())
        send(messages.cancelResponse(responseId));
    },
    answerTool(toolCallId, output, goOn) {
      send(messages.toolOutput(toolCallId, output));
      if (goOn) turns.request({ instructions: undefined });
    },
    say: (instructions) => turns.request({ instructions }),
    close: () => void end(),
  };
  return { port, heed, lost };
}
