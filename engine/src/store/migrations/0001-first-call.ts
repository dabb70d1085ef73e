import type { Migration } from './migration.ts';

export const firstCall: Migration = {
  name: '0001_first_call',
  statements: [
    `CREATE TABLE calls (
      id TEXT PRIMARY KEY, mode TEXT NOT NULL, network TEXT NOT NULL, key_id TEXT NOT NULL, status TEXT NOT NULL,
      outcome TEXT, outcome_group TEXT, outcome_evidence TEXT, successful INTEGER, reached INTEGER,
      end_reason TEXT, answered_by TEXT, retryable INTEGER, retry_not_before BIGINT, refusal TEXT,
      phone_number TEXT, recipient_name TEXT, task TEXT, variables TEXT NOT NULL, language TEXT,
      result TEXT, result_status TEXT NOT NULL, result_evidence TEXT NOT NULL, answers_text TEXT, summary TEXT,
      next_steps TEXT NOT NULL, chosen_time TEXT, preferred_times TEXT NOT NULL, callback_at TEXT,
      reference TEXT, tag TEXT, metadata TEXT NOT NULL, source TEXT, cost TEXT, latency TEXT,
      created_at BIGINT NOT NULL, scheduled_at BIGINT, started_at BIGINT, answered_at BIGINT, ended_at BIGINT,
      duration_seconds DOUBLE PRECISION, disclosure_played_at BIGINT, cancel_requested_at BIGINT,
      call_order TEXT NOT NULL, idempotency_key TEXT, fingerprint TEXT,
      UNIQUE (key_id, idempotency_key))`,
    'CREATE INDEX calls_by_age ON calls (mode, created_at, id)',
    'CREATE INDEX calls_by_reference ON calls (reference)',
    'CREATE INDEX calls_by_number ON calls (phone_number, created_at)',
    `CREATE TABLE attempts (
      id TEXT PRIMARY KEY, call_id TEXT NOT NULL REFERENCES calls (id), number INTEGER NOT NULL,
      direction TEXT NOT NULL, network TEXT NOT NULL, status TEXT NOT NULL, from_number TEXT NOT NULL,
      phone_number TEXT NOT NULL, answered_by TEXT, end_reason TEXT, started_at BIGINT NOT NULL, answered_at BIGINT,
      ended_at BIGINT, duration_seconds DOUBLE PRECISION, node_id TEXT NOT NULL, dial_before BIGINT NOT NULL,
      carrier_name TEXT NOT NULL, carrier_call_id TEXT, carrier_code TEXT, sip_code INTEGER,
      report_sequence INTEGER NOT NULL, token_hash TEXT NOT NULL UNIQUE, media_token_hash TEXT,
      media_started_at BIGINT, recording TEXT,
      UNIQUE (call_id, number))`,
    "CREATE INDEX attempts_open ON attempts (node_id) WHERE status <> 'ended'",
    // Invariant: one phone call of the carrier belongs to one attempt.
    'CREATE UNIQUE INDEX attempts_by_carrier_call ON attempts (carrier_call_id)',
    'CREATE UNIQUE INDEX attempts_by_media_token ON attempts (media_token_hash)',
    `CREATE TABLE turns (
      call_id TEXT NOT NULL REFERENCES calls (id), attempt_id TEXT NOT NULL, idx INTEGER NOT NULL, speaker TEXT NOT NULL,
      text TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, interrupted INTEGER NOT NULL,
      PRIMARY KEY (call_id, idx))`,
    `CREATE TABLE answers (
      call_id TEXT NOT NULL REFERENCES calls (id), field TEXT NOT NULL, value TEXT NOT NULL, quote TEXT NOT NULL,
      PRIMARY KEY (call_id, field))`,
    `CREATE TABLE events (
      sequence {{serial}}, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, call_id TEXT, mode TEXT NOT NULL,
      simulated INTEGER NOT NULL, body TEXT NOT NULL, created_at BIGINT NOT NULL)`,
    'CREATE INDEX events_by_call ON events (call_id, sequence)',
    // Invariant: a call has one end. A second one breaks here before anybody hears of it.
    "CREATE UNIQUE INDEX events_one_end ON events (call_id) WHERE type = 'call.ended'",
    `CREATE TABLE keys (
      id TEXT PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, mode TEXT NOT NULL, name TEXT NOT NULL,
      webhook_secret TEXT NOT NULL, created_at BIGINT NOT NULL, revoked_at BIGINT, last_used_at BIGINT)`,
    `CREATE TABLE webhooks (
      id TEXT PRIMARY KEY, key_id TEXT NOT NULL, mode TEXT NOT NULL, url TEXT NOT NULL, url_hash TEXT NOT NULL,
      url_host TEXT NOT NULL, secret TEXT NOT NULL, bearer TEXT, events TEXT NOT NULL, filter TEXT NOT NULL,
      call_id TEXT, status TEXT NOT NULL, failing_since BIGINT, created_at BIGINT NOT NULL)`,
    'CREATE INDEX webhooks_by_key ON webhooks (key_id, status)',
    'CREATE INDEX webhooks_by_call ON webhooks (call_id)',
    `CREATE TABLE deliveries (
      id TEXT PRIMARY KEY, event_id TEXT NOT NULL, webhook_id TEXT NOT NULL, status TEXT NOT NULL, tries INTEGER NOT NULL,
      next_try_at BIGINT, last_try_at BIGINT, last_status INTEGER, last_failure TEXT, created_at BIGINT NOT NULL,
      settled_at BIGINT)`,
    'CREATE INDEX deliveries_by_event ON deliveries (event_id)',
    `CREATE TABLE jobs (
      id {{serial}}, kind TEXT NOT NULL, ref TEXT NOT NULL, run_at BIGINT NOT NULL, tries INTEGER NOT NULL,
      owner TEXT, payload TEXT NOT NULL, last_failure TEXT, created_at BIGINT NOT NULL)`,
    'CREATE INDEX jobs_due ON jobs (run_at, id) WHERE owner IS NULL',
    'CREATE INDEX jobs_owned ON jobs (owner) WHERE owner IS NOT NULL',
    'CREATE TABLE nodes (id TEXT PRIMARY KEY, started_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)',
    'CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
  ],
};
