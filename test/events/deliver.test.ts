import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { verifyWebhook } from '../../engine/src/client/verify-webhook.ts';
import { type DeliverPorts, deliver } from '../../engine/src/events/deliver.ts';
import { eventBody } from '../../engine/src/events/event-body.ts';
import type { DeliveryStore, DeliveryTry, PendingDelivery } from '../../engine/src/events/ports.ts';
import { newSigningSecret } from '../../engine/src/events/sign.ts';
import { type Clock, createClock } from '../../engine/src/lib/clock.ts';
import { createLog } from '../../engine/src/lib/log.ts';
import { createEgress } from '../../engine/src/outgoing/egress.ts';
import { type Listener, listen, readBody } from '../outgoing/listener.ts';

const SECRET = newSigningSecret();
const BODY = eventBody({
  id: 'evt_1',
  type: 'call.ended',
  created_at: '2026-03-01T10:00:00.000Z',
  mode: 'test',
  simulated: true,
  data: { id: 'call_1', summary: '\u2028 Olá 😀 </script> é' },
});

interface Received {
  headers: IncomingHttpHeaders;
  body: Buffer;
}
type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** One delivery kept in memory, and the clock put forward to each next try: what the store and the queue do. */
function createWorld(url: string, over: Partial<PendingDelivery> = {}, totalMs = 15_000) {
  const wall = createClock();
  let skippedMs = 0;
  const clock: Clock = { ...wall, now: () => wall.now() + skippedMs };
  const lines: Record<string, unknown>[] = [];
  let stored: PendingDelivery | undefined = {
    id: 'dlv_1',
    tries: 0,
    next_try_at: 0,
    event_id: 'evt_1',
    event_type: 'call.ended',
    body: BODY,
    webhook_id: 'whk_1',
    url,
    secrets: [SECRET],
    bearer: null,
    ...over,
  };
  const tries: DeliveryTry[] = [];
  const deliveries: DeliveryStore = {
    loadPending: async () => stored,
    async recordTry(_id, made) {
      tries.push(made);
      const { settlement } = made;
      stored =
        stored && settlement.state === 'pending'
          ? { ...stored, tries: made.number, next_try_at: settlement.next_try_at }
          : undefined;
    },
  };
  const ports: DeliverPorts = {
    deliveries,
    egress: createEgress({
      allowedHosts: [],
      allowedCidrs: [],
      allowLoopback: true,
      ownUrls: [],
      clock,
      timeouts: { totalMs },
    }),
    clock,
    log: createLog({
      level: 'debug',
      destination: { write: (line) => void lines.push(JSON.parse(line)) },
    }),
    random: () => 0.5,
  };
  return {
    tries,
    lines,
    ports,
    change: (change: Partial<PendingDelivery>) => {
      if (stored) stored = { ...stored, ...change };
    },
    run: () => deliver('dlv_1', ports),
    /** Runs the job again and again, each time when it is due, until the delivery is settled. */
    async runToTheEnd(): Promise<void> {
      for (let again = await this.run(); again; again = await this.run()) {
        skippedMs += Math.max(again.again_at - clock.now(), 0);
      }
    },
    now: () => clock.now(),
  };
}

