// What every story of a call asks at its end, told against the whole world.
import type { Call } from '../engine/src/contract/call.ts';
import { numberFor } from '../engine/src/simulator/index.ts';
import type { ReceivedWebhook } from './receiver.ts';
import type { World } from './world.ts';

const AREAS =
  '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 256 260 262 267 269 301 302 303 304 305 307 308 309 310'.split(
    ' ',
  );

/** A number that no other story of this file calls. */
export function someone(behaviour: Parameters<typeof numberFor>[0] = 'confirms'): string {
  const area = AREAS.shift();
  if (area === undefined) throw new Error('add an area code');
  return numberFor(behaviour, area);
}

/** The requests that told the receiver of the end of this call. */
export const toldEnds = (world: World, callId: string): ReceivedWebhook[] =>
  world.receiver.received.filter(
    ({ event }) => event.type === 'call.ended' && event.data['id'] === callId,
  );

/** The call once it has ended and its webhook has arrived: ended once, told once, rung so often. */
export async function endedOnce(world: World, placed: Call, rings: number): Promise<Call> {
  const call = await world.ended(placed.id);
  await world.until(call.id, () => toldEnds(world, call.id).length > 0);
  const stored: string[] = [];
  for await (const { event } of await world.client.streamCall({ params: { id: call.id } }))
    stored.push(event.type);
  expect(stored.filter((type) => type === 'call.ended')).toHaveLength(1);
  expect(stored.filter((type) => type === 'call.started')).toHaveLength(1);
  expect(toldEnds(world, call.id)).toHaveLength(1);
  expect(world.phone(placed.phone_number ?? '')).toHaveLength(rings);
  expect(call.attempts).toHaveLength(1);
  return call;
}
