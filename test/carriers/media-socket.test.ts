import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { MEDIA_LIMITS } from '../../engine/src/carriers/twilio/media-limits.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import {
  ACCOUNT,
  BASE,
  CALL,
  type Heard,
  mediaMessage,
  OTHER_ACCOUNT,
  OTHER_AUTH_TOKEN,
  OTHER_BASE,
  sign,
  startMessage,
  startTwilioServer,
  type TwilioServer,
  until,
} from './twilio-server.ts';

let server: TwilioServer;
const sockets: { terminate(): void }[] = [];
beforeEach(async () => {
  server = await startTwilioServer();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await server.close();
});

const SIGNATURE = sign(`${BASE.replace('https', 'wss')}/carriers/twilio/media`, {});
const FRAME = new Uint8Array(160).fill(0x55);

interface Peer {
  socket: WebSocket;
  received: Record<string, unknown>[];
  closed: Promise<{ code: number; reason: string }>;
}

/** Connects as Twilio does. */
async function dialIn(headers?: Record<string, string>): Promise<Peer> {
  const socket = server.connect(headers);
  sockets.push(socket);
  const received: Record<string, unknown>[] = [];
  socket.on('message', (data) =>
    received.push(JSON.parse(String(data)) as Record<string, unknown>),
  );
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', () => {});
  return { socket, received, closed };
}

/** Connects and shows the call: the stream is live when this returns. */
async function goLive(): Promise<
  Peer & { heard: Heard; line: TwilioServer['told']['opened'][number]['line'] }
> {
  const peer = await dialIn();
  peer.socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
  peer.socket.send(startMessage());
  const { heard, line } = await until(() => server.told.opened[0]);
  return { ...peer, heard, line };
}

const refusedWith = (headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const socket = server.connect(headers);
    sockets.push(socket);
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode);
      socket.terminate();
    });
    socket.once('open', () => reject(new Error('the socket was opened')));
    socket.on('error', () => {});
  });

describe('who may open a media socket', () => {
  it('I1: nobody without the signature of an account', async () => {
    expect(await refusedWith({})).toBe(403);
    expect(await refusedWith({ 'x-twilio-signature': '' })).toBe(403);
    expect(
      await refusedWith({ 'x-twilio-signature': sign(`${BASE}/carriers/twilio/media`, {}) }),
    ).toBe(403);
    expect(
      await refusedWith({
        'x-twilio-signature': sign('wss://evil.example/carriers/twilio/media', {}),
        host: 'evil.example',
      }),
    ).toBe(403);
    expect(server.told.opened).toEqual([]);
  });

  it('I2: no browser, whatever it knows', async () => {
    expect(await refusedWith({ 'x-twilio-signature': SIGNATURE, origin: BASE })).toBe(403);
  });

  it('I4: a start of an account that did not sign the upgrade is closed', async () => {
    const { socket, closed } = await dialIn();
    socket.send(startMessage({ accountSid: OTHER_ACCOUNT }));
    expect(await closed).toEqual({ code: 1008, reason: 'unknown_account' });
    expect([...server.told.opened, ...server.toldOther.opened]).toEqual([]);
  });

  it('a stream of another account is told to its events', async () => {
    const url = `${OTHER_BASE.replace('http', 'ws')}/carriers/twilio/media`;
    const { socket } = await dialIn({ 'x-twilio-signature': sign(url, {}, OTHER_AUTH_TOKEN) });
    socket.send(startMessage({ accountSid: OTHER_ACCOUNT }));
    await until(() => server.toldOther.opened.length === 1);
    expect(server.told.opened).toEqual([]);
  });

  it('I4: a wrong token or a wrong call is closed, and the call it aims at goes on', async () => {
    const live = await goLive();
    for (const change of [{ token: 'guess' }, { callSid: `CA${'2'.repeat(32)}` }]) {
      const stranger = await dialIn();
      stranger.socket.send(startMessage(change));
      expect(await stranger.closed).toEqual({ code: 1008, reason: 'unknown_stream' });
    }
    live.socket.send(mediaMessage(FRAME, 20));
    await until(() => live.heard.audio.length === 1);
  });

  it('I5: a second socket for a live call is closed, the first goes on', async () => {
    const live = await goLive();
    const second = await dialIn();
    second.socket.send(startMessage());
    expect((await second.closed).code).toBe(1008);
    live.socket.send(mediaMessage(FRAME, 20));
    await until(() => live.heard.audio.length === 1);
    expect(live.heard.closed).toEqual([]);
  });

  it('I10: of 60 sockets that show no call 32 wait and the rest are refused', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () =>
        dialIn({ 'x-twilio-signature': SIGNATURE }).then(
          () => 'waits',
          (error: Error) => error.message,
        ),
      ),
    );
    expect(answers.filter((answer) => answer === 'waits')).toHaveLength(32);
    expect(answers.filter((answer) => answer.includes('503'))).toHaveLength(28);
    for (const socket of sockets.splice(0, 60)) socket.terminate();
    expect((await dialInWhenThereIsRoom()).socket.readyState).toBe(WebSocket.OPEN);
  });

  async function dialInWhenThereIsRoom(): Promise<Peer> {
    for (let left = 50; ; left--) {
      try {
        return await dialIn();
      } catch (error) {
        if (left === 0) throw error;
        await createClock().sleep(10);
      }
    }
  }
});

