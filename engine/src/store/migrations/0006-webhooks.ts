import type { Migration } from './migration.ts';

export const webhooksManaged: Migration = {
  name: '0006_webhooks_managed',
  statements: [
    // Who an address belongs to: a subscription of a key, one call, one batch, or a single message.
    "ALTER TABLE webhooks ADD COLUMN kind TEXT NOT NULL DEFAULT 'subscription'",
    "UPDATE webhooks SET kind = 'call' WHERE call_id IS NOT NULL",
    'ALTER TABLE webhooks ADD COLUMN batch_id TEXT',
    'CREATE INDEX webhooks_by_batch ON webhooks (batch_id) WHERE batch_id IS NOT NULL',
    'ALTER TABLE webhooks ADD COLUMN previous_secret TEXT',
    'ALTER TABLE webhooks ADD COLUMN previous_secret_until BIGINT',
    'ALTER TABLE webhooks ADD COLUMN paused_at BIGINT',
    'ALTER TABLE webhooks ADD COLUMN pause_reason TEXT',
    // How many deliveries were refused before anything else was answered; NULL once something was.
    'ALTER TABLE webhooks ADD COLUMN refusals INTEGER DEFAULT 0',
    'UPDATE webhooks SET refusals = NULL WHERE id IN (SELECT webhook_id FROM deliveries WHERE tries > 0)',

    'ALTER TABLE deliveries ADD COLUMN mode TEXT',
    'ALTER TABLE deliveries ADD COLUMN event_type TEXT',
    'ALTER TABLE deliveries ADD COLUMN call_id TEXT',
    // Deliveries to one webhook with the same `ordered_by` go out one after another, by `sequence`; `held` waits for its turn.
    'ALTER TABLE deliveries ADD COLUMN ordered_by TEXT',
    'ALTER TABLE deliveries ADD COLUMN sequence BIGINT',
    'ALTER TABLE deliveries ADD COLUMN held INTEGER NOT NULL DEFAULT 0',
    // Tries made before the last replay or pause: the schedule begins anew behind them.
    'ALTER TABLE deliveries ADD COLUMN tries_before INTEGER NOT NULL DEFAULT 0',
    // A text of its own, in place of the event's.
    'ALTER TABLE deliveries ADD COLUMN body TEXT',
    `UPDATE deliveries SET
       mode = (SELECT mode FROM events WHERE events.id = event_id),
       event_type = (SELECT type FROM events WHERE events.id = event_id),
       call_id = (SELECT events.call_id FROM events WHERE events.id = event_id),
       ordered_by = (SELECT events.call_id FROM events WHERE events.id = event_id),
       sequence = (SELECT events.sequence FROM events WHERE events.id = event_id)`,
    'CREATE INDEX deliveries_by_age ON deliveries (mode, created_at, id)',
    'CREATE INDEX deliveries_by_call ON deliveries (call_id) WHERE call_id IS NOT NULL',
    'CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, status, created_at)',
    "CREATE INDEX deliveries_in_order ON deliveries (ordered_by, webhook_id, sequence) WHERE status = 'pending'",
    "CREATE INDEX jobs_of_deliveries ON jobs (ref) WHERE kind = 'deliver'",

    // When the same was last told, so that nobody is told the same thing every minute.
    `CREATE TABLE attention_told (
      mode TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, told_at BIGINT NOT NULL,
      PRIMARY KEY (mode, kind, object))`,
    "CREATE INDEX events_of_attention ON events (mode, sequence) WHERE type = 'attention.needed'",
  ],
};
