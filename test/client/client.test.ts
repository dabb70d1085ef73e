import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { readEvents } from '../../engine/src/client/event-stream.ts';
import {
  type Client,
  createClient,
  RecadoProblem,
  type Send,
} from '../../engine/src/client/index.ts';
import { OPERATIONS } from '../../engine/src/client/operations.gen.ts';
import { API } from '../../engine/src/contract/api.ts';
import { assertReply } from '../contract/assert-reply.ts';
import { CALL_BODY, createHttpWorld, type HttpWorld, sampleCall } from '../http/http-world.ts';

let world: HttpWorld;
let client: Client;
beforeEach(async () => {
  world = await createHttpWorld({
    handle: {
      streamCall: async ({ query, headers }) => ({
        status: 200,
        stream: events(query.after ?? Number(headers['last-event-id'] ?? 0)),
      }),
    },
  });
  client = createClient(axiosTransport({ url: `${world.url}/`, apiKey: world.key }));
});
afterEach(async () => {
  await world.close();
});

async function* events(after: number): AsyncGenerator<string> {
  for (let cursor = after + 1; cursor <= 3; cursor += 1) {
    const event = {
      id: `evt_${cursor}`,
      type: 'call.started',
      created_at: '2026-01-02T03:04:05.000Z',
      mode: 'test',
      simulated: true,
      data: { text: 'olá\n' },
    };
    const text = `: still here\n\nid: ${cursor}\nevent: call.started\ndata: ${JSON.stringify(event)}\n\n`;
    yield text.slice(0, 20);
    yield text.slice(20);
  }
}

it('has one method per operation of the contract', () => {
  expect(Object.keys(client).sort()).toEqual(Object.keys(API).sort());
  expect(Object.keys(OPERATIONS)).toEqual(Object.keys(API));
});

it('places, gets, lists and cancels a call, and every reply is what the contract says', async () => {
  const placed = await client.placeCall({ body: CALL_BODY, headers: { 'idempotency-key': 'k-1' } });
  expect(placed.task).toBe(CALL_BODY.task);
  assertReply('placeCall', 201, placed);
  const found = await client.getCall({ params: { id: placed.id }, query: { wait_seconds: 0 } });
  expect(found).toEqual(placed);
  const list = await client.listCalls({ query: { limit: 1, reached: 'true' } });
  expect(list.calls.map(({ id }) => id)).toEqual([placed.id]);
  assertReply('listCalls', 200, list);
  expect((await client.cancelCall({ params: { id: placed.id } })).status).toBe('ended');
  expect(
    await client.unsubscribeWebhook({ params: { id: 'whk_00000000000000000000000000' } }),
  ).toBeUndefined();
  assertReply('getAccount', 200, await client.getAccount());
});

it('the check of replies sees a missing, a wrong and an unknown field', () => {
  const call = sampleCall();
  expect(() => assertReply('getCall', 200, { ...call, status: 'failed' })).toThrow();
  expect(() => assertReply('getCall', 200, { ...call, task: undefined })).toThrow();
  expect(() => assertReply('getCall', 200, { ...call, webhook_url: 'https://x' })).toThrow();
  assertReply('getCall', 200, call);
});

it('throws the problem that the engine answered with', async () => {
  const absent = client.getCall({ params: { id: 'call_00000000000000000000000000' } });
  await expect(absent).rejects.toBeInstanceOf(RecadoProblem);
  await expect(absent).rejects.toMatchObject({
    status: 404,
    code: 'not_found',
    problem: { title: 'There is nothing at this address' },
  });
  await expect(client.placeCall({ body: { task: 'x'.repeat(9_000) } })).rejects.toThrow(
    /\/task: Too big/,
  );
  await expect(client.checkCall({ body: CALL_BODY })).rejects.toMatchObject({
    problem: { retry_after_seconds: 3 },
  });
});

it('an engine that is not ready is a reply', async () => {
  expect(await client.getReadiness()).toMatchObject({ status: 'unavailable' });
});

it('follows a call live and goes on from a cursor', async () => {
  const seen: string[] = [];
  for await (const { cursor, event } of await client.streamCall({
    params: { id: 'call_00000000000000000000000000' },
  })) {
    seen.push(`${cursor} ${event.id} ${JSON.stringify(event.data)}`);
  }
  expect(seen).toEqual([1, 2, 3].map((n) => `${n} evt_${n} {"text":"olá\\n"}`));
  const rest: string[] = [];
  const after = await client.streamCall({
    params: { id: 'call_00000000000000000000000000' },
    headers: { 'last-event-id': '2' },
  });
  for await (const { cursor } of after) rest.push(cursor);
  expect(rest).toEqual(['3']);
});

it('reads a stream cut at any byte, with either line end', async () => {
  const bytes = Buffer.from(
    ': hi\r\n\r\nid: 7\r\ndata: {"id":"é",\r\ndata: "x":1}\r\n\r\nid: 8\ndata: {}\n\n',
  );
  const expected = [
    { cursor: '7', event: { id: 'é', x: 1 } },
    { cursor: '8', event: {} },
  ];
  for (let size = 1; size <= bytes.length; size += 1) {
    const chunks = (async function* () {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
    })();
    const got = [];
    for await (const event of readEvents(chunks)) got.push(event);
    expect({ size, got }).toEqual({ size, got: expected });
  }
});

it('gets a recording in pieces, and the problem when there is none', async () => {
  const parts: Uint8Array[] = [];
  for await (const part of await client.getRecording({
    params: { id: 'call_00000000000000000000000000' },
  }))
    parts.push(Buffer.from(part));
  expect(Buffer.concat(parts).toString()).toBe('RIFF');
  await expect(
    createClient(axiosTransport({ url: world.url, apiKey: 'x' })).getRecording({
      params: { id: 'call_0' },
    }),
  ).rejects.toMatchObject({ code: 'unauthenticated' });
});

it('does not carry the key to another address by a redirect, and says when no engine answered', async () => {
  let asked = 0;
  const elsewhere = createServer((_request, response) => {
    asked += 1;
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => elsewhere.once('listening', resolve));
  const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
  const redirecting = createServer((_request, response) =>
    response.writeHead(307, { location: target }).end(),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => redirecting.once('listening', resolve));
  const lost = createClient(
    axiosTransport({
      url: `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`,
      apiKey: world.key,
    }),
  );
  await expect(lost.getAccount()).rejects.toMatchObject({ status: 307, problem: undefined });
  expect(asked).toBe(0);
  elsewhere.close();
  redirecting.close();
});

it('works with any transport', async () => {
  const requests: Parameters<Send>[0][] = [];
  const own = createClient(async (request) => {
    requests.push(request);
    return { status: 200, body: { webhooks: [] } };
  });
  expect(await own.listWebhooks()).toEqual({ webhooks: [] });
  await own.getCall({ params: { id: 'a/b?c' }, query: { wait_seconds: 5 } });
  expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v1/webhooks',
    'GET /v1/calls/a%2Fb%3Fc?wait_seconds=5',
  ]);
});
