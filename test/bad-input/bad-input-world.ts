// A world to send bad input into: raw requests, so that nothing is repaired on the way, and as many keys as it takes,
// so that one key's counters never answer in place of a rule.
import type { Operation } from '../../engine/src/contract/api.ts';
import type { Mode } from '../../engine/src/contract/vocabulary.ts';
import { makeKey } from '../../engine/src/http/api-key.ts';
import { assertReply } from '../contract/assert-reply.ts';
import { createWorld, type World } from '../world.ts';

export const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
/** A number that cannot be: with `on_refusal: result` it gives a stored call that nobody dials. */
export const IMPOSSIBLE_NUMBER = '+12025';

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json: ReplyBody;
}

/** What tests read of a body; it was checked against the contract before. */
export interface ReplyBody {
  id: string;
  code: string;
  detail: string;
  errors: { pointer: string; code: string }[];
  refusal: { rule: string };
  [field: string]: unknown;
}

export interface BadInputWorld extends World {
  newKey(mode?: Mode): Promise<{ id: string; key: string }>;
  /** Sends a request and checks that its reply is one of the contract's. */
  send(
    operation: Operation,
    request: {
      path: string;
      method?: string;
      body?: unknown;
      headers?: Record<string, string>;
      key?: string;
    },
  ): Promise<Reply>;
  check(body: unknown): Promise<Reply>;
  place(body: unknown, headers?: Record<string, string>, key?: string): Promise<Reply>;
  /** Numbers of phones that rang so far. */
  dials(): number;
  /** Calls kept so far, of this mode. */
  stored(): Promise<number>;
}

const PLACINGS_PER_KEY = 8;

export async function createBadInputWorld(
  env: Record<string, string> = {},
): Promise<BadInputWorld> {
  const world = await createWorld({ env });
  let spare = world.apiKey;
  let left = PLACINGS_PER_KEY;

  const newKey = async (mode: Mode = 'test'): Promise<{ id: string; key: string }> => {
    const { key, ...stored } = makeKey(mode);
    return { id: (await world.engine.keys.add({ ...stored, name: 'bad input' })).id, key };
  };
  const placingKey = async (): Promise<string> => {
    if (left-- <= 0) {
      spare = (await newKey()).key;
      left = PLACINGS_PER_KEY - 1;
    }
    return spare;
  };

  const send: BadInputWorld['send'] = async (operation, request) => {
    const { path, method = 'POST', body, headers = {}, key = world.apiKey } = request;
    const answer = await fetch(world.url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json: unknown = text === '' ? undefined : JSON.parse(text);
    assertReply(operation, answer.status, json);
    if (answer.status >= 400)
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: (json ?? {}) as ReplyBody,
    };
  };

  return {
    ...world,
    newKey,
    send,
    check: (body) => send('checkCall', { path: '/v1/calls/check', body }),
    place: async (body, headers = {}, key) =>
      send('placeCall', { path: '/v1/calls', body, headers, key: key ?? (await placingKey()) }),
    dials: () => world.simulator.calls().length,
    stored: async () =>
      ((await world.client.listCalls({ query: { limit: 100 } })) as { calls: unknown[] }).calls
        .length,
  };
}

/** The pointers and codes of a problem, such as `/task too_long`. */
export const faults = ({ json }: Reply): string[] =>
  (json.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`);