describe('a live stream', () => {
  it('carries audio, keys and marks both ways', async () => {
    const { socket, received, heard, line } = await goLive();
    socket.send(mediaMessage(FRAME, 20));
    socket.send(
      '{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}',
    );
    line.send(new Uint8Array(200).fill(1));
    line.mark('m1');
    line.clear();
    await until(() => received.length === 4 && heard.pressed.length === 1);
    expect(heard.audio).toEqual([{ bytes: [...FRAME], timestampMs: 20 }]);
    expect(heard.pressed).toEqual(['1']);
    const streamSid = 'MZ00000000000000000000000000000001';
    expect(received).toEqual([
      { event: 'media', streamSid, media: { payload: Buffer.alloc(160, 1).toString('base64') } },
      { event: 'media', streamSid, media: { payload: Buffer.alloc(40, 1).toString('base64') } },
      { event: 'mark', streamSid, mark: { name: 'm1' } },
      { event: 'clear', streamSid },
    ]);
    socket.send('{"event":"mark","mark":{"name":"m1"}}');
    await until(() => heard.marked.length === 1);
  });

  it('keeps what is said while its session is looked up: a second of it, the latest', async () => {
    const open = server.holdLines();
    const { socket } = await dialIn();
    socket.send(startMessage());
    for (let i = 0; i < 60; i++) socket.send(mediaMessage(FRAME, i * 20));
    await until(() => socket.bufferedAmount === 0);
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await pong;
    open();
    const { heard } = await until(() => server.told.opened[0]);
    await until(() => heard.audio.length === 50);
    expect(heard.audio[0]?.timestampMs).toBe(200);
    expect(heard.audio.at(-1)?.timestampMs).toBe(1_180);
  });

  it('ends as hung up when the carrier says so, and tells nothing after', async () => {
    const { socket, heard, closed } = await goLive();
    socket.send(`{"event":"stop","stop":{"accountSid":"${ACCOUNT}","callSid":"${CALL}"}}`);
    socket.send(mediaMessage(FRAME, 20));
    socket.close();
    await closed;
    await until(() => heard.closed.length > 0);
    expect(heard).toEqual({ audio: [], marked: [], pressed: [], closed: ['hung_up'] });
  });

  it('that was hung up while its session was looked up is told so', async () => {
    const open = server.holdLines();
    const { socket, closed } = await dialIn();
    socket.send(startMessage());
    socket.send('{"event":"stop"}');
    socket.close();
    await closed;
    open();
    const { heard } = await until(() => server.told.opened[0]);
    await until(() => heard.closed.length > 0);
    expect(heard.closed).toEqual(['hung_up']);
  });

  it('I11: ends as lost when the socket drops without a word', async () => {
    const { socket, heard } = await goLive();
    socket.terminate();
    await until(() => heard.closed.length > 0);
    expect(heard.closed).toEqual(['lost']);
  });

  it('closed from here tells its listener nothing more', async () => {
    const { socket, heard, line, closed } = await goLive();
    line.close();
    line.close();
    line.send(FRAME);
    socket.send(mediaMessage(FRAME, 20));
    expect((await closed).code).toBe(1000);
    expect(heard).toEqual({ audio: [], marked: [], pressed: [], closed: [] });
  });

  it('I12: marks that were never sent, or came back already, are not told', async () => {
    const { socket, heard, line } = await goLive();
    line.mark('disclosure');
    for (const name of ['goodbye', 'disclosure', 'disclosure', '__proto__']) {
      socket.send(JSON.stringify({ event: 'mark', mark: { name } }));
    }
    socket.send(mediaMessage(FRAME, 20));
    await until(() => heard.audio.length === 1);
    expect(heard.marked).toEqual(['disclosure']);
  });

  it('I12: audio from the future is dropped', async () => {
    const { socket, heard } = await goLive();
    socket.send(mediaMessage(FRAME, 3_600_000));
    socket.send(mediaMessage(FRAME, 20));
    await until(() => heard.audio.length > 0);
    expect(heard.audio.map(({ timestampMs }) => timestampMs)).toEqual([20]);
  });
});

