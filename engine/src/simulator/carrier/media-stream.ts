// The carrier's end of a media socket (https://www.twilio.com/docs/voice/media-streams/websocket-messages).
// Numbers in messages are strings; audio goes out in frames of 20 ms while the phone is on.
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Phone } from './phone.ts';
import type { StreamNoun } from './twiml.ts';

export interface MediaStreamOptions {
  clock: Clock;
  accountSid: string;
  callSid: string;
  streamSid: string;
  noun: StreamNoun;
  signature: string;
  phone: Phone;
  dropAfterMs: number | undefined;
  note(event: string, detail?: string): void;
  marked(name: string, how: 'played' | 'cleared'): void;
  cleared(droppedBytes: number): void;
}

export interface MediaStream {
  /** Resolves when the socket is closed, with the error code when it never opened or broke the protocol. */
  ended: Promise<{ error: number | undefined }>;
  /** Tells the engine that the call is over, and closes. */
  stop(): void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const LARGEST_MESSAGE_BYTES = 15_000_000;
/** Twilio's codes: https://www.twilio.com/docs/api/errors */
const CODES = { handshake: 31920, protocol: 31924, invalidMessage: '31951' };

export function openMediaStream(options: MediaStreamOptions): MediaStream {
  const { phone, streamSid, note } = options;
  const socket = new WebSocket(options.noun.url, {
    headers: { 'x-twilio-signature': options.signature, 'user-agent': 'Twilio.TmeWs/1.0' },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: LARGEST_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  let error: number | undefined = CODES.handshake;
  let sequence = 0;
  let drop: Timer | undefined;
  const send = (message: Record<string, unknown>): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const sendNumbered = (event: string, body: Record<string, unknown>): void => {
    send({ event, sequenceNumber: String(++sequence), ...body, streamSid });
  };

  const ended = new Promise<{ error: number | undefined }>((resolve) => {
    socket.on('open', () => {
      error = undefined;
      note('stream_started', streamSid);
      send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
      sendNumbered('start', { start: startOf(options) });
      phone.listen(mediaSender(sendNumbered));
      const { dropAfterMs } = options;
      if (dropAfterMs !== undefined)
        drop = options.clock.after(dropAfterMs, () => socket.terminate());
    });
    socket.on('message', (data) => {
      const message = readMessage(String(data));
      if (!message) note('stream_warning', CODES.invalidMessage);
      else if (
        message.event === 'media' &&
        !phone.playout.add(Buffer.from(message.media.payload, 'base64'))
      ) {
        error = CODES.protocol;
        socket.terminate();
      } else if (message.event !== 'media') obey(message, options, sendNumbered);
    });
    socket.on('error', (cause) => note('stream_error', cause.message));
    socket.on('close', (code) => {
      drop?.cancel();
      phone.listen(undefined);
      note('stream_stopped', String(code));
      resolve({ error });
    });
  });
  return {
    ended,
    stop() {
      sendNumbered('stop', { stop: { accountSid: options.accountSid, callSid: options.callSid } });
      if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
      else socket.close();
    },
  };
}

const messageSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('media'), media: z.object({ payload: z.base64() }) }),
  z.object({ event: z.literal('mark'), mark: z.object({ name: z.string() }) }),
  z.object({ event: z.literal('clear') }),
]);
type Message = z.infer<typeof messageSchema>;

function readMessage(text: string): Message | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function obey(
  message: Exclude<Message, { event: 'media' }>,
  options: MediaStreamOptions,
  sendNumbered: (event: string, body: Record<string, unknown>) => void,
): void {
  const { playout } = options.phone;
  if (message.event === 'clear') {
    options.cleared(playout.clear());
    return;
  }
  const { name } = message.mark;
  playout.mark((how) => {
    options.marked(name, how);
    sendNumbered('mark', { mark: { name } });
  });
}

const startOf = ({
  accountSid,
  callSid,
  streamSid,
  noun,
}: MediaStreamOptions): Record<string, unknown> => ({
  accountSid,
  streamSid,
  callSid,
  tracks: ['inbound'],
  mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
  customParameters: noun.parameters,
});

function mediaSender(sendNumbered: (event: string, body: Record<string, unknown>) => void) {
  let chunk = 0;
  return (frame: Uint8Array): void => {
    const timestamp = String(chunk * 20);
    chunk++;
    const payload = Buffer.from(frame).toString('base64');
    sendNumbered('media', {
      media: { track: 'inbound', chunk: String(chunk), timestamp, payload },
    });
  };
}
