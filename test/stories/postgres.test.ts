import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { createClient } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import { type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';
import { endedOnce, someone } from '../ended-once.ts';
import { type EngineProcess, startEngineProcess } from '../engine-process.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { describeWhen } from '../skips.ts';
import { createWorld, engineEnv, SPEECH_CACHE, waitsOf } from '../world.ts';

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
// Slow enough that a busy machine does not make a node look silent.
const RATE = 5;
const KEY = Buffer.alloc(32, 7).toString('base64');

describeWhen('postgres', 'engines on Postgres', (place) => {
  let server: PostgresServer;
  let simulator: Simulator;
  const anchor = Date.now();
  const folders: string[] = [];
  const engines: EngineProcess[] = [];
  beforeAll(async () => {
    server = await startPostgres(place);
    simulator = await startSimulator({
      clock: createClock({ rate: RATE, anchor }),
      log: silentLog,
      cacheDir: SPEECH_CACHE,
    });
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.kill()));
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await simulator?.close();
    await server?.stop();
  });

  async function startNode(url: string, key = KEY): Promise<EngineProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'recado-node-'));
    folders.push(dataDir);
    const engine = await startEngineProcess({
      ...engineEnv(simulator, dataDir),
      DATABASE_URL: url,
      RECADO_SECRET_KEY: key,
      RECADO_CLOCK_RATE: String(RATE),
      RECADO_CLOCK_ANCHOR: String(anchor),
    });
    engines.push(engine);
    return engine;
  }
  const clientOf = (engine: EngineProcess, apiKey: string) =>
    createClient(axiosTransport({ url: engine.url, apiKey }));
  const phones = (call: Call) => simulator.calls().filter(({ to }) => to === call.phone_number);

  it('a whole conversation is had, told and kept, with nothing but another DATABASE_URL', async () => {
    const world = await createWorld({ env: { DATABASE_URL: await server.newDatabase() } });
    const placed = (await world.client.placeCall({
      body: { task: TASK, phone_number: someone('confirms'), webhook_url: world.receiver.url },
    })) as Call;
    const call = await endedOnce(world, placed, 1);
    expect(call).toMatchObject({ outcome: 'achieved', reached: true, answered_by: 'human' });
    expect(call.transcript.length).toBeGreaterThan(2);
    await world.close();
  });

  it('two share the work of one store; when one is killed the other finishes every call, once', async () => {
    const url = await server.newDatabase();
    const [one, other] = await Promise.all([startNode(url), startNode(url)]);
    // Of two that start at once on an empty store, one makes the first key.
    const keys = [one.firstKey, other.firstKey].filter((key) => key !== undefined);
    expect(keys).toHaveLength(1);
    const [apiKey = ''] = keys;
    const client = clientOf(one, apiKey);
    const survivor = clientOf(other, apiKey);
    const waits = waitsOf(survivor);

    const calls: Call[] = [];
    const place = async (behaviour: Parameters<typeof someone>[0], seconds: number) => {
      const at = new Date(anchor + (Date.now() - anchor) * RATE + seconds * 1_000).toISOString();
      const body = { task: TASK, phone_number: someone(behaviour), schedule: { at } };
      calls.push(
        (await client.placeCall({
          body: seconds === 0 ? { ...body, schedule: undefined } : body,
        } as never)) as Call,
      );
    };
    for (let at = 0; at < 4; at++) await place('busy', 0);
    for (let at = 0; at < 4; at++) await place('busy', 20);
    await waits.until(calls[0]?.id ?? '', ({ status }) => status !== 'queued');
    await one.kill();

    for (const { id } of calls) await waits.ended(id, 60);
    for (const placed of calls) {
      const stored: string[] = [];
      for await (const { event } of await survivor.streamCall({ params: { id: placed.id } }))
        stored.push(event.type);
      expect(stored.filter((type) => type === 'call.ended')).toHaveLength(1);
      const call = (await survivor.getCall({
        params: { id: placed.id },
        query: {},
      } as never)) as Call;
      // One ring for each attempt at most, whoever dialed it.
      expect(phones(placed).length).toBeLessThanOrEqual(call.attempts.length);
    }
    const owners = await server.ask('SELECT DISTINCT node_id FROM attempts', url);
    expect(owners.length).toBeGreaterThan(0);
    expect(await server.ask("SELECT id FROM jobs WHERE kind = 'dial'", url)).toEqual([]);
  }, 120_000);

  it('a conversation of a node that was killed ends on the other, with what was said, and nobody is called again', async () => {
    const url = await server.newDatabase();
    const nodes = [await startNode(url)];
    const [first] = nodes as [EngineProcess];
    const apiKey = first.firstKey ?? '';
    nodes.push(await startNode(url));
    const client = clientOf(first, apiKey);
    const placed = (await client.placeCall({
      body: { task: TASK, phone_number: someone('talks_without_answering') },
    })) as Call;
    const talking = await waitsOf(client).until(
      placed.id,
      ({ transcript }) => transcript.length >= 2,
    );
    expect(talking).toMatchObject({ status: 'in_progress', end_reason: null });

    const [held] = await server.ask(
      `SELECT (SELECT COUNT(*) FROM nodes earlier WHERE earlier.started_at < nodes.started_at) AS at
       FROM nodes JOIN attempts ON attempts.node_id = nodes.id`,
      url,
    );
    const holder = Number(held?.['at']);
    await nodes[holder]?.kill();
    const survivor = clientOf(nodes[1 - holder] ?? first, apiKey);
    const call = await waitsOf(survivor).ended(placed.id, 40);
    expect(call).toMatchObject({ end_reason: 'error_engine', retryable: false });
    expect(call.transcript.slice(0, 2)).toEqual(talking.transcript.slice(0, 2));
    expect(call.attempts).toHaveLength(1);
    expect(phones(placed).map(({ status }) => status)).toEqual(['completed']);
  }, 90_000);

  it('a node with another secret key does not start, and says why; nor does one that reaches no store', async () => {
    const url = await server.newDatabase();
    await startNode(url);
    const other = startNode(url, Buffer.alloc(32, 8).toString('base64'));
    await expect(other).rejects.toThrow(/not the one that this store was sealed under/);
    await expect(startNode(url.replace(/:\d+\//, ':1/'))).rejects.toThrow(/store is not reached/);
  });

  it('a node looks after its own conversation, and no other node ends it', async () => {
    const url = await server.newDatabase();
    const one = await startNode(url);
    await startNode(url);
    const client = clientOf(one, one.firstKey ?? '');
    const waits = waitsOf(client);
    for (let at = 0; at < 3; at++) {
      const placed = (await client.placeCall({
        body: { task: TASK, phone_number: someone('confirms') },
      })) as Call;
      await waits.until(placed.id, ({ status }) => status === 'in_progress');
      // As if the time to look after it had come, on both nodes again and again.
      const looks = setInterval(
        () => void server.ask("UPDATE jobs SET run_at = 0 WHERE kind = 'settle_attempt'", url),
        100,
      );
      const call = await waits.ended(placed.id, 40).finally(() => clearInterval(looks));
      expect(call).toMatchObject({ outcome: 'achieved', end_reason: 'agent_goodbye' });
    }
  }, 90_000);
});
