// The operations on webhooks.
import { sendSample } from '../events/send-sample.ts';
import { keyOf } from './auth.ts';
import type { HandlerPorts } from './ports.ts';
import type { Handlers } from './routes.ts';

type WebhookHandlers = Pick<
  Handlers,
  | 'subscribeWebhook'
  | 'listWebhooks'
  | 'getWebhook'
  | 'updateWebhook'
  | 'unsubscribeWebhook'
  | 'testWebhook'
  | 'rotateWebhookSecret'
>;

export function webhookHandlers(ports: HandlerPorts): WebhookHandlers {
  const { webhooks } = ports;
  return {
    async subscribeWebhook({ body, caller }) {
      const refused = await judge(body.url, ports);
      if (refused) return refused;
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
    async getWebhook({ params, caller }) {
      const webhook = await webhooks.find(caller.mode, params.id);
      return webhook ? { status: 200, body: webhook } : NOT_FOUND;
    },
    async updateWebhook({ params, body, caller }) {
      if (!(await webhooks.find(caller.mode, params.id))) return NOT_FOUND;
      const refused = body.url === undefined ? undefined : await judge(body.url, ports);
      if (refused) return refused;
      const webhook = await webhooks.update(caller.mode, params.id, body);
      return webhook ? { status: 200, body: webhook } : NOT_FOUND;
    },
    async unsubscribeWebhook({ params, caller }) {
      return (await webhooks.unsubscribe(caller.mode, params.id)) ? { status: 204 } : NOT_FOUND;
    },
    async testWebhook({ params, caller, log }) {
      const said = await sendSample(caller.mode, params.id, { ...ports.sample, log });
      return said.ok ? { status: 200, body: said.value } : { problem: said.failure };
    },
    async rotateWebhookSecret({ params, caller }) {
      const rotated = await webhooks.rotateSecret(caller.mode, params.id);
      return rotated ? { status: 200, body: rotated } : NOT_FOUND;
    },
  };
}

const NOT_FOUND = { problem: { code: 'not_found' as const } };

async function judge(url: string, { webhooks }: HandlerPorts) {
  const refusal = await webhooks.judge(url);
  return refusal && { problem: { ...refusal, errors: [{ pointer: '/url', code: refusal.code }] } };
}
