// A builder looks after webhooks through the API, and a process dies while it sends.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { type Client, createClient } from '../../engine/src/client/index.ts';
import { verifyWebhook } from '../../engine/src/client/verify-webhook.ts';
import { Call } from '../../engine/src/contract/call.ts';
import type { Delivery } from '../../engine/src/contract/delivery.ts';
import type { AttentionNotice, Webhook } from '../../engine/src/contract/event.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { createLog } from '../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';
import { someone } from '../ended-once.ts';
import { type EngineProcess, freePort, startEngineProcess } from '../engine-process.ts';
import { type AnsweringReceiver, answering, say } from '../events/answering.ts';
import { createWorld, engineEnv, pause, SPEECH_CACHE, type World, waitsOf } from '../world.ts';

// An engine is started twice, each time as a process of its own.
const TWO_STARTS_MS = 90_000;
const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';

async function whenTrue(
  test: () => boolean | Promise<boolean>,
  what: string,
  seconds = 25,
): Promise<void> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  while (!(await test())) {
    if (signal.aborted) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(20);
  }
}

describe('a builder looks after webhooks', () => {
  let world: World;
  let receiver: AnsweringReceiver;
  beforeAll(async () => {
    world = await createWorld({ rate: 20 });
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    receiver = await answering();
  });
  afterEach(() => receiver.close());

  // Each story hears of its own calls alone.
  const subscribe = async (more: object = { filter: { tag: 'of no call' } }) =>
    (await world.client.subscribeWebhook({ body: { url: receiver.url, ...more } })) as Webhook & {
      secret: string;
    };
  const place = async (more: object = {}) =>
    (await world.client.placeCall({
      body: { task: TASK, phone_number: someone('no_answer'), retry: { max_attempts: 1 }, ...more },
    })) as Call;
  const deliveries = async (query: object) =>
    ((await world.client.listDeliveries({ query })) as { deliveries: Delivery[] }).deliveries;
  const settled = async (webhook_id: string, status: string, count = 1): Promise<Delivery[]> => {
    let found: Delivery[] = [];
    const isThere = async (): Promise<boolean> => {
      found = await deliveries({ webhook_id, status });
      return found.length >= count;
    };
    await whenTrue(isThere, `${count} ${status}`);
    return found;
  };
  const problem = (asked: Promise<unknown>) =>
    asked.then(
      () => 'no problem',
      (error: { code: string }) => error.code,
    );

  it('sends a sample at once, signed and marked, and says what the receiver answered but not its words', async () => {
    const { id, secret } = await subscribe();
    const params = { id };
    expect(await world.client.testWebhook({ params })).toEqual({
      ...{ delivered: true, status_class: '2xx', failure: null, took_ms: expect.any(Number) },
    });
    const [one] = receiver.received;
    expect(one?.event).toMatchObject({ type: 'call.ended', test: true, simulated: true });
    expect(Call.safeParse(one?.event.data).success).toBe(true);
    expect(verifyWebhook({ body: one?.body ?? '', headers: one?.headers ?? {}, secret }).ok).toBe(
      true,
    );

    receiver.answer = (response) => response.writeHead(503).end('internal words of 10.1.2.3');
    const refused = await world.client.testWebhook({ params });
    expect(refused).toMatchObject({ delivered: false, status_class: '5xx', failure: null });
    expect(JSON.stringify(refused)).not.toMatch(/words|10\.1/);
    receiver.answer = (_response, request) => request.socket.destroy();
    expect(await world.client.testWebhook({ params })).toMatchObject({
      ...{ delivered: false, status_class: null, failure: 'connection_failed' },
    });
    // A sample is held against nobody.
    expect(await world.client.getWebhook({ params })).toMatchObject({
      ...{ status: 'active', failing_since: null },
    });
    expect(await deliveries({ webhook_id: id })).toEqual([]);
  });

  it('pauses a webhook, changes it, and resumes it: what waited comes then, where it now belongs', async () => {
    const { id } = await subscribe({ filter: { tag: 'pause' } });
    const params = { id };
    expect(await world.client.updateWebhook({ params, body: { paused: true } })).toMatchObject({
      ...{ status: 'paused', pause_reason: 'requested', paused_at: expect.any(String) },
    });
    const call = await place({ tag: 'pause' });
    await world.ended(call.id);
    expect(await settled(id, 'paused')).toMatchObject([
      { call_id: call.id, event_type: 'call.ended', tries: 0, next_try_at: null },
    ]);
    expect(receiver.received).toEqual([]);
    const moved = await answering();
    await world.client.updateWebhook({
      params,
      body: { url: moved.url, filter: { tag: 'other' } },
    });
    expect(await world.client.updateWebhook({ params, body: { paused: false } })).toMatchObject({
      ...{ status: 'active', pause_reason: null, filter: { tag: 'other' } },
      url_host: new URL(moved.url).host,
    });
    await settled(id, 'delivered');
    expect(moved.received.map(({ event }) => event.data['id'])).toEqual([call.id]);
    expect(receiver.received).toEqual([]);
    await moved.close();
  });

  it('may not move a webhook to a forbidden address, nor say what is not a change', async () => {
    const { id } = await subscribe();
    const update = (body: object) => problem(world.client.updateWebhook({ params: { id }, body }));
    expect(await update({ url: 'https://10.0.0.5/hook' })).toBe('webhook_url_forbidden');
    expect(await update({ url: `${world.url}/v1/calls` })).toBe('webhook_loop');
    expect(await update({ events: [] })).toBe('invalid_request');
    expect(await update({ secret: 'mine' })).toBe('invalid_request');
    expect(await update({ filter: { town: 'Lisboa' } })).toBe('invalid_request');
    expect(await update({})).toBe('no problem');
    const nobody = { params: { id: `whk_${'0'.repeat(26)}` } };
    expect(await problem(world.client.getWebhook(nobody))).toBe('not_found');
    expect(await problem(world.client.updateWebhook({ ...nobody, body: {} }))).toBe('not_found');
    expect(await problem(world.client.testWebhook(nobody))).toBe('not_found');
    expect(await problem(world.client.rotateWebhookSecret(nobody))).toBe('not_found');
  });

  it('F5: replaces the secret: the new one is shown once, and both prove what is sent', async () => {
    const { id, secret } = await subscribe({ filter: { tag: 'rotate' } });
    const params = { id };
    const rotated = (await world.client.rotateWebhookSecret({ params })) as Webhook & {
      secret: string;
    };
    expect(JSON.stringify(await world.client.getWebhook({ params }))).not.toContain('whsec_');
    await world.ended((await place({ tag: 'rotate' })).id);
    await settled(id, 'delivered');
    const [one] = receiver.received;
    for (const key of [secret, rotated.secret]) {
      const now = Number(one?.headers['webhook-timestamp']) * 1_000;
      expect(
        verifyWebhook({ body: one?.body ?? '', headers: one?.headers ?? {}, secret: key, now }).ok,
      ).toBe(true);
    }
  });

  it('finds deliveries by webhook, type, call and status, page by page, also those to the own address of a call', async () => {
    const own = await answering();
    const events = ['call.started', 'call.ended'];
    const { id } = await subscribe({ filter: { tag: 'list' }, events });
    const call = await place({ tag: 'list', webhook_url: own.url });
    await world.ended(call.id);
    await settled(id, 'delivered', 2);
    await whenTrue(() => own.received.length === 1, 'own address told');
    await whenTrue(
      async () => (await deliveries({ call_id: call.id, status: 'delivered' })).length === 3,
      'all settled',
    );
    const all = await deliveries({ call_id: call.id });
    expect(all).toHaveLength(3);
    expect(all.filter(({ webhook_id }) => webhook_id === null)).toMatchObject([
      { url_host: new URL(own.url).host, event_type: 'call.ended' },
    ]);
    expect(JSON.stringify(all)).not.toMatch(/hook\?|hush/);
    expect(await deliveries({ webhook_id: id, event_type: 'call.started' })).toHaveLength(1);
    expect(await deliveries({ webhook_id: id, status: 'dead' })).toEqual([]);
    const ofCall = await world.client.listCallDeliveries({ params: { id: call.id } });
    expect(ofCall).toMatchObject({ deliveries: all, next_cursor: null });

    const paged: string[] = [];
    let cursor: string | null | undefined;
    do {
      const query = { call_id: call.id, limit: 1, ...(cursor ? { cursor } : {}) };
      const page = (await world.client.listDeliveries({ query })) as {
        deliveries: Delivery[];
        next_cursor: string | null;
      };
      paged.push(...page.deliveries.map((delivery) => delivery.id));
      cursor = page.next_cursor;
    } while (cursor);
    expect(paged).toEqual(all.map((delivery) => delivery.id));
    expect(await problem(world.client.listDeliveries({ query: { cursor: 'x' } }))).toBe(
      'invalid_cursor',
    );
    await own.close();
  });

  it('replays one event and all events of a webhook, with the same id and a new time', async () => {
    const { id } = await subscribe({ filter: { tag: 'replay' } });
    await world.ended((await place({ tag: 'replay' })).id);
    const [delivered] = await settled(id, 'delivered');
    const params = { id: delivered?.id ?? '' };
    expect(await world.client.replayDelivery({ params })).toMatchObject({ status: 'pending' });
    await whenTrue(() => receiver.received.length === 2, 'replayed');
    await settled(id, 'delivered');
    const body = { since: new Date(world.clock.now() - 3_600_000).toISOString() };
    expect(await world.client.replayWebhook({ params: { id }, body })).toEqual({
      ...{ replayed: 0, more: false },
    });
    const statuses = ['delivered' as const];
    expect(
      await world.client.replayWebhook({ params: { id }, body: { ...body, statuses } }),
    ).toEqual({ replayed: 1, more: false });
    await whenTrue(() => receiver.received.length === 3, 'replayed again');
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids)).toEqual(new Set([delivered?.event_id]));
    const nobody = { params: { id: `dlv_${'0'.repeat(26)}` } };
    expect(await problem(world.client.replayDelivery(nobody))).toBe('not_found');
  });

  it('E15: is told in the API that a new webhook refused everything and was paused', async () => {
    receiver.answer = say(401);
    const { id } = await subscribe({ filter: { tag: 'refuse' } });
    const calls = await Promise.all(Array.from({ length: 5 }, () => place({ tag: 'refuse' })));
    await Promise.all(calls.map((call) => world.ended(call.id)));
    await settled(id, 'paused', 5);
    expect(await world.client.getWebhook({ params: { id } })).toMatchObject({
      ...{ status: 'paused', pause_reason: 'refused' },
    });
    const { attention } = (await world.client.listAttention({ query: {} })) as {
      attention: AttentionNotice[];
    };
    expect(attention.filter(({ object }) => object === id)).toMatchObject([
      { kind: 'webhook_paused', fix: expect.stringContaining('resume'), mode: 'test' },
    ]);
  });
});

