// The operations on webhooks.
import { z } from 'zod';
import {
  DELIVERY_STATUSES,
  Delivery,
  DeliveryList,
  ReplayDeliveries,
  ReplayedDeliveries,
} from '../delivery.ts';
import type { Endpoint } from '../endpoint.ts';
import {
  AttentionList,
  NewWebhook,
  RotatedSecret,
  SubscribeWebhook,
  UpdateWebhook,
  Webhook,
  WebhookTest,
} from '../event.ts';
import { EVENT_TYPES } from '../vocabulary.ts';
import { BODY, count, id, KEY } from './operation-parts.ts';

const WebhookParams = z.strictObject({ id: id('whk') });
const PageQuery = z.strictObject({
  limit: count(100, 25),
  cursor: z.string().max(200).optional(),
});

export const ListDeliveriesQuery = PageQuery.extend({
  webhook_id: id('whk').optional(),
  event_type: z.enum(EVENT_TYPES).optional(),
  call_id: id('call').optional(),
  status: z.enum(DELIVERY_STATUSES).optional(),
});

export const WEBHOOK_OPERATIONS = {
  subscribeWebhook: {
    method: 'POST',
    path: '/v1/webhooks',
    summary: 'Subscribe a webhook',
    tag: 'webhooks',
    auth: 'key',
    body: SubscribeWebhook,
    replies: { 200: NewWebhook.partial({ secret: true }), 201: NewWebhook },
    problems: [...BODY, ...KEY, 'webhook_url_forbidden', 'webhook_loop', 'too_many_webhooks'],
  },
  listWebhooks: {
    method: 'GET',
    path: '/v1/webhooks',
    summary: 'List webhooks',
    tag: 'webhooks',
    auth: 'key',
    replies: { 200: z.object({ webhooks: z.array(Webhook) }).meta({ id: 'WebhookList' }) },
    problems: KEY,
  },
  unsubscribeWebhook: {
    method: 'DELETE',
    path: '/v1/webhooks/{id}',
    summary: 'Unsubscribe a webhook',
    description: 'Answers the same when it was already unsubscribed.',
    tag: 'webhooks',
    auth: 'key',
    params: WebhookParams,
    replies: { 204: null },
    problems: [...KEY, 'not_found'],
  },
  getWebhook: {
    method: 'GET',
    path: '/v1/webhooks/{id}',
    summary: 'Get a webhook',
    tag: 'webhooks',
    auth: 'key',
    params: WebhookParams,
    replies: { 200: Webhook },
    problems: [...KEY, 'not_found'],
  },
  updateWebhook: {
    method: 'PATCH',
    path: '/v1/webhooks/{id}',
    summary: 'Change, pause or resume a webhook',
    description:
      'Changes only what is given. A resumed webhook is sent what waited while it was paused.',
    tag: 'webhooks',
    auth: 'key',
    params: WebhookParams,
    body: UpdateWebhook,
    replies: { 200: Webhook },
    problems: [...BODY, ...KEY, 'not_found', 'webhook_url_forbidden', 'webhook_loop'],
  },
  testWebhook: {
    method: 'POST',
    path: '/v1/webhooks/{id}/test',
    summary: 'Send a sample to a webhook',
    description:
      'Sends a signed call.ended with `test: true` now, also while the webhook is paused, and answers with what the receiver said.',
    tag: 'webhooks',
    auth: 'key',
    params: WebhookParams,
    replies: { 200: WebhookTest },
    problems: [...KEY, 'not_found'],
  },
  rotateWebhookSecret: {
    method: 'POST',
    path: '/v1/webhooks/{id}/rotate_secret',
    summary: 'Give a webhook a new signing secret',
    description: 'For 24 hours events carry two signatures, so that receivers can change over.',
    tag: 'webhooks',
    auth: 'key',
    params: WebhookParams,
    replies: { 200: RotatedSecret },
    problems: [...KEY, 'not_found'],
  },
  replayWebhook: {
    method: 'POST',
    path: '/v1/webhooks/{id}/replay',
    summary: 'Send the events of a webhook again',
    description:
      'Each with the same `webhook-id` and a new timestamp; oldest first, at most 10,000 in one request.',
    tag: 'webhooks',
    auth: 'key',
    params: WebhookParams,
    body: ReplayDeliveries,
    replies: { 200: ReplayedDeliveries },
    problems: [...BODY, ...KEY, 'not_found'],
  },
  listDeliveries: {
    method: 'GET',
    path: '/v1/deliveries',
    summary: 'List deliveries, newest first',
    description: 'Also those to addresses that were given with a call.',
    tag: 'webhooks',
    auth: 'key',
    query: ListDeliveriesQuery,
    replies: { 200: DeliveryList },
    problems: [...KEY, 'invalid_request', 'invalid_cursor'],
  },
  listCallDeliveries: {
    method: 'GET',
    path: '/v1/calls/{id}/deliveries',
    summary: 'List what was sent about a call',
    tag: 'webhooks',
    auth: 'key',
    params: z.strictObject({ id: id('call') }),
    query: PageQuery,
    replies: { 200: DeliveryList },
    problems: [...KEY, 'not_found', 'invalid_request', 'invalid_cursor'],
  },
  replayDelivery: {
    method: 'POST',
    path: '/v1/deliveries/{id}/replay',
    summary: 'Send an event again',
    description: 'With the same `webhook-id` and a new timestamp, within 30 days of the event.',
    tag: 'webhooks',
    auth: 'key',
    params: z.strictObject({ id: id('dlv') }),
    replies: { 200: Delivery },
    problems: [...KEY, 'not_found', 'delivery_not_replayable'],
  },
  listAttention: {
    method: 'GET',
    path: '/v1/attention',
    summary: 'What a person should look at, newest first',
    tag: 'webhooks',
    auth: 'key',
    query: PageQuery,
    replies: { 200: AttentionList },
    problems: [...KEY, 'invalid_request', 'invalid_cursor'],
  },
} as const satisfies Record<string, Endpoint>;
