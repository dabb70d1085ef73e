// The carrier's end of one media stream: a frame every 20 ms, marks returned at once.
// https://www.twilio.com/docs/voice/media-streams/websocket-messages
import type { WebSocket } from 'ws';
import { FRAME_BYTES } from '../../../engine/src/lib/mu-law.ts';
import { createStampedAudio, delayOf } from './stamped-audio.ts';
import type { Traffic } from './traffic.ts';

export interface Stream {
  streamSid: string;
  callSid: string;
  accountSid: string;
  parameters: Record<string, string>;
}

const FRAME_MS = 20;

/** Speaks on an open socket until it closes. `phase` from 0 to 1 is its place within the 20 ms. */
export function speakAsPhone(
  socket: WebSocket,
  stream: Stream,
  traffic: Traffic,
  phase: number,
): void {
  const { streamSid } = stream;
  const audio = createStampedAudio(FRAME_BYTES);
  let sequence = 1;
  let chunk = 0;
  let isFirst = true;

  socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
  socket.send(startMessage(stream));
  const sending = traffic.pace.add({
    everyMs: FRAME_MS,
    phaseMs: phase * FRAME_MS,
    send() {
      if (socket.readyState !== socket.OPEN) return;
      const timestamp = chunk * FRAME_MS;
      chunk += 1;
      sequence += 1;
      socket.send(
        `{"event":"media","sequenceNumber":"${sequence}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${timestamp}","payload":"${audio()}"},"streamSid":"${streamSid}"}`,
      );
    },
  });
  socket.on('message', (message: Buffer) => {
    const delay = delayOf(message);
    if (delay !== undefined) {
      traffic.arrived('down', delay, isFirst);
      isFirst = false;
    } else returnMark(message);
  });
  socket.on('close', () => sending.stop());

  function returnMark(message: Buffer): void {
    const { event, mark } = JSON.parse(String(message)) as {
      event: string;
      mark: { name: string };
    };
    if (event !== 'mark') return;
    sequence += 1;
    socket.send(JSON.stringify({ event, sequenceNumber: String(sequence), streamSid, mark }));
  }
}

const startMessage = ({ streamSid, callSid, accountSid, parameters }: Stream): string =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    start: {
      streamSid,
      accountSid,
      callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 },
      customParameters: parameters,
    },
    streamSid,
  });