describe('a process that dies while it sends', () => {
  let dataDir: string;
  let simulator: Simulator;
  let engine: EngineProcess;
  let receiver: AnsweringReceiver;
  afterAll(async () => {
    await engine.kill();
    await simulator.close();
    await receiver.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it(
    'F7: an event whose sender is killed is delivered after the restart, and the order of its call is kept',
    async () => {
      const rate = 10;
      const anchor = Date.now();
      dataDir = await mkdtemp(join(tmpdir(), 'recado-sending-'));
      simulator = await startSimulator({
        clock: createClock({ rate, anchor }),
        log: createLog({ level: 'silent' }),
        cacheDir: SPEECH_CACHE,
      });
      // Answers nobody, until it is told otherwise.
      receiver = await answering(() => undefined);
      const env = {
        ...engineEnv(simulator, dataDir),
        PORT: String(await freePort()),
        RECADO_CLOCK_RATE: String(rate),
        RECADO_CLOCK_ANCHOR: String(anchor),
      };
      engine = await startEngineProcess(env);
      const client: Client = createClient(
        axiosTransport({ url: engine.url, apiKey: engine.firstKey ?? '' }),
      );
      const events = [
        'call.started' as const,
        'call.attempt_ended' as const,
        'call.ended' as const,
      ];
      await client.subscribeWebhook({ body: { url: receiver.url, events } });
      const body = { task: TASK, phone_number: someone('busy'), retry: { max_attempts: 1 } };
      const call = (await client.placeCall({ body })) as Call;
      await whenTrue(() => receiver.received.length === 1, 'the first event is on its way');
      await engine.kill();
      receiver.answer = say(200);
      engine = await startEngineProcess(env);
      await waitsOf(client).ended(call.id);
      await whenTrue(
        () => receiver.received.some(({ event }) => event.type === 'call.ended'),
        'the end is told',
      );
      const took = receiver.received.slice(1).map(({ event }) => event.type);
      const first = receiver.received[0]?.event;
      expect(first?.type).toBe('call.started');
      expect(receiver.received[1]?.event.id).toBe(first?.id);
      expect(took.filter((type, at) => took.indexOf(type) === at)).toEqual(
        events.filter((type) => took.includes(type)),
      );
      const { deliveries } = (await client.listDeliveries({ query: { call_id: call.id } })) as {
        deliveries: Delivery[];
      };
      expect(deliveries.filter(({ status }) => status === 'dead')).toEqual([]);
    },
    TWO_STARTS_MS,
  );
});
