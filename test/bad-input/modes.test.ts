// One engine serves one organisation; what must never meet in it are its two modes. What belongs to the other mode looks
// exactly like what never was. (Suppressions are shared on purpose: who asks not to be called is not called in any mode.)
import { join } from 'node:path';
import type { Operation } from '../../engine/src/contract/api.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { type BadInputWorld, createBadInputWorld, type Reply, TASK } from './bad-input-world.ts';

let world: BadInputWorld;
let live: { id: string; key: string };
let callId: string;
let webhookId: string;
beforeAll(async () => {
  world = await createBadInputWorld();
  live = await world.newKey('live');
  const placed = await world.place({ phone_number: numberFor('busy', '415'), task: TASK });
  callId = placed.json.id;
  await world.ended(callId, 60);
  webhookId = (await world.client.subscribeWebhook({ body: { url: world.receiver.url } })).id;
});
afterAll(() => world.close());

const bare = ({ status, json: { instance: _, ...rest } }: Reply) => [status, rest];
const zeros = '0'.repeat(26);

it.each<[Operation, string, (id: string) => string]>([
  ['getCall', 'GET', (id) => `/v1/calls/${id}`],
  ['cancelCall', 'POST', (id) => `/v1/calls/${id}/cancel`],
  ['streamCall', 'GET', (id) => `/v1/calls/${id}/events`],
  ['getRecording', 'GET', (id) => `/v1/calls/${id}/recording`],
  ['linkRecording', 'POST', (id) => `/v1/calls/${id}/recording_link`],
])(
  'L1 %s of a call of the other mode answers like one that never was',
  async (operation, method, path) => {
    const ask = (id: string) =>
      world.send(operation, {
        ...{ path: path(id), method, key: live.key },
        ...(operation === 'linkRecording' ? { body: {} } : {}),
      });
    const foreign = await ask(callId);
    expect(foreign.status).toBe(404);
    expect(bare(foreign)).toEqual(bare(await ask(`call_${zeros}`)));
  },
);

it('L1 a subscription of the other mode can be neither seen nor ended', async () => {
  const end = (id: string) =>
    world.send('unsubscribeWebhook', {
      ...{ path: `/v1/webhooks/${id}`, method: 'DELETE', key: live.key },
    });
  const foreign = await end(webhookId);
  expect(foreign.status).toBe(404);
  expect(bare(foreign)).toEqual(bare(await end(`whk_${zeros}`)));
  const seen = await world.send('listWebhooks', {
    ...{ path: '/v1/webhooks', method: 'GET', key: live.key },
  });
  expect(seen.json['webhooks']).toEqual([]);
  const mine = (await world.client.listWebhooks()) as { webhooks: { id: string }[] };
  expect(mine.webhooks.map(({ id }) => id)).toContain(webhookId);
});

it('L2 a list shows its own mode alone, takes no foreign filter, and a cursor of the other mode shows nothing more', async () => {
  const list = (query: string, key?: string) =>
    world.send('listCalls', {
      ...{ path: `/v1/calls?${query}`, method: 'GET' },
      ...(key === undefined ? {} : { key }),
    });
  expect((await list('limit=5')).json['calls']).not.toEqual([]);
  expect((await list('limit=5', live.key)).json['calls']).toEqual([]);
  for (const filter of ['tenant_id=x', 'mode=test', 'key_id=x']) {
    const foreign = await list(filter, live.key);
    expect([foreign.status, foreign.json.code]).toEqual([422, 'invalid_request']);
  }
  await world.place({ phone_number: numberFor('busy', '416'), task: TASK });
  const cursor = (await list('limit=1')).json['next_cursor'];
  expect(typeof cursor).toBe('string');
  expect((await list(`cursor=${cursor}`, live.key)).json['calls']).toEqual([]);
  const broken = await list(`cursor=${String(cursor).slice(2)}`);
  expect([broken.status, broken.json.code]).toEqual([400, 'invalid_cursor']);
});

