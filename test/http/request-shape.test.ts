// What is refused before any handler sees it: group A of the bad inputs, on a real listening server.
import { type Answered, CALL_BODY, createHttpWorld, type HttpWorld } from './http-world.ts';

let world: HttpWorld;
beforeEach(async () => {
  world = await createHttpWorld({ timeouts: { headersMs: 500, requestMs: 1_000 } });
});
afterEach(async () => {
  await world.close();
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  world.ask('/v1/calls', { method: 'POST', body, headers });
const head = (extra = '') =>
  `POST /v1/calls HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.key}\r\nContent-Type: application/json\r\n${extra}`;

function expectProblem(answer: Answered, status: number, code: string): void {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.json).toMatchObject({
    status,
    code,
    type: `${world.url}/docs#problem-${code}`,
    instance: answer.headers.get('request-id'),
  });
  expect(answer.status).toBe(status);
  expect(answer.text).not.toContain('    at ');
  expect(world.placed).toEqual([]);
}
const pointers = (answer: Answered) =>
  (answer.json.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`);

it('A1 a body that is not JSON is malformed', async () => {
  expectProblem(await post('{'), 400, 'malformed_json');
});

it('A2 an empty body is malformed; a list, a text or null is not a call', async () => {
  expectProblem(await post(''), 400, 'malformed_json');
  expectProblem(await post('  \n'), 400, 'malformed_json');
  expectProblem(await world.ask('/v1/calls', { method: 'POST' }), 400, 'malformed_json');
  for (const body of ['[]', '"x"', 'null', '7'])
    expectProblem(await post(body), 422, 'invalid_request');
});

it('A3 JSON under another media type, or none, is refused', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'application/problem+json',
    '',
  ]) {
    expectProblem(
      await post(JSON.stringify(CALL_BODY), { 'content-type': type }),
      415,
      'unsupported_media_type',
    );
  }
});

it('A4 another charset, a byte order mark, invalid UTF-8 and lone surrogates are malformed', async () => {
  const json = JSON.stringify(CALL_BODY);
  expectProblem(
    await post(json, { 'content-type': 'application/json; charset=utf-16' }),
    400,
    'malformed_json',
  );
  expectProblem(await post(Buffer.from(`\uFEFF${json}`)), 400, 'malformed_json');
  expectProblem(
    await post(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])),
    400,
    'malformed_json',
  );
  expectProblem(await post(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])), 400, 'malformed_json');
  expectProblem(await post('{"task":"\\ud800"}'), 400, 'malformed_json');
  expectProblem(await post('{"\\udfff":1}'), 400, 'malformed_json');
});

it('A4 UTF-8 named in any way, and paired surrogates, are taken', async () => {
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
  ]) {
    const answer = await post('{"phone_number":"+12025550100","task":"\\ud83d\\ude00 é"}', {
      'content-type': type,
    });
    expect(answer.status).toBe(201);
    expect(answer.json['task']).toBe('😀 é');
  }
});

it('A5 one byte more than 64 KiB is too large and closes the connection, with a length or in chunks', async () => {
  const body = Buffer.alloc(64 * 1024 + 1, 0x20);
  const sized = await world.raw(
    Buffer.concat([Buffer.from(head(`Content-Length: ${body.length}\r\n\r\n`)), body]),
  );
  expect(sized.text).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"payload_too_large"/);
  expect(sized.closed).toBe(true);
  const chunk = `${body.length.toString(16)}\r\n${body.toString()}\r\n`;
  const chunked = await world.raw(head(`Transfer-Encoding: chunked\r\n\r\n${chunk}`));
  expect(chunked.text).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"payload_too_large"/);
  expect(chunked.closed).toBe(true);
  expect(world.placed).toEqual([]);
});

it('A5 exactly 64 KiB is read', async () => {
  const json = JSON.stringify(CALL_BODY);
  expect((await post(json.padEnd(64 * 1024))).status).toBe(201);
});

it('A6 a compressed body is refused without being unpacked', async () => {
  for (const encoding of ['gzip', 'br', 'deflate']) {
    expectProblem(await post('x', { 'content-encoding': encoding }), 415, 'unsupported_media_type');
  }
});

it('A7 names that reach a prototype are malformed and change no object', async () => {
  expectProblem(await post('{"__proto__":{"polluted":1}}'), 400, 'malformed_json');
  expectProblem(await post('{"metadata":{"__proto__":{"polluted":1}}}'), 400, 'malformed_json');
  expectProblem(await post('{"\\u005f_proto__":1}'), 400, 'malformed_json');
  expectProblem(await post('{"constructor":{"prototype":{"polluted":1}}}'), 400, 'malformed_json');
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

it('A8 the same name twice is malformed, also when written in two ways', async () => {
  expectProblem(
    await post('{"phone_number":"+12025550100","phone_number":"+12025550101"}'),
    400,
    'malformed_json',
  );
  expectProblem(await post('{"task":"a","t\\u0061sk":"b"}'), 400, 'malformed_json');
  expect(
    (
      await post(
        '{"phone_number":"+12025550100","task":"x","metadata":{"task":"not the same object"}}',
      )
    ).status,
  ).toBe(201);
});

it('A9 100,000 nested arrays are too large; the deepest that fit are invalid, told in under 50 ms', async () => {
  const nested = (depth: number) => `{"metadata":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  expectProblem(await post(nested(100_000)), 413, 'payload_too_large');
  await post(nested(32_000));
  const tookMs: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const started = performance.now();
    const answer = await post(nested(32_000));
    tookMs.push(performance.now() - started);
    expectProblem(answer, 422, 'invalid_request');
  }
  expect(Math.min(...tookMs)).toBeLessThan(50);
  expect(pointers(await post(nested(20)))).toEqual([' too_deep']);
  expect(pointers(await post(nested(19)))).not.toContain(' too_deep');
  const names = Array.from({ length: 501 }, (_, i) => `"k${i}":1`).join(',');
  expect(pointers(await post(`{"variables":{${names}}}`))).toEqual([' too_many_keys']);
});

