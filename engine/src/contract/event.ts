// Events as they are stored, streamed and sent to webhooks.
import { z } from 'zod';
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
        'For call.ended the whole call; for call.turn_added {call_id, turn}; else {call_id} and what happened.',
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
    status: z.enum(['active', 'paused']),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.output<typeof Webhook>;

export const NewWebhook = Webhook.extend({
  secret: z.string().meta({ description: 'Signing secret of this webhook. Shown only once.' }),
}).meta({ id: 'NewWebhook' });
