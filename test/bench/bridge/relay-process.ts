// What the engine's session is measured against: every message of the phone to the model as it is, every audio message
// of the model to the phone as it is. The least that brings the sound across with this websocket library.
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { ownSettings, serveMeasured } from '../measured.ts';

export interface StreamFacts {
  stream_url: string;
}

const { model_url } = ownSettings<{ model_url: string }>();
const OPTIONS = { perMessageDeflate: false, skipUTF8Validation: true };
const TEXT = { binary: false };
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...OPTIONS });
server.on('connection', (phone: WebSocket) => {
  const model = new WebSocket(`${model_url.replace('http', 'ws')}/realtime?model=none`, OPTIONS);
  phone.on('message', (message: Buffer) => {
    if (model.readyState === model.OPEN) model.send(message, TEXT);
  });
  model.on('message', (message: Buffer) => {
    if (message.includes('"response.output_audio.delta"')) phone.send(message, TEXT);
  });
  phone.on('close', () => model.terminate());
});
server.on('listening', () => {
  const { port } = server.address() as AddressInfo;
  const facts: StreamFacts = { stream_url: `ws://127.0.0.1:${port}` };
  serveMeasured(facts, async () => server.close());
});
