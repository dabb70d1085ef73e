import { prepareCall } from '../calls/prepare-call.ts';
import type { Api } from '../contract/api.ts';
import type { PlaceCall } from '../contract/place-call.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { HandlerPorts } from './ports.ts';
import type { Answer } from './routes.ts';

/** Answers whether a call would be accepted, with no effect. What the record is like is data; a builder's mistake is a problem. */
export async function checkCall(
  body: PlaceCall,
  mode: Mode,
  ports: HandlerPorts,
): Promise<Answer<Api['checkCall']>> {
  const prepared = prepareCall(body, { settings: ports.settings, mode });
  if (!prepared.ok) return { problem: prepared.failure };
  const forbidden =
    body.webhook_url === undefined ? undefined : await ports.webhooks.judge(body.webhook_url);
  if (forbidden)
    return {
      problem: { ...forbidden, errors: [{ pointer: '/webhook_url', code: forbidden.code }] },
    };
  const { destination, order } = prepared.value;
  const refusal = destination.ok
    ? null
    : {
        rule: destination.failure.code,
        detail: destination.failure.detail ?? '',
        next_allowed_at: null,
      };
  return {
    status: 200,
    body: {
      allowed: destination.ok,
      refusal,
      phone_number: destination.ok ? destination.value.phone_number : null,
      country: destination.ok ? (destination.value.country ?? null) : null,
      language: order.language ?? 'auto',
      cost: null,
      next_allowed_at: null,
    },
  };
}
