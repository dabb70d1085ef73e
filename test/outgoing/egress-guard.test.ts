import { createClock } from '../../engine/src/lib/clock.ts';
import { createEgress, type EgressOptions } from '../../engine/src/outgoing/egress.ts';
import { type Listener, listenAsCanary } from './listener.ts';

const clock = createClock();
const PUBLIC = { address: '93.184.215.14', family: 4 };

/** An egress as on a public server, whose names resolve from a table. */
const egressWith = (options: Partial<EgressOptions> = {}, names: Record<string, string[]> = {}) =>
  createEgress({
    allowedHosts: [],
    allowedCidrs: [],
    allowLoopback: false,
    ownUrls: ['https://recado.example.com'],
    clock,
    lookup: async (host) =>
      names[host]?.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })) ?? [
        PUBLIC,
      ],
    ...options,
  });

const post = (url: string) => ({ url, method: 'POST' as const, headers: {}, body: '{}' });

describe('addresses that may not be used', () => {
  let canaries: Listener[];
  beforeAll(async () => {
    // The ports a webhook may use, and a few odd ones, all end at one of these listeners.
    canaries = await Promise.all([listenAsCanary('127.0.0.1'), listenAsCanary('::1')]);
  });
  afterAll(async () => {
    for (const canary of canaries) await canary.close();
  });

  it.each([
    ['E1', 'http://127.0.0.1:PORT/'],
    ['E1', 'https://127.0.0.1/'],
    ['E1', 'https://127.1:PORT/'],
    ['E1', 'https://2130706433:PORT/'],
    ['E1', 'https://0x7f000001:PORT/'],
    ['E1', 'https://0177.0.0.1:PORT/'],
    ['E1', 'https://0:PORT/'],
    ['E1', 'https://①②⑦.⓪.⓪.①:PORT/'],
    ['E1', 'https://127。0。0。1:PORT/'],
    ['E2', 'https://[::1]:PORT/'],
    ['E2', 'https://[::]:PORT/'],
    ['E2', 'https://[::ffff:127.0.0.1]:PORT/'],
    ['E2', 'https://[::127.0.0.1]:PORT/'],
    ['E2', 'https://[64:ff9b::a9fe:a9fe]/'],
    ['E2', 'https://[64:ff9b::7f00:1]:PORT/'],
    ['E2', 'https://[2002:7f00:1::]/'],
    ['E2', 'https://[fe80::1]/'],
    ['E2', 'https://[fd00:ec2::254]/'],
    ['E3', 'http://169.254.169.254/latest/meta-data/'],
    ['E3', 'https://169.254.169.254/'],
    ['E3', 'https://metadata.google.internal/computeMetadata/v1/'],
    ['E3', 'https://168.63.129.16/'],
    ['E3', 'https://100.100.100.200/'],
    ['E4', 'https://localhost.:PORT/'],
    ['E4', 'https://LOCALHOST:PORT/'],
    ['E4', 'https://localhoſt:PORT/'],
    ['E4', 'https://a.localhost:PORT/'],
    ['E4', 'https://printer.local/'],
    ['E5', 'https://user:pw@hooks.example.com/'],
    ['E5', 'https://user@hooks.example.com/'],
    ['E5', 'https://@hooks.example.com/'],
    ['E5', 'http://1.1.1.1&@127.0.0.1:PORT/'],
    ['E5', 'https://ok.example#@127.0.0.1:PORT'],
    ['E5', 'https://hooks.example.com/#'],
    ['E6', 'file:///etc/passwd'],
    ['E6', 'ftp://hooks.example.com/'],
    ['E6', 'gopher://hooks.example.com/'],
    ['E6', 'javascript:alert(1)'],
    ['E6', 'data:text/plain,hello'],
    ['E6', 'http://hooks.example.com/'],
    ['E7', 'https://hooks.example.com:22/'],
    ['E7', 'https://hooks.example.com:25/'],
    ['E7', 'https://hooks.example.com:6379/'],
    ['E7', 'https://hooks.example.com:0/'],
    ['E7', 'https://hooks.example.com:65536/'],
    ['E14', `https://hooks.example.com/${'a'.repeat(2_049 - 'https://hooks.example.com/'.length)}`],
    ['E14', 'https://hooks.example.com/a\tb'],
    ['E14', 'https://hooks.exa\nmple.com/'],
    ['E14', ' https://hooks.example.com/'],
    ['E14', 'https://hooks.example.com/a b'],
    ['E14', ''],
    ['E14', 'hooks.example.com/path'],
    ['E14', 'https://'],
  ])('%s: %j is refused when saved and when sent to', async (_row, text) => {
    const egress = egressWith();
    for (const canary of canaries) {
      const url = text.replace('PORT', String(canary.port));
      expect(await egress.judge(url)).toMatchObject({
        code: 'webhook_url_forbidden',
        detail: expect.any(String),
      });
      expect(await egress.send(post(url))).toEqual({ ok: false, failure: 'blocked_destination' });
      expect(canary.connections()).toBe(0);
    }
  });

  it('the canaries do record a connection when one is made', async () => {
    const canary = await listenAsCanary('127.0.0.1');
    const egress = egressWith({ allowLoopback: true });
    expect(await egress.send(post(`http://127.0.0.1:${canary.port}/`))).toEqual({
      ok: false,
      failure: 'connection_failed',
    });
    expect(canary.connections()).toBe(1);
    await canary.close();
  });

  it('each refusal that the operator can lift names the setting', async () => {
    const egress = egressWith({}, { 'private.example.com': ['10.0.0.5'] });
    for (const url of [
      'https://127.0.0.1/',
      'http://n8n:5678/',
      'https://private.example.com/',
      'https://hooks.example.com:9999/',
    ]) {
      expect((await egress.judge(url))?.detail).toContain('WEBHOOK_ALLOWED_HOSTS');
    }
  });

  it.each([
    ['https://10.0.0.5/', ['10.0.0.5']],
    ['https://intern.example.com/', ['10.0.0.5']],
    ['https://intern.example.com/', ['127.0.0.1', '::1', 'fd00::5']],
    ['https://intern.example.com/', ['64:ff9b::a00:5']],
    ['https://intern.example.com/', ['169.254.169.254']],
  ])('E8: %s resolving to %j is refused when saved', async (url, addresses) => {
    const egress = egressWith({}, { 'intern.example.com': addresses });
    expect(await egress.judge(url)).toMatchObject({ code: 'webhook_url_forbidden' });
  });

  it('a name that cannot be resolved yet may be saved, and fails as dns_error when sent to', async () => {
    const egress = egressWith({ lookup: () => Promise.reject(new Error('ENOTFOUND')) });
    expect(await egress.judge('https://soon.example.com/')).toBeUndefined();
    expect(await egress.send(post('https://soon.example.com/'))).toEqual({
      ok: false,
      failure: 'dns_error',
    });
  });

  it('a look-up that never answers is given up', async () => {
    const egress = egressWith({ lookup: () => new Promise(() => {}), timeouts: { lookupMs: 20 } });
    expect(await egress.judge('https://slow.example.com/')).toBeUndefined();
    expect(await egress.send(post('https://slow.example.com/'))).toEqual({
      ok: false,
      failure: 'timeout',
    });
  });

  it.each([
    'https://recado.example.com/v1/calls',
    'https://RECADO.example.com./',
    'https://recado.example.com:443/x',
  ])('E18: the engine itself, %s, is refused as a loop', async (url) => {
    expect(await egressWith().judge(url)).toMatchObject({ code: 'webhook_loop' });
    expect(await egressWith().send(post(url))).toEqual({
      ok: false,
      failure: 'blocked_destination',
    });
  });

  it('E18: on loopback every spelling of this machine is the engine, another port is not', async () => {
    const egress = egressWith(
      { allowLoopback: true, ownUrls: ['http://0.0.0.0:8080'] },
      { localhost: ['127.0.0.1'] },
    );
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.0.0.2', '[::ffff:127.0.0.1]']) {
      expect([host, await egress.judge(`http://${host}:8080/`)]).toEqual([
        host,
        expect.objectContaining({ code: 'webhook_loop' }),
      ]);
    }
    expect(await egress.judge('http://localhost:8081/')).toBeUndefined();
  });

  it('E18: an engine that shares its host under a path leaves the other paths free', async () => {
    const egress = egressWith({ ownUrls: ['https://example.com/recado/'] });
    expect(await egress.judge('https://example.com/recado')).toMatchObject({
      code: 'webhook_loop',
    });
    expect(await egress.judge('https://example.com/n8n/../recado/x')).toMatchObject({
      code: 'webhook_loop',
    });
    expect(await egress.judge('https://example.com/recado-hooks')).toBeUndefined();
    expect(await egress.judge('https://example.com/n8n')).toBeUndefined();
  });
});

