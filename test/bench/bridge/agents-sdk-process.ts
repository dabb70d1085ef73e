// The bridge of OpenAI's Agents SDK, put together as its guide for Twilio shows it:
// https://openai.github.io/openai-agents-js/extensions/twilio
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { ownSettings, serveMeasured } from '../measured.ts';
import type { StreamFacts } from './relay-process.ts';

interface Sdk {
  TwilioRealtimeTransportLayer: new (options: { twilioWebSocket: WebSocket }) => object;
  RealtimeAgent: new (options: { name: string; instructions: string }) => object;
  RealtimeSession: new (
    agent: object,
    options: { transport: object; model: string },
  ) => {
    connect(options: { apiKey: string; url: string }): Promise<void>;
    on(event: 'error', listener: () => void): void;
  };
}

const { model_url, folder } = ownSettings<{ model_url: string; folder: string }>();
const load = createRequire(`${folder}/package.json`);
const { TwilioRealtimeTransportLayer } = load('@openai/agents-extensions') as Sdk;
const { RealtimeAgent, RealtimeSession } = load('@openai/agents/realtime') as Sdk;

const url = `${model_url.replace('http', 'ws')}/realtime?model=none`;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (phone: WebSocket) => {
  const agent = new RealtimeAgent({ name: 'Bench', instructions: 'Speak.' });
  const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: phone });
  const session = new RealtimeSession(agent, { transport, model: 'none' });
  session.on('error', () => undefined);
  session.connect({ apiKey: 'key-of-the-bench', url }).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
});
server.on('listening', () => {
  const { port } = server.address() as AddressInfo;
  const facts: StreamFacts = { stream_url: `ws://127.0.0.1:${port}` };
  serveMeasured(facts, async () => server.close());
});
