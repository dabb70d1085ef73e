import { SMTPServer } from 'smtp-server';
import type { AttentionNeed } from '../../engine/src/events/ports.ts';
import { type AnsweringReceiver, answering, say } from './answering.ts';
import {
  createDeliveryWorld,
  type DeliveryWorld,
  type DeliveryWorldOptions,
} from './delivery-world.ts';

const HOUR_MS = 3_600_000;
const NEED: AttentionNeed = {
  kind: 'budget',
  object: 'month',
  mode: 'test',
  text: 'The month has used 90 % of what it may.',
  fix: 'Raise SPEND_LIMIT_MONTH, or wait for the first.',
  link: 'https://engine.example/settings',
};

let world: DeliveryWorld;
let receiver: AnsweringReceiver | undefined;
afterEach(async () => {
  await world.close();
  await receiver?.close();
  receiver = undefined;
});

const start = async (options: DeliveryWorldOptions = {}) => {
  world = await createDeliveryWorld(options);
};
const need = (change: Partial<AttentionNeed> = {}) =>
  world.database.transaction((tx) => world.attention.needAttention(tx, { ...NEED, ...change }));

describe('attention', () => {
  it('is told once an hour for the same thing, and at once for another', async () => {
    await start();
    expect(await need()).toBe(true);
    expect(await need()).toBe(false);
    expect(await need({ text: 'Other words for the same.' })).toBe(false);
    expect(await need({ object: 'day' })).toBe(true);
    expect(await need({ kind: 'carrier' })).toBe(true);
    expect(await need({ mode: 'live' })).toBe(true);
    world.jump(HOUR_MS - 5_000);
    expect(await need()).toBe(false);
    world.jump(5_000);
    expect(await need()).toBe(true);
    expect(await need()).toBe(false);
    expect((await world.attentionTold()).map(({ kind, object }) => `${kind} ${object}`)).toEqual([
      'budget month',
      'carrier month',
      'budget day',
      'budget month',
    ]);
  });

  it('of two that need it at once, one is told', async () => {
    await start();
    const told = await Promise.all(Array.from({ length: 5 }, () => need()));
    expect(told.filter(Boolean)).toHaveLength(1);
  });

  it('is not told, nor held back later, when what needed it was taken back', async () => {
    await start();
    const failing = world.database.transaction(async (tx) => {
      await world.attention.needAttention(tx, NEED);
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    expect(await world.attentionTold()).toEqual([]);
    expect(await need()).toBe(true);
  });

  it('is an event for webhooks that ask for it, whatever their filter', async () => {
    receiver = await answering();
    await start();
    const filter = { outcomes: ['voicemail'], tag: 'orders' };
    await world.subscribe({ url: receiver.url, events: ['attention.needed'], filter });
    await need();
    await world.runToTheEnd();
    const [one] = receiver.received;
    const { mode: _mode, ...told } = NEED;
    expect(one?.event).toMatchObject({
      ...{ type: 'attention.needed', mode: 'test', simulated: true },
      data: { ...told, call_id: null },
    });
    expect(await world.attentionTold()).toMatchObject([{ ...NEED, id: one?.event.id }]);
  });

  it('goes to the chat of the operator as {"text"}, tried again as an event is', async () => {
    receiver = await answering([say(500), say(200)]);
    await start({ attentionUrl: receiver.url });
    await need();
    await world.runToTheEnd();
    expect(receiver.received.length).toBe(2);
    expect(JSON.parse(receiver.received[1]?.body.toString() ?? '')).toEqual({
      text: `Recado (test): ${NEED.text}\n${NEED.fix}\n${NEED.link}`,
    });
    expect(await world.list()).toMatchObject([
      { event_type: 'attention.needed', webhook_id: null, status: 'delivered', tries: 2 },
    ]);
    expect(await world.webhooks.list('test')).toEqual([]);
  });

  it('a chat that does not take it is a dead letter, and no reason to tell the chat', async () => {
    receiver = await answering(say(404));
    await start({ attentionUrl: receiver.url });
    await need();
    await world.runToTheEnd();
    expect(receiver.received.length).toBe(10);
    expect(await world.list()).toMatchObject([{ status: 'dead' }]);
    expect(await world.attentionTold()).toHaveLength(1);
  });

  it('a chat at a private address gets nothing unless the operator allowed it', async () => {
    await start({ attentionUrl: 'https://10.0.0.5/chat' });
    await need();
    await world.runDue();
    expect(await world.list()).toMatchObject([
      { status: 'pending', last_failure: 'blocked_destination' },
    ]);
  });
});

describe('e-mail', () => {
  it('goes to the operator through their server, once, with text, fix and link', async () => {
    const server = await mailServer();
    await start({ attentionEmail: { smtpUrl: server.url, to: 'ops@clinic.example' } });
    await need();
    await world.runToTheEnd();
    expect(server.mails).toHaveLength(1);
    const [mail] = server.mails;
    expect(mail?.to).toEqual(['ops@clinic.example']);
    expect(mail?.text).toMatch(
      /^Subject: Recado \(test\): The month has used 90 % of what it may\.$/m,
    );
    expect(mail?.text).toContain(NEED.fix);
    expect(mail?.text).toContain(NEED.link);
    const [told] = await world.attentionTold();
    expect(mail?.text).toMatch(new RegExp(`^Message-ID: <${told?.id}@recado>$`, 'im'));
    expect(world.lines).toMatchObject([{ msg: 'e-mail tried', state: 'delivered', number: 1 }]);
    expect(JSON.stringify(world.lines)).not.toMatch(/ops@|clinic/);
    await server.close();
  });

  it('is tried again while the server refuses it, with the same Message-ID', async () => {
    const server = await mailServer(2);
    await start({ attentionEmail: { smtpUrl: server.url, to: 'ops@clinic.example' } });
    await need();
    const started = world.clock.now();
    await world.runToTheEnd();
    expect(server.mails).toHaveLength(1);
    expect(world.clock.now() - started).toBeGreaterThanOrEqual(305_000);
    expect(world.lines.map(({ state }) => state)).toEqual(['pending', 'pending', 'delivered']);
    await server.close();
  });

  it('is given up when nobody listens, and the engine goes on', async () => {
    const server = await mailServer();
    await server.close();
    await start({ attentionEmail: { smtpUrl: server.url, to: 'ops@clinic.example' } });
    await need();
    await world.runToTheEnd();
    expect(world.lines).toHaveLength(10);
    expect(world.lines.at(-1)).toMatchObject({ state: 'dead', last_failure: 'ESOCKET' });
  });
});

/** A mail server that refuses the first mails and keeps the others. */
async function mailServer(refusals = 0) {
  const mails: { to: string[]; text: string }[] = [];
  let left = refusals;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (left-- > 0) return done(Object.assign(new Error('busy'), { responseCode: 451 }));
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: Buffer.concat(chunks).toString('utf8').replaceAll('\r\n', '\n') });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
