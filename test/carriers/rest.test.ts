import { createServer, type Server, type Socket } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import type { Carrier, DialOrder } from '../../engine/src/calls/ports.ts';
import { parseForm } from '../../engine/src/carriers/twilio/callbacks.ts';
import { createTwilioCarrier } from '../../engine/src/carriers/twilio/rest.ts';
import type { FormFields } from '../../engine/src/carriers/twilio/signature.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { ACCOUNT, AUTH_TOKEN, BASE, CALL, TOKEN } from './twilio-server.ts';

interface Seen {
  method: string;
  url: string;
  authorization: string | undefined;
  fields: FormFields;
}

/** A host that answers every request with the next answer, and remembers what it was asked. */
let app: FastifyInstance;
let seen: Seen[];
let next: { status: number; body: unknown };
let baseUrl: string;
const raw: Server[] = [];
const rawSockets: Socket[] = [];

beforeEach(async () => {
  seen = [];
  next = { status: 201, body: callBody() };
  app = fastify();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, parseForm(String(body))),
  );
  app.all('/*', async (request, reply) => {
    seen.push({
      method: request.method,
      url: request.url,
      authorization: request.headers.authorization,
      fields: (request.body ?? {}) as FormFields,
    });
    return reply.code(next.status).type('application/json').send(next.body);
  });
  baseUrl = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  await app.close();
  for (const socket of rawSockets.splice(0)) socket.destroy();
  for (const server of raw.splice(0)) server.close();
});

const carrierAt = (url: string, timeoutMs = 2_000): Carrier =>
  createTwilioCarrier({
    accountSid: ACCOUNT,
    authToken: AUTH_TOKEN,
    baseUrl: url,
    callbackBase: BASE,
    clock: createClock(),
    log: silentLog,
    timeoutMs,
  });

const callBody = (change: object = {}): object => ({
  sid: CALL,
  account_sid: ACCOUNT,
  status: 'queued',
  direction: 'outbound-api',
  duration: null,
  date_created: 'Tue, 24 Nov 2026 10:00:00 +0000',
  date_updated: 'Tue, 24 Nov 2026 10:00:00 +0000',
  start_time: null,
  end_time: null,
  ...change,
});

const errorBody = (status: number, code: number): object => ({
  code,
  message: 'no',
  more_info: '',
  status,
});

const ORDER: DialOrder = {
  token: TOKEN,
  phone_number: '+15550100101',
  from_number: '+15550100100',
  ring_seconds: 30,
  max_duration_seconds: 600,
  simulate: null,
};

/** A server of plain sockets: for answers that HTTP servers do not give. */
async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    rawSockets.push(socket);
    socket.on('error', () => socket.destroy());
    onConnection(socket);
  });
  raw.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

describe('placing a call', () => {
  it('asks once, with everything that the attempt needs, and never with TwiML in the request', async () => {
    expect(await carrierAt(baseUrl).placeCall(ORDER)).toEqual({
      kind: 'placed',
      carrier_call_id: CALL,
    });
    expect(seen).toEqual([
      {
        method: 'POST',
        url: `/2010-04-01/Accounts/${ACCOUNT}/Calls.json`,
        authorization: `Basic ${Buffer.from(`${ACCOUNT}:${AUTH_TOKEN}`).toString('base64')}`,
        fields: expect.objectContaining({}) as FormFields,
      },
    ]);
    expect({ ...seen[0]?.fields }).toEqual({
      To: '+15550100101',
      From: '+15550100100',
      Url: `${BASE}/carriers/twilio/${TOKEN}/answer`,
      Method: 'POST',
      StatusCallback: `${BASE}/carriers/twilio/${TOKEN}/status`,
      StatusCallbackMethod: 'POST',
      StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      Timeout: '30',
      TimeLimit: '600',
      MachineDetection: 'DetectMessageEnd',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: `${BASE}/carriers/twilio/${TOKEN}/detected`,
      AsyncAmdStatusCallbackMethod: 'POST',
    });
  });

  it('tells a simulated person what to do in the address of the answer', async () => {
    await carrierAt(baseUrl).placeCall({ ...ORDER, simulate: 'declines' });
    expect(seen[0]?.fields['Url']).toBe(
      `${BASE}/carriers/twilio/${TOKEN}/answer?simulate=declines`,
    );
  });

  it.each([
    [400, 21215, { kind: 'rejected', end_reason: 'carrier_rejected', code: '21215' }],
    [400, 21216, { kind: 'rejected', end_reason: 'carrier_rejected', code: '21216' }],
    [400, 21211, { kind: 'rejected', end_reason: 'invalid_number', code: '21211' }],
    [400, 13227, { kind: 'rejected', end_reason: 'carrier_rejected', code: '13227' }],
    [401, 20003, { kind: 'rejected', end_reason: 'carrier_rejected', code: '20003' }],
    [429, 20429, { kind: 'not_sent', detail: 'too_many_requests' }],
    [500, 20500, { kind: 'unclear', detail: 'carrier_status_500' }],
    [503, 20503, { kind: 'unclear', detail: 'carrier_status_503' }],
  ])('B17: HTTP %i with code %i is asked once and understood', async (status, code, answer) => {
    next = { status, body: errorBody(status, code) };
    expect(await carrierAt(baseUrl).placeCall(ORDER)).toEqual(answer);
    expect(seen).toHaveLength(1);
  });

  it('B17: an error in the newer form of RFC 9457 is understood too', async () => {
    next = { status: 400, body: { type: 'x', title: 'x', status: 400, code: 21211 } };
    expect(await carrierAt(baseUrl).placeCall(ORDER)).toMatchObject({
      kind: 'rejected',
      end_reason: 'invalid_number',
    });
  });

  it.each([
    ['without a call id', { nothing: true }],
    ['with an id of something else', { ...callBody(), sid: 'SM00000000000000000000000000000000' }],
    ['that is cut off', '{"sid": "CA'],
    ['that is a page for people', '<html></html>'],
  ])('a success %s leaves open whether the phone rings', async (_name, body) => {
    next = { status: 201, body };
    expect((await carrierAt(baseUrl).placeCall(ORDER)).kind).toBe('unclear');
  });

  it('a redirect is not followed', async () => {
    next = { status: 302, body: {} };
    expect((await carrierAt(baseUrl).placeCall(ORDER)).kind).toBe('unclear');
    expect(seen).toHaveLength(1);
  });

  it('a refused connection was not sent', async () => {
    await app.close();
    expect(await carrierAt(baseUrl).placeCall(ORDER)).toEqual({
      kind: 'not_sent',
      detail: 'econnrefused',
    });
  });

  it('a name that does not exist was not sent', async () => {
    expect((await carrierAt('http://nobody.invalid', 9_000).placeCall(ORDER)).kind).toBe(
      'not_sent',
    );
  });

  it('a connection reset after the request leaves open whether the phone rings', async () => {
    const url = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect((await carrierAt(url).placeCall(ORDER)).kind).toBe('unclear');
  });

  it('an answer that does not come, or comes byte by byte, is given up in time', async () => {
    const silent = await rawServer(() => {});
    expect((await carrierAt(silent, 150).placeCall(ORDER)).kind).toBe('unclear');
    const clock = createClock();
    const slow = await rawServer((socket) => {
      socket.write('HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n');
      const drip = clock.every(20, () => (socket.destroyed ? drip.cancel() : socket.write('x')));
    });
    const before = clock.monotonic();
    expect((await carrierAt(slow, 150).placeCall(ORDER)).kind).toBe('unclear');
    expect(clock.monotonic() - before).toBeLessThan(2_000);
  });
});

