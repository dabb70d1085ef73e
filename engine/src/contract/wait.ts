// Waiting for calls to end: one answer at once when all are over, else one nudge later.
import { z } from 'zod';
import { id } from './api/operation-parts.ts';
import { Call } from './call.ts';
import { PlaceCall } from './place-call.ts';

export const WAIT_CALLS_MAX = 1_000;
export const WAIT_SECONDS_MAX = 60 * 86_400;

export const CreateWait = z
  .strictObject({
    call_ids: z.array(id('call')).min(1).max(WAIT_CALLS_MAX).optional().meta({
      title: 'Calls',
      description: 'The calls to wait for: these, or those of a batch.',
    }),
    batch_id: id('bat').optional().meta({
      title: 'Batch',
      description: 'The batch whose calls to wait for.',
    }),
    url: z.string().max(2_048).meta({
      title: 'URL',
      description:
        'Where one small message is sent, by POST, when the last call has ended or the time is over.',
    }),
    token: PlaceCall.shape.webhook_token,
    until: z
      .union([z.iso.datetime({ offset: true }), z.number().positive().max(WAIT_SECONDS_MAX)])
      .meta({
        title: 'Wait until',
        description: 'A time such as 2026-05-31T12:00:00Z, or seconds from now; at most 60 days.',
        examples: [3_600],
      }),
  })
  .refine((wait) => (wait.call_ids === undefined) !== (wait.batch_id === undefined), {
    path: ['call_ids'],
    message: 'Give call_ids or batch_id, one of the two.',
    params: { code: 'one_of' },
  })
  .meta({ id: 'CreateWait' });
export type CreateWait = z.output<typeof CreateWait>;

export const WAIT_STATUSES = ['open', 'done', 'timed_out', 'withdrawn'] as const;
export type WaitStatus = (typeof WAIT_STATUSES)[number];

export const Wait = z
  .object({
    id: z.string(),
    status: z.enum(WAIT_STATUSES),
    done: z.boolean().meta({ description: 'True when all calls are over.' }),
    ended: z.int().meta({ description: 'How many of the calls are over.' }),
    total: z.int(),
    until: z.iso.datetime(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Wait' });
export type Wait = z.output<typeof Wait>;

export const NewWait = Wait.extend({
  location: z.url().meta({
    description: 'Address of this wait. Whoever knows it may withdraw it by DELETE, without a key.',
  }),
}).meta({ id: 'NewWait' });
export type NewWait = z.output<typeof NewWait>;

export const WaitWithCalls = Wait.extend({
  calls: z.array(Call),
  next_cursor: z.string().nullable(),
}).meta({ id: 'WaitWithCalls' });

/** What is sent to the URL, once. It proves nothing and needs no trust: ask for the calls when it comes. */
export const WaitNudge = z
  .object({
    wait_id: z.string(),
    done: z.boolean().meta({ description: 'False when the time was over first.' }),
    ended: z.int(),
    total: z.int(),
  })
  .meta({ id: 'WaitNudge' });
export type WaitNudge = z.output<typeof WaitNudge>;
