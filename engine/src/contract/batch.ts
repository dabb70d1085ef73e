// Many calls placed together. One item that is wrong never stops the others, so each has a result of its own.
import { z } from 'zod';
import { PlaceCall } from './place-call.ts';
import { Problem } from './problem.ts';
import { CALL_STATUSES, EVENT_TYPES, MODES, OUTCOME_GROUPS } from './vocabulary.ts';

export const BATCH_CALLS_MAX = 1_000;
export const BATCH_STATUSES = ['running', 'paused', 'canceled', 'ended'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];
export const PAUSE_REASONS = ['requested', 'failures'] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

export const BatchCall = PlaceCall.extend({
  idempotency_key: z.string().max(255).optional().meta({
    title: 'Idempotency key',
    description: 'Any text of yours: a call that was placed with it before comes back instead.',
  }),
}).meta({ id: 'BatchCall', description: 'A call of a batch: what a single call takes.' });
export type BatchCall = z.output<typeof BatchCall>;

// Whatever else an item holds is read later, one by one, and refused by itself. The type says what to send.
const Item = z.union([
  BatchCall,
  z.record(z.string(), z.unknown()).meta({ description: 'Anything else is refused, by itself.' }),
]) as unknown as typeof BatchCall;

export const PlaceBatch = z
  .strictObject({
    calls: z.array(Item).min(1).max(BATCH_CALLS_MAX).meta({
      title: 'Calls',
      description: 'Up to 1,000 calls, dialed in this order.',
    }),
    name: z.string().max(200).optional().meta({
      title: 'Name',
      description: 'Your name for this batch.',
    }),
    webhook_url: z.string().max(2_048).optional().meta({
      title: 'Webhook URL',
      description: 'Where batch.ended is sent when all calls are over.',
    }),
    webhook_token: PlaceCall.shape.webhook_token,
    webhook_events: z.array(z.enum(EVENT_TYPES)).min(1).max(EVENT_TYPES.length).optional().meta({
      title: 'Webhook events',
      description:
        'What is sent to the webhook URL, also of each call. Default: batch.ended alone.',
    }),
    calls_per_hour: z.int().min(1).max(100_000).optional().meta({
      title: 'Calls per hour',
      description:
        'Spreads the calls over time. Without it they are dialed as soon as there is room.',
    }),
    stop_after_failures: z.int().min(1).max(BATCH_CALLS_MAX).optional().meta({
      title: 'Stop after failures',
      description:
        'Pauses the batch when this many calls in a row ended in the outcome group problem.',
    }),
    source: z.string().max(60).optional().meta({
      title: 'Source',
      description: 'Set by connectors, such as n8n.',
    }),
  })
  .meta({ id: 'PlaceBatch' });
export type PlaceBatch = z.output<typeof PlaceBatch>;

export const BatchItem = z
  .object({
    index: z.int().meta({ description: 'Place in the request, counted from 0.' }),
    call_id: z.string().nullable().meta({ description: 'Null when the item was refused.' }),
    problem: Problem.pick({
      code: true,
      title: true,
      status: true,
      detail: true,
      errors: true,
      next_allowed_at: true,
    })
      .nullable()
      .meta({ description: 'Why there is no call.' }),
    reference: z.string().nullable(),
    status: z.enum(CALL_STATUSES).nullable(),
    outcome: z.string().nullable(),
    outcome_group: z.enum(OUTCOME_GROUPS).nullable(),
  })
  .meta({ id: 'BatchItem' });
export type BatchItem = z.output<typeof BatchItem>;

export const BatchCounts = z
  .object({
    total: z.int(),
    refused: z.int().meta({ description: 'Items without a call; each says why.' }),
    scheduled: z.int().meta({ description: 'Not dialed yet, or waiting to be dialed again.' }),
    in_progress: z
      .int()
      .meta({ description: 'From the dial until the conversation has been read.' }),
    ended: z.int(),
    outcome_groups: z
      .object({
        answered: z.int(),
        follow_up: z.int(),
        not_reached: z.int(),
        not_called: z.int(),
        problem: z.int(),
      })
      .meta({ description: 'The ended calls by outcome group.' }),
  })
  .meta({ id: 'BatchCounts' });
export type BatchCounts = z.output<typeof BatchCounts>;

export const Batch = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    status: z.enum(BATCH_STATUSES),
    pause_reason: z.enum(PAUSE_REASONS).nullable(),
    counts: BatchCounts,
    items: z.array(BatchItem).nullable().meta({
      description: 'In the order of the request; null where they were not asked for.',
    }),
    next_cursor: z.string().nullable().meta({
      description: 'Give it as `cursor` to get the next items.',
    }),
    calls_per_hour: z.int().nullable(),
    stop_after_failures: z.int().nullable(),
    source: z.string().nullable(),
    mode: z.enum(MODES),
    simulated: z.boolean(),
    replayed: z.boolean(),
    created_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Batch', title: 'Batch' });
export type Batch = z.output<typeof Batch>;