it('A10 unknown fields are named and never assigned', async () => {
  const answer = await post({
    ...CALL_BODY,
    tenant_id: 't',
    status: 'ended',
    spend_cap: 9,
    schedule: { 'a/b~c': 1 },
  });
  expectProblem(answer, 422, 'invalid_request');
  expect(pointers(answer).sort()).toEqual([
    '/schedule/a~1b~0c unknown_field',
    '/spend_cap unknown_field',
    '/status unknown_field',
    '/tenant_id unknown_field',
  ]);
});

it('A11 a task of 8,001 characters is invalid', async () => {
  const answer = await post({ ...CALL_BODY, task: 'x'.repeat(8_001) });
  expectProblem(answer, 422, 'invalid_request');
  expect(pointers(answer)).toEqual(['/task too_long']);
});

it('A12 a name of 300 characters is invalid', async () => {
  const answer = await post({ ...CALL_BODY, on_behalf_of: 'x'.repeat(300) });
  expectProblem(answer, 422, 'invalid_request');
  expect(pointers(answer)).toEqual(['/on_behalf_of too_long']);
});

it('A13 a duration of 0, -1, 1e9, "60" or NaN is invalid', async () => {
  for (const value of ['0', '-1', '1e9', '"60"', '10.5', '1e400']) {
    const answer = await post(
      `{"phone_number":"+12025550100","task":"x","max_duration_seconds":${value}}`,
    );
    expectProblem(answer, 422, 'invalid_request');
    expect(answer.json.errors?.map(({ pointer }) => pointer)).toEqual(['/max_duration_seconds']);
  }
  expectProblem(await post('{"max_duration_seconds":NaN}'), 400, 'malformed_json');
});

it('A14 metadata of 51 keys, of more than 16 KiB, or with a value of 20 KB is invalid', async () => {
  const keys = (count: number, size: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'x'.repeat(size)]));
  for (const metadata of [keys(51, 1), keys(5, 3_400), keys(1, 20_000), { nested: { a: 1 } }]) {
    const answer = await post({ ...CALL_BODY, metadata });
    expectProblem(answer, 422, 'invalid_request');
    expect(answer.json.errors?.every(({ pointer }) => pointer.startsWith('/metadata'))).toBe(true);
  }
  expect((await post({ ...CALL_BODY, metadata: keys(50, 300) })).status).toBe(201);
});

it('A15 a number that would be rounded is refused with the advice to send a string', async () => {
  const answer = await post(
    '{"phone_number":"+12025550100","task":"x","metadata":{"list/1":1,"id":820982911946154508}}',
  );
  expectProblem(answer, 422, 'invalid_request');
  expect(answer.json.errors).toEqual([
    {
      pointer: '/metadata/id',
      code: 'number_too_large',
      detail: expect.stringContaining('as a string'),
    },
  ]);
  expect(answer.text).not.toContain('820982911946154508');
  const inList = await post('{"outcomes":["a",{"value":9007199254740993}]}');
  expect(pointers(inList)).toEqual(['/outcomes/1/value number_too_large']);
});

it('A15 whole numbers that are exact are taken', async () => {
  const answer = await post(
    '{"phone_number":"+12025550100","task":"x","metadata":{"a":9007199254740991,"b":9007199254740992,"c":-1.5e3,"d":0.1}}',
  );
  expect(answer.json['metadata']).toEqual({
    a: 9007199254740991,
    b: 9007199254740992,
    c: -1500,
    d: 0.1,
  });
});

