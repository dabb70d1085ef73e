// The messages of Twilio Media Streams (https://www.twilio.com/docs/voice/media-streams/websocket-messages). Pure.

import { z } from 'zod';
import { FRAME_BYTES } from '../../lib/mu-law.ts';

export type MediaMessage =
  | { event: 'connected' }
  | { event: 'start'; accountSid: string; callSid: string; streamSid: string; token: string }
  | { event: 'media'; frame: Uint8Array; timestampMs: number }
  | { event: 'mark'; name: string }
  | { event: 'dtmf'; digit: string }
  | { event: 'stop' };

/** Returns what Twilio said; undefined for anything that is not a message of the protocol with sane contents. */
export function parseMediaMessage(text: string): MediaMessage | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return undefined;
  // Nearly every message is audio, so it is read by hand; Zod would cost more than the rest of its way.
  if ('event' in value && value.event === 'media')
    return 'media' in value ? readMedia(value.media) : undefined;
  const parsed = otherMessageSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Longest piece of audio taken in one message: a second. Twilio sends 20 ms. */
export const FRAME_BYTES_MAX = 8_000;
const BASE64_MAX = Math.ceil(FRAME_BYTES_MAX / 3) * 4;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const DIGITS = /^\d{1,9}$/;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readMedia(media: unknown): MediaMessage | undefined {
  if (
    typeof media !== 'object' ||
    media === null ||
    !('payload' in media) ||
    !('timestamp' in media)
  )
    return undefined;
  const { payload, timestamp } = media;
  if ('track' in media && media.track !== 'inbound') return undefined;
  if (typeof timestamp !== 'string' || !DIGITS.test(timestamp)) return undefined;
  if (typeof payload !== 'string' || payload.length > BASE64_MAX || payload.length % 4 !== 0)
    return undefined;
  if (!BASE64.test(payload)) return undefined;
  const frame = Buffer.from(payload, 'base64');
  if (frame.length > FRAME_BYTES_MAX) return undefined;
  return { event: 'media', frame, timestampMs: Number(timestamp) };
}

const startSchema = z
  .object({
    event: z.literal('start'),
    start: z.object({
      accountSid: z.string().max(64),
      callSid: z.string().regex(/^CA[0-9a-f]{32}$/i),
      streamSid: z.string().min(1).max(64),
      mediaFormat: z.object({
        encoding: z.literal('audio/x-mulaw'),
        sampleRate: z.literal(8_000),
        channels: z.literal(1),
      }),
      customParameters: z.object({ token: z.string().min(1).max(200) }),
    }),
  })
  .transform(({ event, start: { accountSid, callSid, streamSid, customParameters } }) => ({
    event,
    accountSid,
    callSid,
    streamSid,
    token: customParameters.token,
  }));

const otherMessageSchema = z.union([
  z
    .object({ event: z.literal('mark'), mark: z.object({ name: z.string().min(1).max(200) }) })
    .transform(({ event, mark }) => ({ event, name: mark.name })),
  z
    .object({
      event: z.literal('dtmf'),
      dtmf: z.object({ digit: z.string().regex(/^[0-9*#A-D]$/) }),
    })
    .transform(({ event, dtmf }) => ({ event, digit: dtmf.digit })),
  z.object({ event: z.enum(['connected', 'stop']) }).transform(({ event }) => ({ event })),
  startSchema,
]);

/** Writes the messages of one stream. Keeps back what does not fill a frame, because some networks click on odd pieces. */
export interface MediaEncoder {
  /** The message that plays these bytes and what was kept back, in whole frames; undefined while they fill none. */
  media(audio: Uint8Array): string | undefined;
  /** The message that plays what was kept back, filled up by nothing; undefined when there is none. */
  flush(): string | undefined;
  mark(name: string): string;
  /** Forgets what was kept back as well. */
  clear(): string;
}

export function createMediaEncoder(streamSid: string): MediaEncoder {
  let kept: Uint8Array = new Uint8Array(0);
  const mediaMessage = (audio: Uint8Array): string =>
    JSON.stringify({ event: 'media', streamSid, media: { payload: toBase64(audio) } });

  return {
    media(audio) {
      const all = kept.length === 0 ? audio : Buffer.concat([kept, audio]);
      const whole = all.length - (all.length % FRAME_BYTES);
      // A copy, because the caller may use its buffer again.
      kept = Uint8Array.from(all.subarray(whole));
      return whole === 0 ? undefined : mediaMessage(all.subarray(0, whole));
    },
    flush() {
      if (kept.length === 0) return undefined;
      const rest = kept;
      kept = new Uint8Array(0);
      return mediaMessage(rest);
    },
    mark: (name) => JSON.stringify({ event: 'mark', streamSid, mark: { name } }),
    clear() {
      kept = new Uint8Array(0);
      return JSON.stringify({ event: 'clear', streamSid });
    },
  };
}

const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
