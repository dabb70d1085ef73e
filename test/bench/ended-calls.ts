// Calls that end as they are accepted, because their number is none: each leaves one event to deliver and dials nobody.
import { openKeys } from '../../engine/src/engine.ts';
import { configOf } from '../world.ts';

/** Returns this many more keys of the engine on this data folder or database. */
export async function makeKeys(
  env: Record<string, string>,
  simulator: Parameters<typeof configOf>[0],
  count: number,
): Promise<string[]> {
  const ring = await openKeys(configOf(simulator, env['DATA_DIR'] ?? '', env));
  const keys: string[] = [];
  while (keys.length < count) keys.push((await ring.create('test', `bench ${keys.length}`)).key);
  await ring.close();
  return keys;
}

/** The secret that signs what the own addresses of a key's calls are sent. */
export async function webhookSecret(url: string, key: string): Promise<string> {
  const reply = await fetch(`${url}/v1/account`, { headers: { authorization: `Bearer ${key}` } });
  if (!reply.ok) throw new Error(`the account could not be read: ${reply.status}`);
  return ((await reply.json()) as { webhook_secret: string }).webhook_secret;
}

/** Places one and returns its id; the same `nth` places the same call. Throws when nobody answers, or not with 201. */
export async function placeEnded(
  url: string,
  key: string,
  { nth, hook }: { nth: number; hook: string },
): Promise<string> {
  const reply = await fetch(`${url}/v1/calls`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': `ended-${nth}`,
    },
    body: JSON.stringify({
      ...{ phone_number: '12', task: 'Confirm the appointment.', reference: `bench-${nth}` },
      ...{ on_refusal: 'result', webhook_url: hook },
    }),
  });
  if (reply.status !== 201)
    throw new Error(`placing answered ${reply.status}: ${await reply.text()}`);
  return ((await reply.json()) as { id: string }).id;
}