it('A19 another method is answered with Allow, also with a body that cannot be read', async () => {
  const put = await world.ask('/v1/calls', {
    method: 'PUT',
    body: '{',
    headers: { 'content-type': 'text/xml' },
  });
  expectProblem(put, 405, 'method_not_allowed');
  expect(put.headers.get('allow')).toBe('GET, HEAD, POST');
  for (const method of ['TRACE', 'PROPFIND']) {
    const answer = await world.raw(
      `${method} /v1/calls HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answer.text).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer.text).toMatch(/\r\nallow: GET, HEAD, POST\r\n/);
  }
  const stream = await world.raw(
    `HEAD /v1/calls/call_x/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  expect(stream.text).toMatch(/^HTTP\/1\.1 405 [\s\S]*allow: GET\r\n/);
});

it('A19 HEAD answers like GET, without the body', async () => {
  const answer = await world.ask('/v1/account', { method: 'HEAD' });
  expect(answer.status).toBe(200);
  expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(10);
  expect(answer.text).toBe('');
});

it('A19 a path written in another way is nothing', async () => {
  for (const path of [
    '//v1/calls',
    '/v1/calls/%2e%2e/admin',
    '/v1/calls/../admin',
    '/v1/calls/',
    '/V1/calls',
    '/v1/calls/%zz',
    '/nothing',
    `/v1/calls/${'x'.repeat(300)}`,
  ]) {
    const { text } = await world.raw(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.key}\r\nConnection: close\r\n\r\n`,
    );
    expect(`${path} ${text.slice(0, 12)}`).toBe(`${path} HTTP/1.1 404`);
    expect(text).toContain('"code":"not_found"');
  }
});

it('A20 20 KiB of headers are too large, and a URL of more than 2 KiB is too long', async () => {
  const answer = await world.raw(
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Filler: ${'x'.repeat(20 * 1024)}\r\n\r\n`,
  );
  expect(answer.text).toMatch(
    /^HTTP\/1\.1 431 [\s\S]*application\/problem\+json[\s\S]*"code":"request_header_fields_too_large"/,
  );
  expect(answer.closed).toBe(true);
  expectProblem(await world.ask(`/healthz?x=${'x'.repeat(2_100)}`), 414, 'uri_too_long');
});

it('A20 100 clients that never finish their headers are cut off, and others are served meanwhile', async () => {
  const slow = Array.from({ length: 100 }, () =>
    world.raw('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: '),
  );
  expect((await world.ask('/healthz')).status).toBe(200);
  const answers = await Promise.all(slow);
  expect(
    answers.every(
      ({ closed, text }) => closed && /^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/.test(text),
    ),
  ).toBe(true);
});

it('a request that is not HTTP gets a problem', async () => {
  const answer = await world.raw('hello\r\n\r\n');
  expect(answer.text).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"malformed_request"/);
});

it('faults of the query and malformed ids are told apart', async () => {
  const answer = await world.ask('/v1/calls?limit=0&outcome_group=x&color=red');
  expectProblem(answer, 422, 'invalid_request');
  expect(pointers(answer).sort()).toEqual([
    '/query/color unknown_field',
    '/query/limit too_small',
    '/query/outcome_group invalid_value',
  ]);
  const malformed = await world.ask('/v1/calls/nonsense');
  const absent = await world.ask('/v1/calls/call_00000000000000000000000000');
  expectProblem(malformed, 404, 'not_found');
  expect({ ...malformed.json, instance: '' }).toEqual({ ...absent.json, instance: '' });
});

it('a bug is an internal error that tells nothing, and its log line holds no number', async () => {
  const answer = await world.ask('/v1/webhooks', { body: { url: 'https://example.com/' } });
  expectProblem(answer, 500, 'internal_error');
  expect(answer.text).not.toContain('boom');
  const line = world.logLines.find((text) => text.includes('request failed')) ?? '';
  expect(line).toContain(answer.headers.get('request-id'));
  expect(world.logLines.join('')).not.toContain('351912345678');
});

it('every answer has the security headers, and those of the API are not stored', async () => {
  for (const path of ['/v1/account', '/v1/nothing', '/docs', '/healthz']) {
    const answer = await world.ask(path);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    if (path.startsWith('/v1')) expect(answer.headers.get('cache-control')).toBe('no-store');
  }
});

it('an operation without a body takes none, or an empty object', async () => {
  await post(CALL_BODY);
  const path = `/v1/calls/${world.placed[0]?.id}/cancel`;
  expect((await world.ask(path, { method: 'POST' })).status).toBe(200);
  expect((await world.ask(path, { body: {} })).status).toBe(200);
  expect((await world.ask(path, { body: '' })).status).toBe(200);
  expect((await world.ask(path, { body: { force: true } })).status).toBe(422);
});
