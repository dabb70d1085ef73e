// What was sent to webhooks, and what came of it.
import { z } from 'zod';
import { EVENT_TYPES, MODES } from './vocabulary.ts';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'dead', 'paused'] as const;

/** Why no reply came. */
export const DELIVERY_FAILURES = [
  'blocked_destination',
  'timeout',
  'dns_error',
  'connection_failed',
  'tls_error',
  'redirect_not_followed',
  'reply_too_large',
] as const;

export const Delivery = z
  .object({
    id: z.string(),
    event_id: z.string().meta({ description: 'Sent as `webhook-id`, the same at every try.' }),
    event_type: z
      .enum(EVENT_TYPES)
      .nullable()
      .meta({ description: 'Null for the nudge of a wait.' }),
    call_id: z.string().nullable(),
    webhook_id: z
      .string()
      .nullable()
      .meta({ description: 'Null for an address that was given with a call or a batch.' }),
    url_host: z.string(),
    mode: z.enum(MODES),
    status: z.enum(DELIVERY_STATUSES).meta({
      description:
        'pending: sent now or later. paused: kept until the webhook goes on. dead: given up; replay it.',
    }),
    tries: z.int().meta({ description: 'How often it was sent until now.' }),
    last_status: z.int().nullable().meta({ description: 'HTTP status of the last reply.' }),
    last_failure: z.enum(DELIVERY_FAILURES).nullable(),
    last_try_at: z.iso.datetime().nullable(),
    next_try_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    settled_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.output<typeof Delivery>;

export const DeliveryList = z
  .object({
    deliveries: z.array(Delivery),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Give it as `cursor` to get the next page.' }),
  })
  .meta({ id: 'DeliveryList' });

export const ReplayDeliveries = z
  .strictObject({
    since: z.iso.datetime({ offset: true }).meta({
      title: 'Since',
      description: 'Events recorded at or after this moment. At most 30 days ago.',
    }),
    statuses: z
      .array(z.enum(['delivered', 'dead']))
      .min(1)
      .max(2)
      .default(['dead'])
      .meta({ title: 'Statuses', description: 'Which deliveries are sent again.' }),
  })
  .meta({ id: 'ReplayDeliveries' });

export const ReplayedDeliveries = z
  .object({
    replayed: z.int(),
    more: z
      .boolean()
      .meta({ description: 'True when there were too many for one request: ask again.' }),
  })
  .meta({ id: 'ReplayedDeliveries' });
