// Events as they are stored, streamed and sent to webhooks.
import { z } from 'zod';
import { DELIVERY_FAILURES } from './delivery.ts';
import { EVENT_TYPES, MODES, OUTCOME_GROUPS } from './vocabulary.ts';

export const Event = z
  .object({
    id: z.string().meta({
      description: 'Stays the same when the event is sent again; drop what you have seen.',
    }),
    type: z.enum(EVENT_TYPES),
    created_at: z.iso.datetime(),
    mode: z.enum(MODES),
    simulated: z.boolean(),
    data: z.record(z.string(), z.unknown()).meta({
      description:
        'For call.ended the whole call; for call.turn_added {call_id, turn}; for attention.needed what to look at; else {call_id} and what happened.',
    }),
    test: z.literal(true).optional().meta({
      description: 'There only when somebody asked for a sample: nothing of it happened.',
    }),
  })
  .meta({ id: 'Event' });
export type Event = z.output<typeof Event>;

/** What people are asked to look at. */
export const ATTENTION_KINDS = [
  'webhook_paused',
  'webhook_unsubscribed',
  'dead_letter',
  'carrier',
  'model',
  'budget',
  'batch_paused',
  'connection',
  'phone_number_missing',
  'storage',
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

export const WebhookFilter = z
  .strictObject({
    outcomes: z.array(z.string().max(60)).max(50).optional(),
    outcome_groups: z.array(z.enum(OUTCOME_GROUPS)).optional(),
    agent_id: z.string().max(60).optional(),
    source: z.string().max(60).optional(),
    tag: z.string().max(100).optional(),
    metadata: z.record(z.string().max(100), z.string().max(500)).optional(),
  })
  .meta({ id: 'WebhookFilter', description: 'Only calls that match every part given are sent.' });
export type WebhookFilter = z.output<typeof WebhookFilter>;

export const SubscribeWebhook = z
  .strictObject({
    url: z
      .string()
      .max(2_048)
      .meta({ title: 'URL', description: 'Where events are sent, by POST.' }),
    events: z
      .array(z.enum(EVENT_TYPES))
      .min(1)
      .max(EVENT_TYPES.length)
      .default(['call.ended'])
      .meta({ title: 'Events', description: 'Which events are sent.' }),
    filter: WebhookFilter.optional(),
  })
  .meta({ id: 'SubscribeWebhook' });
export type SubscribeWebhook = z.output<typeof SubscribeWebhook>;

export const Webhook = z
  .object({
    id: z.string(),
    url_host: z
      .string()
      .meta({ description: 'Host of the URL. The URL itself is a secret and is not shown.' }),
    events: z.array(z.enum(EVENT_TYPES)),
    filter: WebhookFilter,
    mode: z.enum(MODES),
    status: z.enum(['active', 'paused']).meta({
      description: 'While it is paused, events are kept; they are sent when it goes on.',
    }),
    pause_reason: z.enum(['requested', 'failing', 'refused']).nullable().meta({
      description:
        'requested: by you. failing: nothing was taken for five days. refused: each of its first five events was refused.',
    }),
    paused_at: z.iso.datetime().nullable(),
    failing_since: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'Since when no event was taken.' }),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.output<typeof Webhook>;

export const UpdateWebhook = z
  .strictObject({
    url: SubscribeWebhook.shape.url.optional(),
    events: z
      .array(z.enum(EVENT_TYPES))
      .min(1)
      .max(EVENT_TYPES.length)
      .optional()
      .meta({ title: 'Events', description: 'Which events are sent.' }),
    filter: WebhookFilter.optional().meta({ description: 'Replaces the whole filter.' }),
    paused: z.boolean().optional().meta({
      title: 'Paused',
      description: 'True keeps events back; false sends them again, those that waited first.',
    }),
  })
  .meta({ id: 'UpdateWebhook' });
export type UpdateWebhook = z.output<typeof UpdateWebhook>;

export const NewWebhook = Webhook.extend({
  secret: z.string().meta({ description: 'Signing secret of this webhook. Shown only once.' }),
}).meta({ id: 'NewWebhook' });

export const RotatedSecret = NewWebhook.extend({
  previous_secret_until: z.iso.datetime().meta({
    description: 'Until then each event is signed with the new secret and with the one before it.',
  }),
}).meta({ id: 'RotatedSecret' });
export type RotatedSecret = z.output<typeof RotatedSecret>;

/** What the receiver said to a sample. Its body is not shown. */
export const WebhookTest = z
  .object({
    delivered: z.boolean(),
    status_class: z
      .enum(['1xx', '2xx', '3xx', '4xx', '5xx'])
      .nullable()
      .meta({ description: 'Null when there was no reply.' }),
    failure: z.enum(DELIVERY_FAILURES).nullable(),
    took_ms: z.int(),
  })
  .meta({ id: 'WebhookTest' });

export const AttentionNotice = z
  .object({
    id: z.string(),
    kind: z.enum(ATTENTION_KINDS),
    object: z.string().meta({ description: 'What it is about, such as the id of a webhook.' }),
    text: z.string(),
    fix: z.string().meta({ description: 'What to do about it.' }),
    link: z.string().nullable(),
    call_id: z.string().nullable(),
    mode: z.enum(MODES),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'AttentionNotice' });
export type AttentionNotice = z.output<typeof AttentionNotice>;

export const AttentionList = z
  .object({
    attention: z.array(AttentionNotice),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Give it as `cursor` to get the next page.' }),
  })
  .meta({ id: 'AttentionList' });
