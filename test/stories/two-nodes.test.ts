// Two nodes behind a load balancer that sends every connection to the other one in turn: callbacks, media sockets
// and requests land wherever they land.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { type Client, createClient } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { createEngine, type Engine } from '../../engine/src/engine.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import { createLog } from '../../engine/src/lib/log.ts';
import { numberFor, type Simulator, startSimulator } from '../../engine/src/simulator/index.ts';
import { type AlternatingProxy, startAlternatingProxy } from '../alternating-proxy.ts';
import { type PostgresServer, startPostgres } from '../postgres.ts';
import { describeWhen } from '../skips.ts';
import { configOf, SPEECH_CACHE, waitsOf } from '../world.ts';

describeWhen('postgres', 'two nodes without sticky routing', (place) => {
  const clock = createClock({ rate: 10 });
  const lines: string[] = [];
  const log = createLog({
    level: 'warn',
    destination: { write: (line: string) => void lines.push(line) },
  });
  let postgres: PostgresServer;
  let simulator: Simulator;
  let proxy: AlternatingProxy;
  let folder: string;
  const engines: Engine[] = [];
  const clients: Client[] = [];

  beforeAll(async () => {
    postgres = await startPostgres(place);
    simulator = await startSimulator({ clock, log, cacheDir: SPEECH_CACHE });
    proxy = await startAlternatingProxy();
    folder = await mkdtemp(join(tmpdir(), 'recado-two-nodes-'));
    const address = await postgres.newDatabase();
    let apiKey = '';
    for (const name of ['one', 'two']) {
      const config = configOf(simulator, join(folder, name), {
        DATABASE_URL: address,
        RECADO_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
        SIMULATOR: JSON.stringify({
          carrier: simulator.carrier,
          model: simulator.model,
          callbackUrl: proxy.url,
        }),
      });
      const engine = await createEngine(config, { clock, log });
      const { url, first_key } = await engine.start();
      apiKey ||= first_key ?? '';
      engines.push(engine);
      clients.push(createClient(axiosTransport({ url, apiKey })));
      proxy.ports.push(Number(new URL(url).port));
    }
  });
  afterAll(async () => {
    for (const engine of engines) await engine.stop();
    await proxy?.close();
    await simulator?.close();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const client = (at: number): Client => clients[at % 2] ?? failed();
  const place1 = async (at: number, body: object): Promise<Call> =>
    (await client(at).placeCall({
      body: { task: 'Confirm the appointment on 2026-12-01 at 14:00.', ...body },
    })) as Call;
  const endings = async (callId: string): Promise<number> => {
    let count = 0;
    for await (const { event } of await client(1).streamCall({ params: { id: callId } }))
      if (event.type === 'call.ended') count++;
    return count;
  };

  it('every call is talked to its end, whichever node its callbacks and its sound came to', async () => {
    const numbers = ['212', '213', '214', '215', '216', '217'].map((area) =>
      numberFor('confirms', area),
    );
    const placed = await Promise.all(
      numbers.map((phone_number, at) => place1(at, { phone_number })),
    );
    for (const [at, { id }] of placed.entries()) {
      const call = await waitsOf(client(at + 1)).ended(id, 60);
      expect([call.outcome, call.end_reason]).toEqual(['achieved', 'agent_goodbye']);
      expect(call.attempts).toHaveLength(1);
      expect(call.transcript.length).toBeGreaterThan(2);
      expect(call.disclosure_played_at).not.toBeNull();
      expect(await endings(id)).toBe(1);
    }
    for (const to of numbers)
      expect(simulator.calls().filter((call) => call.to === to)).toMatchObject([{ rings: 1 }]);
    // Both nodes were given their share, so some of it came to the wrong one.
    expect(proxy.ports.every((port) => (proxy.given.get(port) ?? 0) > 1)).toBe(true);
  }, 90_000);

  it('a call is hung up through either node, wherever it is talked', async () => {
    const placed = await Promise.all(
      ['218', '219'].map((area, at) =>
        place1(at, { phone_number: numberFor('talks_without_answering', area) }),
      ),
    );
    for (const { id } of placed) {
      await waitsOf(client(0)).until(id, (call) => call.transcript.length > 1, 60);
      await client(0).cancelCall({ params: { id } });
    }
    for (const { id } of placed) {
      const call = await waitsOf(client(1)).ended(id, 60);
      expect(call.end_reason).toBe('stopped_by_request');
      expect(await endings(id)).toBe(1);
    }
  }, 90_000);
});

const failed = (): never => {
  throw new Error('the nodes did not start');
};