describe('a socket that misbehaves', () => {
  it('I6: with a message over 64 KiB is closed with 1009', async () => {
    const { socket, closed } = await dialIn();
    socket.send('x'.repeat(MEDIA_LIMITS.message_bytes + 1));
    expect((await closed).code).toBe(1009);
  });

  it('I6: with endless fragments is closed before they fill the memory', async () => {
    const { socket, closed } = await dialIn();
    for (let i = 0; i < 200_000 && socket.readyState === WebSocket.OPEN; i++) {
      socket.send('x', { fin: false });
      if (i % 5_000 === 0) await createClock().sleep(1);
    }
    expect([1006, 1008, 1009]).toContain((await closed).code);
  });

  it('I7: with a binary message is closed with 1003', async () => {
    const { socket, closed } = await dialIn();
    socket.send(Buffer.from('{"event":"connected"}'));
    expect((await closed).code).toBe(1003);
  });

  it.each([
    ['I6: a compressed frame', [0xc1, 0x80, 0, 0, 0, 0], 1002],
    ['I7: bad UTF-8', [0x81, 0x81, 0, 0, 0, 0, 0xff], 1007],
    ['I7: reserved bits', [0xa1, 0x80, 0, 0, 0, 0], 1002],
    ['I7: an unmasked frame', [0x81, 0x01, 0x41], 1002],
  ])('%s is closed with its code', async (_name, bytes, code) => {
    expect(await closeCodeAfter(Buffer.from(bytes))).toBe(code);
  });

  it('I8: with 20 messages that are none is closed, with 19 it is not', async () => {
    const { socket, heard, closed } = await goLive();
    const bad = [
      '{',
      '{"event":"dance"}',
      '{"event":"media","media":{"payload":"*","timestamp":"1"}}',
      startMessage(),
    ];
    for (let i = 0; i < MEDIA_LIMITS.bad_messages - 1; i++) socket.send(bad[i % bad.length] ?? '');
    socket.send(mediaMessage(FRAME, 20));
    await until(() => heard.audio.length === 1);
    socket.send('{');
    expect(await closed).toEqual({ code: 1008, reason: 'bad_messages' });
    expect(heard.closed).toEqual(['lost']);
  });

  it('I9: with a flood of messages is closed, and a call beside it goes on', async () => {
    const live = await goLive();
    const { socket, closed } = await dialIn();
    for (let i = 0; i < 5_000; i++) socket.send('{"event":"connected"}');
    expect(await closed).toEqual({ code: 1008, reason: 'too_many_messages' });
    live.socket.send(mediaMessage(FRAME, 20));
    await until(() => live.heard.audio.length === 1);
  });
});

describe('a socket that says nothing', () => {
  // The limits are real time whatever a clock's rate; this one passes for plain and runs fifty times as fast.
  const clock = { ...createClock({ rate: 50 }), rate: 1 };
  beforeEach(async () => {
    await server.close();
    server = await startTwilioServer(clock);
  });

  it('I3: is closed after five seconds without a start', async () => {
    const began = clock.monotonic();
    const { closed } = await dialIn();
    expect(await closed).toEqual({ code: 1008, reason: 'no_start' });
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(MEDIA_LIMITS.start_within_ms);
  });

  it('is closed after 20 seconds without a message, and its call is lost', async () => {
    const began = clock.monotonic();
    const { heard, closed } = await goLive();
    expect(await closed).toEqual({ code: 1008, reason: 'idle' });
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(MEDIA_LIMITS.idle_ms);
    expect(heard.closed).toEqual(['lost']);
  });
});

/** Upgrades by hand, sends these bytes and reads the code of the close frame that comes back. */
function closeCodeAfter(bytes: Buffer): Promise<number> {
  const { port, hostname } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(port), hostname);
    sockets.push({ terminate: () => socket.destroy() });
    let received = Buffer.alloc(0);
    let isOpen = false;
    socket.on('error', reject);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      const headEnd = received.indexOf('\r\n\r\n');
      if (!isOpen && headEnd >= 0) {
        isOpen = true;
        received = received.subarray(headEnd + 4);
        socket.write(bytes);
      }
      if (isOpen && received.length >= 4)
        resolve(received[0] === 0x88 ? received.readUInt16BE(2) : -1);
    });
    socket.write(
      'GET /carriers/twilio/media HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Twilio-Signature: ${SIGNATURE}\r\n\r\n`,
    );
  });
}
