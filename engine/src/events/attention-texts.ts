import type { AttentionNeed, PendingDelivery } from './ports.ts';

/** Returns what people are told when a delivery, or its webhook, came to this. */
export function attentionFor(
  what: 'dead_letter' | 'failing' | 'refused' | 'webhook_unsubscribed',
  { webhook_id, url_host, mode, call_id }: PendingDelivery,
  publicUrl: string,
): AttentionNeed {
  const { kind, text, fix } = TEXTS[what];
  return {
    kind,
    object: webhook_id,
    mode,
    text: text(url_host),
    fix,
    link: `${publicUrl}/v1/deliveries?webhook_id=${webhook_id}`,
    call_id,
  };
}

const RESUME = 'Put the receiver right, then resume the webhook: what waited is sent then.';
const TEXTS = {
  dead_letter: {
    kind: 'dead_letter',
    text: (host) => `An event could not be delivered to ${host} and is not tried any more.`,
    fix: 'Put the receiver right, then replay the delivery. It can be replayed for 30 days.',
  },
  failing: {
    kind: 'webhook_paused',
    text: (host) => `The webhook to ${host} has taken no event for five days and was paused.`,
    fix: RESUME,
  },
  refused: {
    kind: 'webhook_paused',
    text: (host) => `The new webhook to ${host} refused its first five events and was paused.`,
    fix: RESUME,
  },
  webhook_unsubscribed: {
    kind: 'webhook_unsubscribed',
    text: (host) => `The receiver at ${host} answered 410, which ends its webhook.`,
    fix: 'Subscribe again if events should still go there.',
  },
} as const satisfies Record<
  string,
  { kind: AttentionNeed['kind']; text(host: string): string; fix: string }
>;
