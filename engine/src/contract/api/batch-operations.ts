// The operations on batches.
import { z } from 'zod';
import { BATCH_STATUSES, Batch, PlaceBatch } from '../batch.ts';
import type { Endpoint } from '../endpoint.ts';
import { BODY, count, flag, id, KEY } from './operation-parts.ts';

const BatchParams = z.strictObject({ id: id('bat') });
const STEERING = [...KEY, 'not_found', 'batch_already_ended', 'batch_canceled'] as const;

export const ListBatchesQuery = z.strictObject({
  status: z.enum(BATCH_STATUSES).optional(),
  limit: count(100, 25),
  cursor: z.string().max(200).optional(),
});

export const BATCH_OPERATIONS = {
  placeBatch: {
    method: 'POST',
    path: '/v1/batches',
    summary: 'Place many calls together',
    description:
      'Up to 1,000 calls, with a result per item in order. Once answered with 201 all of it is on disk, and one batch.ended will come.',
    tag: 'batches',
    auth: 'key',
    headers: z.object({
      'idempotency-key': z.string().optional().meta({
        description:
          'Any text of yours. The same request sent again with it gives back the first batch.',
      }),
    }),
    body: PlaceBatch,
    body_limit: { bytes: 1024 * 1024, keys: 50_000 },
    replies: { 201: Batch },
    problems: [
      ...BODY,
      ...KEY,
      'webhook_url_forbidden',
      'webhook_loop',
      'live_mode_not_ready',
      'idempotency_key_invalid',
      'idempotency_key_reused',
    ],
  },
  listBatches: {
    method: 'GET',
    path: '/v1/batches',
    summary: 'List batches, newest first',
    tag: 'batches',
    auth: 'key',
    query: ListBatchesQuery,
    replies: {
      200: z
        .object({ batches: z.array(Batch), next_cursor: z.string().nullable() })
        .meta({ id: 'BatchList' }),
    },
    problems: [...KEY, 'invalid_request', 'invalid_cursor'],
  },
  getBatch: {
    method: 'GET',
    path: '/v1/batches/{id}',
    summary: 'Get a batch',
    tag: 'batches',
    auth: 'key',
    params: BatchParams,
    query: z.strictObject({
      items: flag.optional().meta({ description: 'true: with the items, page by page.' }),
      limit: count(1_000, 200),
      cursor: z.string().max(20).optional(),
      wait_seconds: z.coerce.number().min(0).max(25).default(0).meta({
        description: 'Wait up to this long for the batch to end before answering.',
      }),
    }),
    replies: { 200: Batch },
    problems: [...KEY, 'not_found', 'invalid_request', 'invalid_cursor'],
  },
  pauseBatch: {
    method: 'POST',
    path: '/v1/batches/{id}/pause',
    summary: 'Pause a batch',
    description: 'Nobody else is dialed until it is resumed. Calls on the phone go on.',
    tag: 'batches',
    auth: 'key',
    params: BatchParams,
    replies: { 200: Batch },
    problems: [...STEERING],
  },
  resumeBatch: {
    method: 'POST',
    path: '/v1/batches/{id}/resume',
    summary: 'Resume a batch',
    description: 'What was not dialed is spread again from now on.',
    tag: 'batches',
    auth: 'key',
    params: BatchParams,
    replies: { 200: Batch },
    problems: [...STEERING],
  },
  cancelBatch: {
    method: 'POST',
    path: '/v1/batches/{id}/cancel',
    summary: 'Cancel a batch',
    description:
      'Calls that nobody has answered yet end as call_canceled. Conversations go on to their end; cancel such a call itself to hang up.',
    tag: 'batches',
    auth: 'key',
    params: BatchParams,
    replies: { 200: Batch },
    problems: [...KEY, 'not_found', 'batch_already_ended'],
  },
} as const satisfies Record<string, Endpoint>;
