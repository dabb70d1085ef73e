// The operations on webhooks.
import { keyOf } from './auth.ts';
import type { HandlerPorts } from './ports.ts';
import type { Handlers } from './routes.ts';

type WebhookHandlers = Pick<Handlers, 'subscribeWebhook' | 'listWebhooks' | 'unsubscribeWebhook'>;

export function webhookHandlers({ webhooks }: Pick<HandlerPorts, 'webhooks'>): WebhookHandlers {
  return {
    async subscribeWebhook({ body, caller }) {
      const refusal = await webhooks.judge(body.url);
      if (refusal)
        return { problem: { ...refusal, errors: [{ pointer: '/url', code: refusal.code }] } };
      const subscribed = await webhooks.subscribe(keyOf(caller), body);
      if (subscribed === 'too_many') return { problem: { code: 'too_many_webhooks' } };
      const { webhook, secret } = subscribed;
      return secret === undefined
        ? { status: 200, body: webhook }
        : { status: 201, body: { ...webhook, secret } };
    },
    listWebhooks: async ({ caller }) => ({
      status: 200,
      body: { webhooks: await webhooks.list(caller.mode) },
    }),
    async unsubscribeWebhook({ params, caller }) {
      return (await webhooks.unsubscribe(caller.mode, params.id))
        ? { status: 204 }
        : { problem: { code: 'not_found' } };
    },
  };
}
