// Events of one call reach one webhook in the order in which they happened.
import type { EventType } from '../../engine/src/contract/vocabulary.ts';
import { type Answer, type AnsweringReceiver, answering, say } from './answering.ts';
import { createDeliveryWorld, type DeliveryWorld } from './delivery-world.ts';

const LIFE: EventType[] = ['call.started', 'call.answered', 'call.turn_added', 'call.ended'];
const MINUTE_MS = 60_000;

let world: DeliveryWorld;
let receiver: AnsweringReceiver;
afterEach(async () => {
  await world.close();
  await receiver.close();
});

async function subscribed(answers: Answer | readonly Answer[], events = LIFE) {
  receiver = await answering(answers);
  world = await createDeliveryWorld();
  return world.subscribe({ url: receiver.url, events });
}
async function live(...types: EventType[]) {
  const call = await world.call();
  for (const type of types) await world.record(call, type, { id: call.id, type });
  return call;
}
const types = () => receiver.received.map(({ event }) => event.type);
/** What the receiver took, in the order in which it took it. */
const taken: string[] = [];
const takes =
  (accept: (type: string) => boolean): Answer =>
  (response, _request, { event }) => {
    const isTaken = accept(event.type);
    if (isTaken) taken.push(event.type);
    response.writeHead(isTaken ? 200 : 503).end();
  };
beforeEach(() => taken.splice(0));

describe('the events of a call at one webhook', () => {
  it('are sent one after the other, each once the one before was taken', async () => {
    let open = 0;
    let most = 0;
    await subscribed((response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.writeHead(200).end();
      }, 10);
    });
    await live(...LIFE);
    await world.runToTheEnd();
    expect(types()).toEqual(LIFE);
    expect(most).toBe(1);
  });

  it('F7: wait behind one that fails until it was taken', async () => {
    await subscribed([say(500), takes(() => true)]);
    await live('call.started', 'call.answered');
    await world.runDue();
    expect(types()).toEqual(['call.started']);
    expect(await world.runDue()).toBe(0);
    await world.runToTheEnd();
    expect(types()).toEqual(['call.started', 'call.started', 'call.answered']);
    expect(await world.list({ status: 'delivered' })).toHaveLength(2);
  });

  it('do not wait for those of another call, nor for those at another webhook', async () => {
    await subscribed(takes((type) => type !== 'call.started'));
    const other = await answering();
    await world.subscribe({ url: other.url, events: LIFE });
    await live('call.started', 'call.answered');
    await live('call.answered');
    for (let turns = 0; turns < 3; turns++) await world.runDue();
    expect(taken).toEqual(['call.answered']);
    expect(other.received.map(({ event }) => event.type).sort()).toEqual(
      ['call.answered', 'call.answered', 'call.started'].sort(),
    );
    await other.close();
  });

  it('the end never waits long: what is before it then gets two tries in all and dies', async () => {
    await subscribed(takes((type) => type === 'call.ended' || type === 'call.turn_added'));
    const call = await live('call.started', 'call.answered', 'call.turn_added');
    await world.runDue();
    await world.runToTheEnd(() => receiver.received.length === 3);
    expect(types()).toEqual(Array(3).fill('call.started'));
    const before = world.clock.now();
    await world.record(call, 'call.ended');
    await world.runToTheEnd();
    expect(types().slice(3)).toEqual([
      'call.started',
      'call.answered',
      'call.answered',
      'call.turn_added',
      'call.ended',
    ]);
    expect(world.clock.now() - before).toBeLessThan(MINUTE_MS);
    expect(taken).toEqual(['call.turn_added', 'call.ended']);
    expect(
      (await world.list({ status: 'dead' })).map(({ event_type }) => event_type).sort(),
    ).toEqual(['call.answered', 'call.started']);
  });

  it('keep their order when a paused webhook goes on, and when all of them are replayed', async () => {
    const { id } = await subscribed(takes(() => true));
    await world.webhooks.update('test', id, { paused: true });
    await live(...LIFE);
    const since = world.clock.now() - MINUTE_MS;
    await world.runToTheEnd();
    expect(types()).toEqual([]);
    expect(await world.list({ status: 'paused' })).toHaveLength(4);
    await world.webhooks.update('test', id, { paused: false });
    await world.runToTheEnd();
    expect(types()).toEqual(LIFE);
    await world.deliveryList.replayAll('test', id, { since, statuses: ['delivered'] });
    await world.runToTheEnd();
    expect(types()).toEqual([...LIFE, ...LIFE]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
  });

  it('a webhook paused between two events sends the second when it goes on, and each once', async () => {
    const { id } = await subscribed([say(500), takes(() => true)]);
    await live('call.started', 'call.answered');
    await world.runDue();
    await world.webhooks.update('test', id, { paused: true });
    world.jump(60 * MINUTE_MS);
    expect(await world.runDue()).toBe(0);
    await world.webhooks.update('test', id, { paused: false });
    await world.runToTheEnd();
    expect(taken).toEqual(['call.started', 'call.answered']);
    expect(await world.database.query('SELECT id FROM jobs')).toEqual([]);
  });
});

