// The load generator: phones and models of all calls in one process, so that one clock stamps both ends of the way.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { muLawWav } from '../../../engine/src/simulator/model/mu-law-wav.ts';
import { serveMeasured } from '../measured.ts';
import { percentile } from '../report.ts';
import { createCarrier, newStream } from './carrier.ts';
import { speakAsModel } from './model.ts';
import { type Stream, speakAsPhone } from './phone.ts';
import { load, machineMs, memoryKb, processMs } from './processor-time.ts';
import { createTraffic } from './traffic.ts';

export interface GeneratorFacts {
  /** Where models listen at `/v1`, the carrier's API is, and orders are taken. */
  url: string;
}

export interface Order {
  calls: number;
  delta_ms: number;
  /** Where streams are opened; absent: the carrier is asked to make the calls. */
  stream_url?: string;
  /** The process that is measured. */
  pid: number;
  warm_up_seconds: number;
  seconds: number;
}

/** What one window showed. Milliseconds and kilobytes. */
export interface Window {
  cpu_ms: number;
  generator_cpu_ms: number;
  others_cpu_ms: number;
  memory_kb: number;
  load: number;
  lateness_p99_ms: number;
  up_p50_ms: number;
  up_p99_ms: number;
  down_p50_ms: number;
  down_p99_ms: number;
  p50_ms: number;
  p99_ms: number;
  /** Share of what was sent that arrived inside the window. */
  arrived_share: number;
}

const LIVE_WITHIN_MS = 90_000;
const DISCLOSURE = muLawWav(new Uint8Array(4_000).fill(0xff));

const traffic = createTraffic();
const sockets = { phones: 0, models: 0 };
let calls = 1;

const connect = (url: string, headers: Record<string, string>, stream: Stream): void => {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const phase = (sockets.phones++ % calls) / calls;
  socket.on('error', (error) => fail(error));
  socket.on('open', () => speakAsPhone(socket, stream, traffic, phase));
};
const carrier = createCarrier(connect);
const models = new WebSocketServer({ noServer: true, perMessageDeflate: false });
models.on('connection', (socket: WebSocket) => {
  // Half a step aside, so that a phone and its own model do not send in one instant.
  const phase = ((sockets.models++ + 0.5) % calls) / calls;
  socket.on('error', () => socket.terminate());
  speakAsModel(socket, traffic, phase);
});

const server = createServer((request, response) => {
  answer(request, response).catch((error: Error) => fail(error));
});
server.on('upgrade', (request, socket, head) =>
  models.handleUpgrade(request, socket, head, (opened) => models.emit('connection', opened)),
);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serveMeasured({ url: `http://127.0.0.1:${port}` } satisfies GeneratorFacts, async () =>
    traffic.pace.stop(),
  );
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await carrier.answer(request, response)) return;
  if (request.url === '/v1/audio/speech') {
    response.writeHead(200, { 'content-type': 'audio/wav' }).end(DISCLOSURE);
  } else if (request.url === '/prepare') {
    const order = (await json(request)) as Order;
    calls = order.calls;
    traffic.deltaMs = order.delta_ms;
    if (order.stream_url !== undefined) openStreams(order.stream_url);
    response.end('{}');
  } else if (request.url === '/run') {
    const window = await run((await json(request)) as Order);
    response.end(JSON.stringify(window));
  } else response.writeHead(404).end();
}

function openStreams(url: string): void {
  for (let nth = 0; nth < calls; nth++) connect(url, {}, newStream());
}

async function run(order: Order): Promise<Window> {
  await becomeLive();
  await pause(order.warm_up_seconds * 1_000);
  const before = look(order.pid);
  traffic.begin();
  await pause(order.seconds * 1_000);
  const { up, down, lateness } = traffic.end();
  const after = look(order.pid);
  const cpu_ms = after.system - before.system;
  const generator_cpu_ms = after.own - before.own;
  const seconds = (after.at - before.at) / 1_000;
  const sent = order.calls * seconds * (1_000 / 20 + 1_000 / order.delta_ms);
  return {
    cpu_ms,
    generator_cpu_ms,
    others_cpu_ms: after.machine - before.machine - cpu_ms - generator_cpu_ms,
    memory_kb: memoryKb(order.pid),
    load: load(),
    lateness_p99_ms: percentile(lateness, 0.99),
    up_p50_ms: percentile(up, 0.5),
    up_p99_ms: percentile(up, 0.99),
    down_p50_ms: percentile(down, 0.5),
    down_p99_ms: percentile(down, 0.99),
    p50_ms: percentile([...up, ...down], 0.5),
    p99_ms: percentile([...up, ...down], 0.99),
    arrived_share: (up.length + down.length) / sent,
  };
}

async function becomeLive(): Promise<void> {
  const until = performance.now() + LIVE_WITHIN_MS;
  while (traffic.live.up < calls || traffic.live.down < calls) {
    if (performance.now() > until)
      throw new Error(
        `of ${calls} calls ${traffic.live.up} speak and ${traffic.live.down} are spoken to`,
      );
    await pause(50);
  }
}

const look = (pid: number) => ({
  at: performance.now(),
  system: processMs(pid),
  own: processMs(process.pid),
  machine: machineMs(),
});

// A call that fails spoils the run: the parent sees that this process is gone.
function fail(error: Error): void {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
