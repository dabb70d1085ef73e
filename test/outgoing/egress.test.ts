import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import tls from 'node:tls';
import { createClock } from '../../engine/src/lib/clock.ts';
import { createEgress, type EgressOptions } from '../../engine/src/outgoing/egress.ts';
import { readRetryAfter } from '../../engine/src/outgoing/exchange.ts';
import { type Listener, listen, listenAsCanary, listenOnWebPort, readBody } from './listener.ts';

const clock = createClock();
const certificate = (name: string): string =>
  readFileSync(new URL(`./certificates/${name}.pem`, import.meta.url), 'utf8');

const post = (url: string, body = '{}') => ({
  url,
  method: 'POST' as const,
  headers: { 'content-type': 'application/json' },
  body,
});

describe('sending', () => {
  let open: Listener[] = [];
  afterEach(async () => {
    for (const listener of open) await listener.close();
    open = [];
  });
  const start = async (listener: Promise<Listener>): Promise<Listener> => {
    open.push(await listener);
    return listener;
  };
  const receiver = (answer: RequestListener): Promise<Listener> => start(listen(answer));
  const egressWith = (options: Partial<EgressOptions> = {}) =>
    createEgress({
      allowedHosts: [],
      allowedCidrs: [],
      allowLoopback: true,
      ownUrls: [],
      clock,
      ...options,
    });

  it('delivers exactly the bytes given, with the headers given', async () => {
    const body = ' {"text":"\u2028 emoji 😀 </script> \ud83d\ude00"}\n ';
    let received:
      | {
          bytes: Buffer;
          agent: string | undefined;
          type: string | undefined;
          host: string | undefined;
        }
      | undefined;
    const { port } = await receiver(async (request, response) => {
      const { 'user-agent': agent, 'content-type': type, host } = request.headers;
      received = { bytes: await readBody(request), agent, type, host };
      response.writeHead(202).end('thanks');
    });
    expect(await egressWith().send(post(`http://127.0.0.1:${port}/hook`, body))).toEqual({
      ok: true,
      status: 202,
    });
    expect(received).toEqual({
      bytes: Buffer.from(body),
      agent: 'Recado',
      type: 'application/json',
      host: `127.0.0.1:${port}`,
    });
  });

  it('reports the status of any reply, and how long the receiver asks to wait', async () => {
    const { port } = await receiver((_request, response) =>
      response.writeHead(429, { 'retry-after': '120' }).end(),
    );
    expect(await egressWith().send(post(`http://127.0.0.1:${port}/`))).toEqual({
      ok: true,
      status: 429,
      retryAfterSeconds: 120,
    });
  });

  it('reads retry-after as seconds or as a date, and nothing else', () => {
    const now = Date.parse('2026-03-01T10:00:00Z');
    expect(
      [
        '0',
        '90',
        'Sun, 01 Mar 2026 10:01:30 GMT',
        'Sun, 01 Mar 2026 09:00:00 GMT',
        'soon',
        '-5x',
        undefined,
      ].map((header) => readRetryAfter(header, now)),
    ).toEqual([0, 90, 90, 0, undefined, undefined, undefined]);
  });

  it('E9: a name that was public when saved and is loopback when sent to reaches nothing', async () => {
    const canary = await start(listenOnWebPort('127.0.0.1'));
    const answers = ['93.184.215.14', '127.0.0.1'];
    const egress = egressWith({
      lookup: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }],
    });
    const url = `https://rebind.example.com:${canary.port}/`;
    expect(await egress.judge(url)).toBeUndefined();
    expect(await egress.send(post(url))).toEqual({ ok: false, failure: 'blocked_destination' });
    expect(canary.connections()).toBe(0);
  });

  it('a name is resolved once for a send, and the address that was judged is the one dialed', async () => {
    const { port, connections } = await receiver((_request, response) => response.end());
    let asked = 0;
    const egress = egressWith({
      allowedHosts: [`flows.example.com:${port}`],
      lookup: async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.9', family: 4 }],
    });
    expect(await egress.send(post(`http://flows.example.com:${port}/`))).toEqual({
      ok: true,
      status: 200,
    });
    expect([asked, connections()]).toEqual([1, 1]);
  });

  it('E10: of a name with an allowed and a forbidden address only the allowed one is dialed, also when it fails', async () => {
    const canary = await start(listenOnWebPort('::1'));
    const egress = egressWith({
      allowLoopback: false,
      allowedCidrs: ['127.0.0.0/8'],
      lookup: async () => [
        { address: '::1', family: 6 },
        { address: '127.77.77.77', family: 4 },
      ],
    });
    const url = `https://mixed.example.com:${canary.port}/`;
    expect(await egress.judge(url)).toBeUndefined();
    expect(await egress.send(post(url))).toMatchObject({
      ok: false,
      failure: expect.not.stringContaining('blocked'),
    });
    expect(canary.connections()).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])(
    'E12: a redirect (%i) is a failure and is not followed',
    async (status) => {
      const canary = await start(listenAsCanary('127.0.0.1'));
      const { port, connections } = await receiver((_request, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${canary.port}/` }).end(),
      );
      expect(await egressWith().send(post(`http://127.0.0.1:${port}/`))).toEqual({
        ok: false,
        failure: 'redirect_not_followed',
      });
      expect([connections(), canary.connections()]).toEqual([1, 0]);
    },
  );

  it('E13: a host that the operator allows is delivered to at its private address', async () => {
    const { port } = await receiver((_request, response) => response.end());
    const egress = egressWith({
      allowLoopback: false,
      allowedHosts: [`n8n:${port}`],
      lookup: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    expect(await egress.send(post(`http://n8n:${port}/webhook`))).toEqual({
      ok: true,
      status: 200,
    });
    expect(await egress.send(post(`http://other:${port}/webhook`))).toEqual({
      ok: false,
      failure: 'blocked_destination',
    });
  });

  it('proxy variables of the environment are not obeyed', async () => {
    const canary = await start(listenAsCanary('127.0.0.1'));
    const { port } = await receiver((_request, response) => response.end());
    const before = { ...process.env };
    for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'])
      process.env[name] = `http://127.0.0.1:${canary.port}`;
    try {
      expect(await egressWith().send(post(`http://127.0.0.1:${port}/`))).toEqual({
        ok: true,
        status: 200,
      });
      expect(canary.connections()).toBe(0);
    } finally {
      process.env = before;
    }
  });

  it('F3: a reply that never comes ends as a time-out, while other sends go on', async () => {
    const silent = await receiver(() => {});
    const quick = await receiver((_request, response) => response.end());
    const egress = egressWith({ timeouts: { totalMs: 300 } });
    const [slow, fast] = await Promise.all([
      egress.send(post(`http://127.0.0.1:${silent.port}/`)),
      egress.send(post(`http://127.0.0.1:${quick.port}/`)),
    ]);
    expect([slow, fast]).toEqual([
      { ok: false, failure: 'timeout' },
      { ok: true, status: 200 },
    ]);
  });

  it('F3: headers that come byte by byte end as a time-out', async () => {
    const { port } = await receiver((request) => {
      const socket = request.socket;
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
      const drip = setInterval(() => socket.write('a'), 20);
      socket.on('error', () => {}).on('close', () => clearInterval(drip));
    });
    const egress = egressWith({ timeouts: { totalMs: 200 } });
    expect(await egress.send(post(`http://127.0.0.1:${port}/`))).toEqual({
      ok: false,
      failure: 'timeout',
    });
  });

  it('F3: a body that drips after the status does not hold the send longer than the limit', async () => {
    const { port } = await receiver((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('a'), 20);
      response.on('close', () => clearInterval(drip));
    });
    const started = clock.monotonic();
    const egress = egressWith({ timeouts: { totalMs: 300 } });
    expect(await egress.send(post(`http://127.0.0.1:${port}/`))).toEqual({ ok: true, status: 200 });
    expect(clock.monotonic() - started).toBeLessThan(5_000);
  });

  it('F3: of an endless body only a little is read, then the connection is cut', async () => {
    const chunk = Buffer.alloc(64 * 1_024);
    let wrote = 0;
    const cut = Promise.withResolvers<void>();
    const { port } = await receiver((_request, response) => {
      response.writeHead(200, { 'content-length': String(2 ** 30) });
      const more = (): void => {
        let room = true;
        while (room && !response.destroyed && wrote < 2 ** 30) {
          room = response.write(chunk);
          wrote += chunk.length;
        }
      };
      response
        .on('drain', more)
        .on('close', cut.resolve)
        .on('error', () => {});
      more();
    });
    expect(await egressWith().send(post(`http://127.0.0.1:${port}/`))).toEqual({
      ok: true,
      status: 200,
    });
    await cut.promise;
    expect(wrote).toBeLessThan(64 * 1_024 * 1_024);
  });

  it('headers without end are a failure of their own class', async () => {
    const { port } = await receiver((request) => {
      request.socket
        .on('error', () => {})
        .write(`HTTP/1.1 200 OK\r\nx-long: ${'a'.repeat(200_000)}\r\n\r\n`);
    });
    expect(await egressWith().send(post(`http://127.0.0.1:${port}/`))).toEqual({
      ok: false,
      failure: 'reply_too_large',
    });
  });

  it('a receiver that is away, resets, or speaks no HTTP is connection_failed and nothing more', async () => {
    const reset = await receiver((request) => request.socket.resetAndDestroy());
    const garbage = await receiver((request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    const away = await listen(() => {});
    await away.close();
    for (const { port } of [reset, garbage, away]) {
      expect(await egressWith().send(post(`http://127.0.0.1:${port}/`))).toEqual({
        ok: false,
        failure: 'connection_failed',
      });
    }
  });

  describe('over TLS', () => {
    const trusted = tls.getCACertificates('default');
    beforeAll(() => tls.setDefaultCACertificates([...trusted, certificate('authority')]));
    afterAll(() => tls.setDefaultCACertificates(trusted));

    const sendTo = async (name: string) => {
      const listener = await start(
        listen((_request, response) => response.end(), {
          key: certificate('key'),
          cert: certificate(name),
        }),
      );
      const egress = egressWith({
        allowedHosts: [`receiver.test:${listener.port}`],
        lookup: async () => [{ address: '127.0.0.1', family: 4 }],
      });
      return egress.send(post(`https://receiver.test:${listener.port}/`));
    };

    it('a certificate for the name, from an authority that is trusted, is delivered to', async () => {
      expect(await sendTo('good')).toEqual({ ok: true, status: 200 });
    });

    it.each(['self-signed', 'expired', 'other-host'])(
      'F8: a certificate that is %s is a tls_error',
      async (name) => {
        expect(await sendTo(name)).toEqual({ ok: false, failure: 'tls_error' });
      },
    );

    it('F8: a server without TLS is a tls_error and never gets the request in the clear', async () => {
      let requests = 0;
      const { port } = await receiver(() => requests++);
      expect(await egressWith().send(post(`https://127.0.0.1:${port}/`))).toEqual({
        ok: false,
        failure: 'tls_error',
      });
      expect(requests).toBe(0);
    });
  });
});