describe('delivering', () => {
  let open: Listener | undefined;
  afterEach(() => open?.close());

  /** A receiver that gives these answers in turn, the last one for ever. */
  async function receiver(...answers: Answer[]): Promise<{ url: string; received: Received[] }> {
    const received: Received[] = [];
    open = await listen(async (request, response) => {
      const answer = answers[Math.min(received.length, answers.length - 1)];
      received.push({ headers: request.headers, body: await readBody(request) });
      answer?.(response, request);
    });
    return { url: `http://127.0.0.1:${open.port}/hook?secret=hush`, received };
  }
  const say =
    (code: number): Answer =>
    (response) =>
      response.writeHead(code).end();

  it('F6: the receiver gets the recorded bytes, signed so that both verifiers accept them', async () => {
    const { url, received } = await receiver(say(200));
    const world = createWorld(url);
    expect(await world.run()).toBeUndefined();

    const [one] = received;
    expect(one?.body).toEqual(Buffer.from(BODY));
    expect(one?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Recado',
      'webhook-id': 'evt_1',
    });
    expect(one?.headers).not.toHaveProperty('authorization');
    const headers = (one?.headers ?? {}) as Record<string, string>;
    expect(new Webhook(SECRET).verify(one?.body ?? '', headers)).toEqual(JSON.parse(BODY));
    expect(verifyWebhook({ body: one?.body ?? '', headers, secret: SECRET })).toEqual({
      ok: true,
      value: JSON.parse(BODY),
    });
    expect(world.tries).toMatchObject([
      {
        number: 1,
        settlement: { state: 'delivered' },
        webhook_health: 'working',
        last_status: 200,
        last_failure: null,
      },
    ]);
  });

  it('the bearer token of a webhook is sent with it', async () => {
    const { url, received } = await receiver(say(204));
    await createWorld(url, { bearer: 'token-1' }).run();
    expect(received[0]?.headers.authorization).toBe('Bearer token-1');
  });

  it('F1: a receiver that answers 500 and then 200 gets the same id again, with a new time and a new signature', async () => {
    const { url, received } = await receiver(say(500), say(200));
    const world = createWorld(url);
    await world.runToTheEnd();

    expect(
      world.tries.map((made) => [made.number, made.settlement.state, made.last_status]),
    ).toEqual([
      [1, 'pending', 500],
      [2, 'delivered', 200],
    ]);
    const [first, second] = received.map(({ headers }) => headers);
    expect(second?.['webhook-id']).toBe(first?.['webhook-id']);
    expect(Number(second?.['webhook-timestamp'])).toBeGreaterThan(
      Number(first?.['webhook-timestamp']),
    );
    for (const { headers, body } of received) {
      const now = Number(headers['webhook-timestamp']) * 1000;
      expect(verifyWebhook({ body, headers, secret: SECRET, now }).ok).toBe(true);
    }
  });

  it('F1: a receiver that never takes it is tried ten times over 75.6 hours, then the delivery is a dead letter', async () => {
    const { url, received } = await receiver(say(503));
    const world = createWorld(url);
    const started = world.now();
    await world.runToTheEnd();
    expect(received).toHaveLength(10);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(world.tries.map(({ settlement }) => settlement.state)).toEqual([
      ...Array(9).fill('pending'),
      'dead',
    ]);
    expect((world.now() - started) / 3_600_000).toBeCloseTo(75.6, 0);
  });

  it('F2: after 410 nothing more is sent', async () => {
    const { url, received } = await receiver(say(410));
    const world = createWorld(url);
    expect(await world.run()).toBeUndefined();
    expect(world.tries.map(({ settlement }) => settlement)).toEqual([{ state: 'gone' }]);
    expect(await world.run()).toBeUndefined();
    expect(received).toHaveLength(1);
  });

  it('F3 F4: a receiver that hangs is given up and tried again with the same id', async () => {
    const { url, received } = await receiver(() => {}, say(200));
    const world = createWorld(url, {}, 300);
    await world.runToTheEnd();
    expect(world.tries.map((made) => made.last_failure ?? made.last_status)).toEqual([
      'timeout',
      200,
    ]);
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['evt_1', 'evt_1']);
  });

  it('a receiver that resets the connection is tried again', async () => {
    const { url } = await receiver(
      (_response, request) => request.socket.resetAndDestroy(),
      say(200),
    );
    const world = createWorld(url);
    await world.runToTheEnd();
    expect(world.tries.map((made) => made.last_failure ?? made.last_status)).toEqual([
      'connection_failed',
      200,
    ]);
  });

  it('a receiver that asks for time gets it', async () => {
    const { url } = await receiver((response) =>
      response.writeHead(429, { 'retry-after': '600' }).end(),
    );
    const world = createWorld(url);
    const again = await world.run();
    expect((again?.again_at ?? 0) - (world.tries[0]?.at ?? 0)).toBe(600_000);
    expect(world.tries[0]?.webhook_health).toBe('not_said');
  });

  it('F5: a secret replaced between two tries signs the second with both', async () => {
    const { url, received } = await receiver(say(500), say(200));
    const world = createWorld(url);
    const newer = newSigningSecret();
    const again = await world.run();
    world.change({ secrets: [newer, SECRET], next_try_at: 0 });
    expect(again).toBeDefined();
    await world.run();
    const [, second] = received;
    for (const secret of [newer, SECRET]) {
      expect(
        verifyWebhook({ body: second?.body ?? '', headers: second?.headers ?? {}, secret }).ok,
      ).toBe(true);
    }
  });

  it('F7: a job repeated before its time sends nothing and comes back when due', async () => {
    const { url, received } = await receiver(say(200));
    const later = Date.now() + 60_000;
    const world = createWorld(url, { tries: 1, next_try_at: later });
    expect(await world.run()).toEqual({ again_at: later });
    expect([received.length, world.tries.length]).toEqual([0, 0]);
  });

  it('a delivery that is settled, or whose webhook is gone, sends nothing', async () => {
    const { url, received } = await receiver(say(200));
    const world = createWorld(url);
    await world.run();
    expect(await world.run()).toBeUndefined();
    expect([received.length, world.tries.length]).toEqual([1, 1]);
  });

  it('E9: an address that has become forbidden counts as a try and is tried again', async () => {
    const world = createWorld('https://10.0.0.5/hook');
    expect(await world.run()).toBeDefined();
    expect(world.tries).toMatchObject([
      { last_status: null, last_failure: 'blocked_destination', settlement: { state: 'pending' } },
    ]);
  });

  it('each try leaves one log line that names the delivery, and neither address, body, secret nor token', async () => {
    const { url } = await receiver(say(500), say(200));
    const world = createWorld(url, { bearer: 'token-1' });
    await world.runToTheEnd();
    expect(world.lines).toHaveLength(2);
    expect(world.lines[0]).toMatchObject({
      msg: 'delivery tried',
      delivery_id: 'dlv_1',
      event_id: 'evt_1',
      event_type: 'call.ended',
      webhook_id: 'whk_1',
      number: 1,
      state: 'pending',
      last_status: 500,
    });
    expect(world.lines[1]).toMatchObject({
      number: 2,
      state: 'delivered',
      last_status: 200,
      took_ms: expect.any(Number),
    });
    expect(JSON.stringify(world.lines)).not.toMatch(/127\.0\.0\.1|hush|Olá|whsec_|token-1/);
  });
});
