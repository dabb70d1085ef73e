import type { Event } from '../../engine/src/contract/event.ts';
import { makeKey, parseKey } from '../../engine/src/http/api-key.ts';
import { CALL_BODY, createHttpWorld, type HttpWorld } from './http-world.ts';

let world: HttpWorld;
afterEach(async () => {
  await world.close();
});

const lastChanged = (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
const secretChanged = (key: string) =>
  key.slice(0, 20) + (key[20] === 'A' ? 'B' : 'A') + key.slice(21);

it('a key says its mode, and one mistyped character anywhere is seen without asking the store', async () => {
  world = await createHttpWorld();
  for (const mode of ['test', 'live'] as const) {
    const made = makeKey(mode);
    expect(made.key).toMatch(/^rk_(test|live)_[0-9A-Za-z]{8}_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$/);
    expect(parseKey(made.key)).toEqual({ mode, public_id: made.public_id, hash: made.hash });
    expect(made.hash).not.toContain(made.key);
    for (let i = 0; i < made.key.length; i += 1) {
      const typo = made.key.slice(0, i) + (made.key[i] === 'x' ? 'y' : 'x') + made.key.slice(i + 1);
      expect(parseKey(typo)).toBeUndefined();
    }
  }
});

it('K1 no key, a malformed, mistyped, unknown, revoked or expired one get the same 401', async () => {
  world = await createHttpWorld();
  const revoked = makeKey('test');
  const ended = makeKey('live');
  const wrongMode = makeKey('live');
  world.keys.set(revoked.public_id, {
    id: 'key_a',
    hash: revoked.hash,
    mode: 'test',
    name: 'a',
    revoked_at: 1,
  });
  world.keys.set(ended.public_id, {
    id: 'key_b',
    hash: ended.hash,
    mode: 'live',
    name: 'b',
    revoked_at: Date.now() - 1,
  });
  world.keys.set(wrongMode.public_id, {
    id: 'key_c',
    hash: wrongMode.hash,
    mode: 'test',
    name: 'c',
    revoked_at: null,
  });
  const headers = [
    {},
    { authorization: 'Bearer' },
    { authorization: 'Bearer x' },
    { authorization: world.key },
    { authorization: `Basic ${world.key}` },
    { authorization: `Bearer ${lastChanged(world.key)}` },
    { authorization: `Bearer ${secretChanged(world.key)}` },
    { authorization: `Bearer ${makeKey('test').key}` },
    { authorization: `Bearer ${revoked.key}` },
    { authorization: `Bearer ${ended.key}` },
    { authorization: `Bearer ${wrongMode.key}` },
    { authorization: `Bearer ${world.key}, Bearer ${world.key}` },
    { 'x-api-key': world.key },
  ];
  const bodies = new Set<string>();
  for (const given of headers) {
    const answer = await world.ask('/v1/calls', {
      method: 'POST',
      body: '{',
      key: null,
      headers: given as Record<string, string>,
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="recado"');
    bodies.add(JSON.stringify({ ...answer.json, instance: '' }));
  }
  expect([...bodies]).toHaveLength(1);
  expect(JSON.parse([...bodies][0] ?? '')).toMatchObject({ code: 'unauthenticated', status: 401 });
});

it('K1 a good key is taken, also one whose end date is still to come', async () => {
  world = await createHttpWorld();
  const ending = makeKey('live');
  world.keys.set(ending.public_id, {
    id: 'key_d',
    hash: ending.hash,
    mode: 'live',
    name: 'Old',
    revoked_at: Date.now() + 60_000,
  });
  expect((await world.ask('/v1/account')).json['mode']).toBe('test');
  expect((await world.ask('/v1/account', { key: ending.key })).json).toMatchObject({
    mode: 'live',
    key_id: 'key_d',
    key_name: 'Old',
  });
});

it('K2 a key in the URL is refused, even beside a good header, and reported as leaked', async () => {
  world = await createHttpWorld();
  for (const name of ['api_key', 'key', 'token', 'anything']) {
    const answer = await world.ask(`/v1/calls?${name}=${world.key}`);
    expect(answer.status).toBe(401);
    expect(answer.json.code).toBe('api_key_in_url');
    expect(answer.text).not.toContain(world.key);
  }
  expect(new Set(world.leaked)).toEqual(new Set(world.keys.keys()));
  expect(world.leaked).toHaveLength(4);
  expect(world.logLines.join('')).not.toContain(world.key.slice(0, 20));
});

it('K4 the 21st bad key of a minute from one address gets 429, whatever X-Forwarded-For says', async () => {
  world = await createHttpWorld({ rates: { failedKeysPerMinute: 20 } });
  const statuses: number[] = [];
  for (let i = 0; i < 21; i += 1) {
    const answer = await world.ask('/v1/account', {
      key: 'x',
      headers: { 'x-forwarded-for': `203.0.113.${i}`, forwarded: `for=203.0.113.${i}` },
    });
    statuses.push(answer.status);
    if (i === 20) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(statuses).toEqual([...Array.from({ length: 20 }, () => 401), 429]);
  expect((await world.ask('/v1/account')).status).toBe(200);
});

it('K5 revoking a key closes its open event stream in less than a second', async () => {
  let stopped = false;
  world = await createHttpWorld({
    handle: {
      streamCall: async ({ signal }) => ({
        status: 200,
        stream: forever(signal, () => {
          stopped = true;
        }),
      }),
    },
  });
  const response = await fetch(`${world.url}/v1/calls/call_00000000000000000000000000/events`, {
    headers: { authorization: `Bearer ${world.key}` },
  });
  const reader = response.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain(': open');
  for (const key of world.keys.values()) key.revoked_at = 1;
  const revokedAt = performance.now();
  while (!(await reader?.read())?.done);
  expect(performance.now() - revokedAt).toBeLessThan(1_000);
  expect(stopped).toBe(true);
});

it('a client that goes away, and a server that closes, end the stream for its handler', async () => {
  let stopped = 0;
  world = await createHttpWorld({
    handle: {
      streamCall: async ({ signal }) => ({
        status: 200,
        stream: forever(signal, () => {
          stopped += 1;
        }),
      }),
    },
  });
  const path = '/v1/calls/call_00000000000000000000000000/events';
  await world.raw(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.key}\r\n\r\n`,
    /: open/,
  );
  while (stopped < 1) await new Promise((resolve) => setImmediate(resolve));
  const staying = world.raw(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.key}\r\n\r\n`,
  );
  const reading = await fetch(world.url + path, {
    headers: { authorization: `Bearer ${world.key}` },
  });
  expect(reading.status).toBe(200);
  const closed = performance.now();
  await world.close();
  expect(performance.now() - closed).toBeLessThan(3_000);
  expect((await staying).closed).toBe(true);
  expect(stopped).toBeGreaterThanOrEqual(2);
});

it('a key places 10 calls in a second and is then told when to go on; another key is not held up', async () => {
  world = await createHttpWorld({ rates: { placingPerSecond: 10, placingPerHour: 12 } });
  const statuses = await Promise.all(
    Array.from(
      { length: 11 },
      async () => (await world.ask('/v1/calls', { body: CALL_BODY })).status,
    ),
  );
  expect(statuses.filter((status) => status === 201)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  const other = makeKey('test');
  world.keys.set(other.public_id, {
    id: 'key_o',
    hash: other.hash,
    mode: 'test',
    name: 'Other',
    revoked_at: null,
  });
  expect((await world.ask('/v1/calls', { body: CALL_BODY, key: other.key })).status).toBe(201);
  expect((await world.ask('/v1/calls')).status).toBe(200);
});

it('a key that has placed its calls of the hour waits until the hour is over', async () => {
  world = await createHttpWorld({ rates: { placingPerHour: 2 } });
  const answers = [];
  for (let i = 0; i < 3; i += 1) answers.push(await world.ask('/v1/calls', { body: CALL_BODY }));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 429]);
  expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(3_000);
});

async function* forever(signal: AbortSignal, stopped: () => void): AsyncGenerator<string> {
  const event = {
    id: 'evt_1',
    type: 'call.started',
    created_at: '2026-01-02T03:04:05.000Z',
    mode: 'test',
    simulated: true,
    data: {},
  } satisfies Event;
  try {
    yield `id: 1\ndata: ${JSON.stringify(event)}\n\n`;
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    stopped();
  }
}
