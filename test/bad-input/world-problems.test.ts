// Whatever is wrong with a request, the answer is a problem document of RFC 9457 with the contract's fields.
import { z } from 'zod';
import { API, type Operation } from '../../engine/src/contract/api.ts';
import type { Endpoint } from '../../engine/src/contract/endpoint.ts';
import { PROBLEMS, Problem } from '../../engine/src/contract/problem.ts';
import { EXAMPLE_BODIES } from '../../engine/src/http/docs-page.ts';
import { type BadInputWorld, createBadInputWorld } from './bad-input-world.ts';

let world: BadInputWorld;
beforeAll(async () => {
  world = await createBadInputWorld();
});
afterAll(() => world.close());

const endpoints: Record<Operation, Endpoint> = API;
// Whoever holds the link needs no key: those addresses have tests of their own.
const operations = (Object.keys(endpoints) as Operation[])
  .filter((operation) => !endpoints[operation].path.includes('{token}'))
  .map((operation) => [operation, endpoints[operation].method, endpoints[operation].path] as const);
const withId = (path: string, id: string): string =>
  path.replace('{id}', id).replace('{phone_number}', '%2B12025550199');
/** An id of the right kind that nothing has. */
function idFor(operation: Operation): string {
  const params = JSON.stringify(z.toJSONSchema(endpoints[operation].params ?? z.object({})));
  return `${/\^([a-z]+)_/.exec(params)?.[1] ?? 'call'}_${'0'.repeat(26)}`;
}
const takesJson = operations.filter(([operation]) => {
  const { body, consumes } = endpoints[operation];
  return body !== undefined && consumes === undefined;
});
const exampleFor = (operation: Operation): object => {
  const { method, path, consumes } = endpoints[operation];
  const body = EXAMPLE_BODIES[`${method} ${path}`];
  if (body === undefined) return {};
  return consumes === undefined ? { body } : { body, headers: { 'content-type': consumes } };
};

describe('every operation answers a broken request with a problem of the contract', () => {
  it.each(operations.filter(([operation]) => API[operation].auth === 'key'))(
    '%s without a good key',
    async (operation, method, path) => {
      for (const key of ['', 'nonsense', `${world.apiKey}x`]) {
        const reply = await world.send(operation, {
          path: withId(path, idFor(operation)),
          method,
          key,
        });
        expect([401, 429]).toContain(reply.status);
      }
    },
  );

  it.each(operations.filter(([, , path]) => path.includes('{id}')))(
    '%s with an id of nothing, of another kind, or of no kind',
    async (operation, method, path) => {
      for (const id of [
        idFor(operation),
        'x',
        'call_1',
        'key_00000000000000000000000000',
        '%00',
        '..%2f..',
      ])
        expect(
          (
            await world.send(operation, {
              path: withId(path, id),
              method,
              ...exampleFor(operation),
            })
          ).status,
        ).toBe(404);
    },
  );

  it.each(takesJson)(
    '%s with a body that is not what it takes',
    async (operation, method, path) => {
      for (const [body, status] of [
        ['{', 400],
        ['{"a":1,"a":2}', 400],
        ['{"__proto__":1}', 400],
        ['[]', 422],
        ['"x"', 422],
        ['{"no_such_field":1}', 422],
        ['{"metadata":[[[[]]]],"url":7,"task":{},"events":"x"}', 422],
        [' '.repeat((endpoints[operation].body_limit?.bytes ?? 64 * 1024) + 1), 413],
      ] as const) {
        const { key } = await world.newKey();
        const sent = { path: withId(path, idFor(operation)), method, body, key };
        const reply = await world.send(operation, sent);
        expect([body.slice(0, 20), reply.status]).toEqual([body.slice(0, 20), status]);
      }
      const { key } = await world.newKey();
      const headers = { 'content-type': 'text/plain' };
      const typed = { path: withId(path, idFor(operation)), method, body: '{}', headers, key };
      expect((await world.send(operation, typed)).status).toBe(415);
    },
  );

  it.each([
    ['listCalls', '/v1/calls?limit=0'],
    ['listCalls', '/v1/calls?limit=1e9'],
    ['listCalls', '/v1/calls?status=nonsense'],
    ['listCalls', '/v1/calls?no_such=1'],
    ['listCalls', '/v1/calls?reached=maybe'],
    ['listCalls', '/v1/calls?created_after=yesterday'],
    ['listCalls', '/v1/calls?status=ended&status=queued'],
    ['listCalls', `/v1/calls?reference=${'x'.repeat(256)}`],
    ['getCall', `/v1/calls/call_${'0'.repeat(26)}?wait_seconds=26`],
    ['getCall', `/v1/calls/call_${'0'.repeat(26)}?wait_seconds=NaN`],
  ] as const)('%s with the query of %s: 422', async (operation, path) => {
    const reply = await world.send(operation, { path, method: 'GET' });
    expect([reply.status, reply.json.code]).toEqual([422, 'invalid_request']);
    expect(reply.json.errors[0]?.pointer).toMatch(/^\/query/);
  });

  it.each(['x', '%00', 'AAAA', "' OR 1=1 --", Buffer.from('1.call_1').toString('base64url')])(
    'listCalls with the cursor %j, which it never gave: 400',
    async (cursor) => {
      const path = `/v1/calls?cursor=${encodeURIComponent(cursor)}`;
      const reply = await world.send('listCalls', { path, method: 'GET' });
      expect([reply.status, reply.json.code]).toEqual([400, 'invalid_cursor']);
    },
  );

  it.each([`'; DROP TABLE calls;--`, `" OR ""="`, '\u0000', '%', '\\', '😀'])(
    'listCalls takes %j in any filter for text',
    async (text) => {
      for (const filter of ['outcome', 'source', 'phone_number', 'reference', 'tag']) {
        const path = `/v1/calls?${filter}=${encodeURIComponent(text)}`;
        const reply = await world.send('listCalls', { path, method: 'GET' });
        expect([reply.status, reply.json['calls']]).toEqual([200, []]);
      }
    },
  );
});

it.each([
  ['GET', '/nothing', 404],
  ['GET', '/v1', 404],
  ['GET', '/v1/calls/', 404],
  ['DELETE', '/v1/calls', 405],
  ['PUT', '/v1/account', 405],
  ['POST', '/healthz', 405],
] as const)('%s %s is a problem too: %i', async (method, path, status) => {
  const answer = await fetch(world.url + path, {
    method,
    headers: { authorization: `Bearer ${world.apiKey}` },
  });
  const problem = Problem.strict().parse(await answer.json());
  expect([answer.status, problem.status, PROBLEMS[problem.code].status]).toEqual([
    status,
    status,
    status,
  ]);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(problem.instance).toBe(answer.headers.get('request-id'));
});

it('nothing of all this was kept or dialed', async () => {
  expect(await world.stored()).toBe(0);
  expect(world.dials()).toBe(0);
});