describe('who is told', () => {
  it('what is simulated reaches subscriptions of the test mode and the own address alone', async () => {
    await subscribed(say(200), ['call.ended']);
    await world.subscribe({ url: `${receiver.url}&live` }, 'live');
    const call = await world.call(
      { mode: 'live', network: 'simulated', status: 'ended' },
      { url: `${receiver.url}&own` },
    );
    await world.record(call, 'call.ended');
    const hosts = await world.database.query<{ kind: string; mode: string }>(
      'SELECT w.kind, w.mode FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id',
    );
    expect(hosts.map(({ kind, mode }) => `${kind} ${mode}`).sort()).toEqual([
      'call live',
      'subscription test',
    ]);
  });

  it('what is live reaches subscriptions of the live mode and the own address alone', async () => {
    await subscribed(say(200), ['call.ended']);
    await world.subscribe({ url: `${receiver.url}&live` }, 'live');
    const call = await world.call({ mode: 'live', network: 'live', status: 'ended' });
    await world.record(call, 'call.ended');
    const rows = await world.database.query<{ mode: string }>(
      'SELECT w.mode FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id',
    );
    expect(rows).toEqual([{ mode: 'live' }]);
  });

  it('a filter chooses calls, and lets pass what is about no call', async () => {
    receiver = await answering();
    world = await createDeliveryWorld();
    const filter = { outcomes: ['achieved'], tag: 'orders', metadata: { shop: '1' } };
    const events: EventType[] = ['call.ended', 'call.started', 'batch.ended', 'attention.needed'];
    await world.subscribe({ url: receiver.url, events, filter });
    const match = { tag: 'orders', metadata: { shop: 1 }, outcome: 'achieved' };
    for (const change of [match, { ...match, outcome: 'voicemail' }, { ...match, tag: null }])
      await world.record(await world.call({ status: 'ended', ...change }), 'call.ended', change);
    await world.record(await world.call({ ...match, outcome: null }), 'call.started');
    const fact = { mode: 'test' as const, data: {} };
    await world.database.transaction(async (tx) => {
      await world.events.recordFact(tx, { ...fact, type: 'attention.needed', about: {} });
      await world.events.recordFact(tx, { ...fact, type: 'batch.ended', about: { tag: 'orders' } });
      await world.events.recordFact(tx, { ...fact, type: 'batch.ended', about: { tag: 'other' } });
      await world.events.recordFact(tx, { ...fact, type: 'recipient.opted_out', about: {} });
    });
    await world.runToTheEnd();
    expect(types().sort()).toEqual(['attention.needed', 'batch.ended', 'call.ended']);
    expect(receiver.received.find(({ event }) => event.type === 'call.ended')?.event.data).toEqual(
      match,
    );
  });
});
