// Events on their way out, and the people who are told: the parts, joined.
import type { Jobs } from '../calls/ports.ts';
import type { Config } from '../config.ts';
import { InFlight } from '../events/in-flight.ts';
import { needAttention } from '../events/need-attention.ts';
import type { Attention, Mailer } from '../events/ports.ts';
import { newSigningSecret } from '../events/sign.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Egress } from '../lib/egress.ts';
import type { Seal } from '../lib/seal.ts';
import { createMailer } from '../outgoing/mailer.ts';
import { attentionStore } from '../store/attention.ts';
import { createDeliveryStore } from '../store/deliveries.ts';
import { createDeliveryList } from '../store/delivery-list.ts';
import type { EventStore } from '../store/events.ts';
import { createWebhookStore } from '../store/webhooks.ts';

export function openSending(
  config: Pick<Config, 'attentionUrl' | 'attentionEmail'>,
  options: {
    database: Database;
    seal: Seal;
    events: EventStore;
    egress: Egress;
    clock: Clock;
    jobs: Jobs;
    onQueued(): void;
  },
) {
  const { database, seal, events, clock, jobs, onQueued } = options;
  const webhooks = createWebhookStore({ ...options, newSigningSecret });
  const mailer: Mailer | null = config.attentionEmail && createMailer(config.attentionEmail);
  const channels = { chat_url: config.attentionUrl, email: mailer !== null };
  const attention: Attention = {
    needAttention: (tx, need) =>
      needAttention(tx, need, {
        ...{ events, told: attentionStore, messages: webhooks, jobs, clock, channels },
      }),
  };
  return {
    webhooks,
    attention,
    told: attentionStore,
    mailer,
    inFlight: new InFlight(clock),
    deliveries: createDeliveryStore(database, seal),
    deliveryList: createDeliveryList({ database, clock, onQueued }),
  };
}
