// What holds in every story, whatever it is about. Looked at when the story is over.
import { axiosTransport } from '../../engine/src/client/axios.ts';
import { type Client, createClient } from '../../engine/src/client/index.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import { makeKey } from '../../engine/src/http/api-key.ts';
import type { World } from '../world.ts';

/** Fails when an attempt rang twice, a phone rang without an attempt, or a call that has ended did not end once. */
export async function expectPromises(world: World): Promise<void> {
  const seen = world.simulator.calls().filter(({ direction }) => direction === 'outbound-api');
  const perAttempt = Map.groupBy(seen, ({ url }) => url);
  for (const rings of perAttempt.values()) expect(rings).toHaveLength(1);

  const calls = await allCalls(world);
  const attempts = calls.flatMap((call) => call.attempts);
  for (const [number, rings] of Map.groupBy(seen, ({ to }) => to)) {
    const ours = attempts.filter(({ phone_number }) => phone_number === number);
    expect(rings.length).toBeLessThanOrEqual(ours.length);
  }
  for (const call of calls.filter(({ status }) => status === 'ended')) {
    expect([call.id, await endsOf(world, call.id)]).toEqual([call.id, 1]);
  }
}

async function allCalls({ client }: World): Promise<Call[]> {
  const calls: Call[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listCalls({
      query: { limit: 100, ...(cursor === undefined ? {} : { cursor }) },
    });
    calls.push(...(page.calls as Call[]));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return calls;
}

/** How many `call.ended` events a call has that has ended. */
async function endsOf({ client }: World, id: string): Promise<number> {
  let ends = 0;
  for await (const { event } of await client.streamCall({ params: { id } }))
    if (event.type === 'call.ended') ends++;
  return ends;
}

/** Returns a client with a key of its own, so that the counters of one key never answer in place of a rule. */
export async function newClient({ engine, url }: World): Promise<Client> {
  const { key, ...stored } = makeKey('test');
  await engine.keys.add({ ...stored, name: 'workflow' });
  return createClient(axiosTransport({ url, apiKey: key }));
}