it('L3 the same Idempotency-Key of two keys stands for two calls', async () => {
  const other = await world.newKey();
  const body = { phone_number: numberFor('busy', '417'), task: TASK };
  const headers = { 'idempotency-key': 'shared-1' };
  const first = await world.place(body, headers, world.apiKey);
  const second = await world.place(body, headers, other.key);
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.json.id).not.toBe(first.json.id);
});

it('L4 a live key without a carrier places nothing, and never on the simulated network', async () => {
  const phone_number = '+351912345678';
  const placed = await world.place({ phone_number, task: TASK }, {}, live.key);
  expect(placed.status).toBe(403);
  expect(['live_mode_not_ready', 'carrier_not_configured']).toContain(placed.json.code);
  expect(world.phone(phone_number)).toEqual([]);
  for (const key of [live.key, world.apiKey]) {
    const path = `/v1/calls?phone_number=${encodeURIComponent(phone_number)}`;
    const list = await world.send('listCalls', { path, method: 'GET', key });
    expect([list.status, list.json['calls']]).toEqual([200, []]);
  }
});

const SQL = [
  `'`,
  `' OR '1'='1`,
  `"; DROP TABLE calls;--`,
  `%' UNION SELECT hash FROM keys--`,
  '\\',
];
const FILTERS = [
  'outcome',
  'source',
  'phone_number',
  'reference',
  'tag',
  'status',
  'cursor',
  'limit',
];
it('L5 SQL in a filter, a cursor or a path is text: it finds nothing and breaks nothing', async () => {
  const count = (await world.client.listCalls({ query: { limit: 100 } })).calls.length;
  const answers: string[] = [];
  for (const text of SQL) {
    const value = encodeURIComponent(text);
    const ask = async (operation: Operation, path: string): Promise<void> => {
      const { status, json } = await world.send(operation, { path, method: 'GET' });
      const found = json['calls'] ?? json['suppressions'] ?? json['entries'] ?? [];
      answers.push(`${operation} ${status} ${(found as unknown[]).length}`);
    };
    for (const filter of FILTERS) await ask('listCalls', `/v1/calls?${filter}=${value}`);
    await ask('getCall', `/v1/calls/${value}`);
    await ask('listSuppressions', `/v1/suppressions?cursor=${value}`);
    await ask('checkSuppression', `/v1/suppressions/check?phone_number=${value}`);
    await ask('listAudit', `/v1/audit?cursor=${value}`);
    await ask('exportPerson', `/v1/privacy/export?phone_number=${value}`);
  }
  expect(answers.filter((answer) => !/ (200|400|404|422) 0$/.test(answer))).toEqual([]);
  expect((await world.client.listCalls({ query: { limit: 100 } })).calls.length).toBe(count);
});

it('L1 a test key erases and exports nothing of live calls; a live key reaches both', async () => {
  const phone_number = numberFor('busy', '418');
  const ids = [];
  for (const at of [1, 2]) {
    const placed = await world.place({
      phone_number,
      task: `${TASK} ${at}`,
      retry: { max_attempts: 1 },
    });
    ids.push((await world.ended(placed.json.id)).id);
  }
  // Nothing rings a real phone here, so one of them is made a live call in the store.
  const file = join(world.dataDir, 'recado.db');
  const database = await openSqlite({ file, clock: createClock() });
  await database.query("UPDATE calls SET mode = 'live' WHERE id = $1", [ids[0] ?? '']);
  await database.close();

  const held = await world.client.exportPerson({ query: { phone_number } });
  expect(held.calls.map(({ call }) => call.id)).toEqual([ids[1]]);
  const test = await world.client.erasePerson({ body: { phone_number } });
  expect(test.counts.calls).toBe(1);
  const rest = await world.send('erasePerson', {
    ...{ path: '/v1/privacy/erasure', body: { phone_number }, key: live.key },
  });
  expect(rest.json['counts']).toMatchObject({ calls: 1 });
});
