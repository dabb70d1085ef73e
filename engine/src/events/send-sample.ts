// Sends a sample to a webhook now. It is no delivery: nothing is stored, tried again or held against the webhook.
import type { z } from 'zod';
import type { WebhookTest } from '../contract/event.ts';
import type { Mode } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Egress } from '../lib/egress.ts';
import type { Log } from '../lib/log.ts';
import { fail, ok, type Result } from '../lib/result.ts';
import { requestFor } from './deliver.ts';
import { eventBody } from './event-body.ts';
import type { InFlight } from './in-flight.ts';
import type { Webhooks } from './ports.ts';
import { sampleEvent } from './sample-event.ts';

export interface SamplePorts {
  webhooks: Pick<Webhooks, 'open'>;
  egress: Egress;
  inFlight: InFlight;
  clock: Clock;
  log: Log;
  settings: { public_url: string };
}

type Refusal = { code: 'not_found' } | { code: 'too_many_requests'; retry_after_seconds: number };

/** Sends a signed call.ended marked as a test, also while the webhook is paused, and returns what the receiver said. */
export async function sendSample(
  mode: Mode,
  webhookId: string,
  ports: SamplePorts,
): Promise<Result<z.output<typeof WebhookTest>, Refusal>> {
  const { clock } = ports;
  const webhook = await ports.webhooks.open(mode, webhookId);
  if (!webhook) return fail({ code: 'not_found' });
  const room = ports.inFlight.enter(webhook.url_host);
  if (!room.ok) {
    const retry_after_seconds = Math.max(1, Math.ceil((room.again_at - clock.now()) / 1_000));
    return fail({ code: 'too_many_requests', retry_after_seconds });
  }
  try {
    const event = sampleEvent(mode, clock.now(), ports.settings.public_url);
    const parts = { ...webhook, event_id: event.id, body: eventBody(event), bearer: null };
    const started = clock.monotonic();
    const reply = await ports.egress.send(requestFor(parts, clock.now()));
    const took_ms = Math.round(clock.monotonic() - started);
    const { url_host } = webhook;
    ports.log.info(
      { webhook_id: webhookId, url_host, event_type: event.type, ...saidBy(reply), took_ms },
      'sample sent',
    );
    return ok({ ...saidBy(reply), took_ms });
  } finally {
    room.leave();
  }
}

type Said = Omit<z.output<typeof WebhookTest>, 'took_ms'>;

function saidBy(reply: Awaited<ReturnType<Egress['send']>>): Said {
  if (!reply.ok) return { delivered: false, status_class: null, failure: reply.failure };
  const status_class = `${Math.floor(reply.status / 100)}xx` as Said['status_class'];
  return { delivered: status_class === '2xx', status_class, failure: null };
}