describe('hanging up', () => {
  it('completes the call', async () => {
    next = { status: 200, body: callBody({ status: 'completed' }) };
    expect(await carrierAt(baseUrl).hangUp(CALL)).toEqual({ ok: true });
    expect(seen[0]?.url).toBe(`/2010-04-01/Accounts/${ACCOUNT}/Calls/${CALL}.json`);
    expect({ ...seen[0]?.fields }).toEqual({ Status: 'completed' });
  });

  it.each([
    [404, 20404, true],
    [400, 21220, true],
    [500, 20500, false],
    [401, 20003, false],
  ])('HTTP %i with code %i counts as done: %p', async (status, code, ok) => {
    next = { status, body: errorBody(status, code) };
    expect(await carrierAt(baseUrl).hangUp(CALL)).toEqual({ ok });
  });
});

describe('looking', () => {
  it.each([
    ['queued', null, { state: 'open', answered: false, end_reason: null, duration_seconds: null }],
    [
      'in-progress',
      null,
      { state: 'open', answered: true, end_reason: null, duration_seconds: null },
    ],
    ['completed', '42', { state: 'ended', answered: true, end_reason: null, duration_seconds: 42 }],
    ['busy', '0', { state: 'ended', answered: false, end_reason: 'busy', duration_seconds: 0 }],
    [
      'failed',
      'NaN',
      { state: 'ended', answered: false, end_reason: 'error_telephony', duration_seconds: null },
    ],
  ])('a call that is %s', async (status, duration, expected) => {
    next = { status: 200, body: callBody({ status, duration }) };
    expect(await carrierAt(baseUrl).look(CALL)).toEqual({ carrier_call_id: CALL, ...expected });
  });

  it('tells apart a call that is unknown and a carrier that cannot be asked', async () => {
    next = { status: 404, body: errorBody(404, 20404) };
    expect(await carrierAt(baseUrl).look(CALL)).toBeUndefined();
    next = { status: 500, body: errorBody(500, 20500) };
    expect(await carrierAt(baseUrl).look(CALL)).toBe('unknown');
  });

  it('searches by both numbers and leaves out older calls', async () => {
    const older = callBody({
      sid: `CA${'2'.repeat(32)}`,
      date_created: 'Tue, 24 Nov 2026 09:59:59 +0000',
    });
    next = {
      status: 200,
      body: { calls: [callBody(), older], page: 0, page_size: 50, next_page_uri: null },
    };
    const found = await carrierAt(baseUrl).search({
      phone_number: '+15550100101',
      from_number: '+15550100100',
      // Within the second that Twilio tells.
      since: Date.parse('2026-11-24T10:00:00.900Z'),
    });
    expect(found).toEqual([
      {
        carrier_call_id: CALL,
        state: 'open',
        answered: false,
        end_reason: null,
        duration_seconds: null,
      },
    ]);
    const query = new URL(seen[0]?.url ?? '', baseUrl).searchParams;
    expect([query.get('To'), query.get('From')]).toEqual(['+15550100101', '+15550100100']);
  });

  it('a search that fails is unknown, not empty', async () => {
    next = { status: 503, body: {} };
    expect(
      await carrierAt(baseUrl).search({ phone_number: '+1', from_number: '+1', since: 0 }),
    ).toBe('unknown');
  });
});
