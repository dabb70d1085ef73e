// The operations on webhooks.
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { NewWebhook, SubscribeWebhook, Webhook } from '../event.ts';
import { BODY, id, KEY } from './operation-parts.ts';

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
    params: z.strictObject({ id: id('whk') }),
    replies: { 204: null },
    problems: [...KEY, 'not_found'],
  },
} as const satisfies Record<string, Endpoint>;