describe('addresses that may be used', () => {
  it.each([
    'https://hooks.example.com/catch/123?x=1',
    'https://hooks.example.com:8443/',
    'https://hooks.example.com:8080/',
    'https://hooks.example.com:5678/webhook/abc',
    'https://hooks.example.com:80/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://bücher.example/',
    `https://hooks.example.com/${'a'.repeat(2_048 - 'https://hooks.example.com/'.length)}`,
  ])('%s', async (url) => {
    expect(await egressWith().judge(url)).toBeUndefined();
  });

  it('E11: a NAT64 address of a public IPv4 address is public', async () => {
    const egress = egressWith({}, { 'six.example.com': ['64:ff9b::5db8:d70e'] });
    expect(await egress.judge('https://six.example.com/')).toBeUndefined();
  });

  it('E13: a host that the operator allows may be private, plain and on its own port; others stay refused', async () => {
    const names = { n8n: ['10.0.0.7'], other: ['10.0.0.8'], 'flows.lan': ['192.168.1.9'] };
    const egress = egressWith(
      { allowedHosts: ['N8N', 'flows.lan:3000', '10.1.1.1:9000', '[fd00::7]:8080'] },
      names,
    );
    const judged = async (url: string) => [url, (await egress.judge(url))?.code];
    for (const url of [
      'http://n8n:5678/webhook/x',
      'https://n8n/',
      'http://flows.lan:3000/',
      'http://10.1.1.1:9000/',
      'http://[fd00::7]:8080/',
    ]) {
      expect(await judged(url)).toEqual([url, undefined]);
    }
    for (const url of [
      'http://n8n:6379/',
      'https://other/',
      'http://flows.lan/',
      'https://flows.lan/',
      'http://10.1.1.2:9000/',
      'https://n8n.example.internal/',
    ]) {
      expect(await judged(url)).toEqual([url, 'webhook_url_forbidden']);
    }
  });

  it('E13: an allowed host that resolves to the metadata service is refused all the same', async () => {
    const egress = egressWith({ allowedHosts: ['n8n'] }, { n8n: ['169.254.169.254'] });
    expect(await egress.judge('http://n8n:5678/')).toMatchObject({ code: 'webhook_url_forbidden' });
  });

  it('E13: a range that the operator allows opens to names and to addresses in it', async () => {
    const egress = egressWith(
      { allowedCidrs: ['10.2.0.0/16'] },
      { 'a.example.com': ['10.2.3.4'], 'b.example.com': ['10.3.3.4'] },
    );
    expect(await egress.judge('https://a.example.com/')).toBeUndefined();
    expect(await egress.judge('http://10.2.3.4:5678/')).toBeUndefined();
    expect(await egress.judge('https://b.example.com/')).toMatchObject({
      code: 'webhook_url_forbidden',
    });
  });

  it('loopback is open only where allowed, only by its own names, and not to the databases beside the engine', async () => {
    const names = { localhost: ['127.0.0.1'], 'rebind.example.com': ['127.0.0.1'] };
    const egress = egressWith({ allowLoopback: true }, names);
    for (const url of [
      'http://127.0.0.1:43210/hook',
      'http://localhost:3000/',
      'http://[::1]:9999/',
    ]) {
      expect([url, await egress.judge(url)]).toEqual([url, undefined]);
    }
    for (const url of [
      'https://rebind.example.com/',
      'http://127.0.0.1:6379/',
      'http://127.0.0.1:5432/',
      'http://localhost:22/',
      'http://127.0.0.1:0/',
      'http://0.0.0.0:8080/',
      'http://10.0.0.1:8080/',
    ]) {
      expect([url, (await egress.judge(url))?.code]).toEqual([url, 'webhook_url_forbidden']);
    }
  });

  it.each([
    [{ allowedHosts: ['http://n8n'] }, /WEBHOOK_ALLOWED_HOSTS/],
    [{ allowedHosts: ['n8n:0'] }, /WEBHOOK_ALLOWED_HOSTS/],
    [{ allowedHosts: ['n8n:70000'] }, /WEBHOOK_ALLOWED_HOSTS/],
    [{ allowedHosts: [''] }, /WEBHOOK_ALLOWED_HOSTS/],
    [{ allowedCidrs: ['10.0.0.0'] }, /WEBHOOK_ALLOWED_CIDRS/],
  ])('a setting that cannot be read, %j, stops the start and is named', (options, message) => {
    expect(() => egressWith(options)).toThrow(message);
  });
});
