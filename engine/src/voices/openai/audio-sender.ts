// What the model hears, as fast as its socket takes it. Audio that is too late to be of use is dropped.
import type { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { BYTES_PER_MS } from '../../lib/mu-law.ts';

export interface AudioSender {
  send(bytes: Uint8Array): void;
  /** Milliseconds of audio that were dropped. */
  lostMs(): number;
}

// About five seconds of audio as messages.
const MOST_BUFFERED_BYTES = 65_536;
// What waits for the socket to drain: one second; then the oldest goes.
const MOST_WAITING_BYTES = 8_000;

export function createAudioSender(socket: OpenAIRealtimeWS['socket']): AudioSender {
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let lostBytes = 0;

  function takeOldest(): Uint8Array | undefined {
    const oldest = waiting.shift();
    waitingBytes -= oldest?.length ?? 0;
    return oldest;
  }

  return {
    send(bytes) {
      waiting.push(bytes);
      waitingBytes += bytes.length;
      while (
        waitingBytes > 0 &&
        socket.readyState === socket.OPEN &&
        socket.bufferedAmount < MOST_BUFFERED_BYTES
      ) {
        socket.send(appendMessage(takeOldest() ?? bytes));
      }
      while (waitingBytes > MOST_WAITING_BYTES) lostBytes += takeOldest()?.length ?? 0;
    },
    lostMs: () => Math.round(lostBytes / BYTES_PER_MS),
  };
}

// Fifty times a second for every call, so the JSON is put together by hand: base64 needs no escapes.
function appendMessage(bytes: Uint8Array): string {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return `{"type":"input_audio_buffer.append","audio":"${base64}"}`;
}
