// The operations on waits.
import { z } from 'zod';
import { Call } from '../call.ts';
import type { Endpoint } from '../endpoint.ts';
import { CreateWait, NewWait, Wait, WaitWithCalls } from '../wait.ts';
import { BODY, count, id, KEY } from './operation-parts.ts';

const LocationParams = z.strictObject({ id: id('wait'), token: z.string().max(100) });

export const WAIT_OPERATIONS = {
  createWait: {
    method: 'POST',
    path: '/v1/waits',
    summary: 'Wait for calls to end',
    description:
      'Answers 200 with the calls when all are over. Else 201 with a Location, and one POST to your URL when the last call has ended or the time is over.',
    tag: 'waits',
    auth: 'key',
    body: CreateWait,
    replies: {
      200: z.object({ calls: z.array(Call) }).meta({ id: 'WaitedCalls' }),
      201: NewWait,
    },
    problems: [...BODY, ...KEY, 'webhook_url_forbidden', 'webhook_loop'],
  },
  getWait: {
    method: 'GET',
    path: '/v1/waits/{id}',
    summary: 'Get a wait with its calls',
    description: 'All calls in one request, in the order in which they were given, page by page.',
    tag: 'waits',
    auth: 'key',
    params: z.strictObject({ id: id('wait') }),
    query: z.strictObject({ limit: count(200, 200), cursor: z.string().max(20).optional() }),
    replies: { 200: WaitWithCalls },
    problems: [...KEY, 'not_found', 'invalid_request', 'invalid_cursor'],
  },
  lookAtWait: {
    method: 'GET',
    path: '/waits/{id}/{token}',
    summary: 'Look at a wait',
    description: 'At the Location of the wait, without a key.',
    tag: 'waits',
    auth: 'none',
    params: LocationParams,
    replies: { 200: Wait },
    problems: ['not_found'],
  },
  withdrawWait: {
    method: 'DELETE',
    path: '/waits/{id}/{token}',
    summary: 'Withdraw a wait',
    description:
      'At the Location of the wait, without a key. Nothing is sent any more; the calls go on. Answers the same when it was withdrawn before.',
    tag: 'waits',
    auth: 'none',
    params: LocationParams,
    replies: { 204: null },
    problems: ['not_found'],
  },
} as const satisfies Record<string, Endpoint>;
