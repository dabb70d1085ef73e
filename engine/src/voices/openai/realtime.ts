// Voice port on OpenAI's Realtime API: one WebSocket a call, mu-law both ways.
import net from 'node:net';
import { OpenAI } from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { fail, ok, type Result } from '../../lib/result.ts';
import type {
  Voice,
  VoiceBrief,
  VoiceFailure,
  VoiceListener,
  VoiceSession,
} from '../../session/voice.ts';
import { readServerEvent, type ServerEvent, setUpSession } from './messages.ts';
import { createRealtimeSession } from './realtime-session.ts';

export interface OpenAiVoiceOptions {
  apiKey: string;
  /** Default https://api.openai.com/v1. With http: the socket is plain. */
  baseUrl?: string;
  model?: string;
  transcriptionModel?: string;
  clock: Clock;
  log: Log;
  /** Real milliseconds from the first byte to a session that listens. */
  openTimeoutMs?: number;
}

// One audio delta is some hundred kilobytes at most.
const LARGEST_MESSAGE_BYTES = 8 * 1_048_576;

/** Returns the voice of OpenAI's Realtime API: https://platform.openai.com/docs/guides/realtime */
export function createOpenAiVoice(options: OpenAiVoiceOptions): Voice {
  const {
    apiKey,
    baseUrl = 'https://api.openai.com/v1',
    model = 'gpt-realtime-2.1-mini',
  } = options;
  // Because the package would otherwise read these two from the environment.
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    organization: null,
    project: null,
    maxRetries: 0,
  });
  const base = new URL(baseUrl);
  return {
    open(brief, listener) {
      const socket = new OpenAIRealtimeWS(
        { model, options: { maxPayload: LARGEST_MESSAGE_BYTES, ...plainSocket(base) } },
        client,
      );
      return openSession(socket, brief, listener, options);
    },
  };
}

// Because the package connects by wss: whatever the base URL says (openai 7.57, realtime/internal-base.js).
function plainSocket(base: URL): { createConnection?: () => net.Socket } {
  if (base.protocol !== 'http:') return {};
  return {
    createConnection: () =>
      net.connect(Number(base.port || 80), base.hostname.replace(/^\[|\]$/g, '')),
  };
}

function openSession(
  realtime: OpenAIRealtimeWS,
  brief: VoiceBrief,
  listener: VoiceListener,
  { clock, log, openTimeoutMs = 8_000, transcriptionModel = 'gpt-transcribe' }: OpenAiVoiceOptions,
): Promise<Result<VoiceSession, VoiceFailure>> {
  const { socket } = realtime;
  return new Promise((resolve) => {
    let stage: 'connecting' | 'setting_up' | 'ready' | 'failed' = 'connecting';
    const session = createRealtimeSession({ realtime, listener, clock, log });

    function give(failure: VoiceFailure): void {
      if (stage === 'ready' || stage === 'failed') return;
      stage = 'failed';
      timer.cancel();
      socket.terminate();
      resolve(fail(failure));
    }

    function setUp(event: ServerEvent): void {
      if (event.type === 'error')
        return give({ kind: 'refused', detail: event.error.code ?? event.error.type ?? 'error' });
      if (event.type === 'session.created' && stage === 'connecting') {
        stage = 'setting_up';
        realtime.socket.send(JSON.stringify(setUpSession(brief, transcriptionModel)));
      }
      if (event.type !== 'session.updated' || stage !== 'setting_up') return;
      stage = 'ready';
      timer.cancel();
      resolve(ok(session.port));
    }

    // Because how fast another computer answers does not depend on this clock's rate.
    const timer = clock.after(openTimeoutMs * clock.rate, () =>
      give({ kind: 'timeout', detail: `not ready: ${stage}` }),
    );
    realtime.on('event', (message) => {
      const event = readServerEvent(message);
      if (!event || stage === 'failed') return;
      if (stage === 'ready') session.heed(event);
      else setUp(event);
    });
    // Said again by the socket's close or as an event; without a listener the package throws.
    realtime.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      give(refusalOf(response.statusCode ?? 0));
    });
    socket.on('close', (code) => {
      if (stage === 'ready') session.lost(`socket closed with ${code}`);
      else
        give({
          kind: stage === 'connecting' ? 'unreachable' : 'lost',
          detail: `socket closed with ${code}`,
        });
    });
  });
}

function refusalOf(status: number): VoiceFailure {
  return {
    kind: status >= 500 || status === 0 ? 'unreachable' : 'refused',
    detail: `http_${status}`,
  };
}
