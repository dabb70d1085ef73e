// Checks that an event came from your engine. Stands alone, so that connectors can carry it: only node:crypto and types.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Event } from '../contract/event.ts';

export type WebhookHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null };

export type WebhookFailure =
  /** Not a `whsec_…` secret: look at your own settings. */
  | 'invalid_secret'
  | 'missing_headers'
  | 'invalid_timestamp'
  /** Sent too long ago: perhaps someone sends an old event again. */
  | 'timestamp_too_old'
  /** From the future: the two clocks differ. */
  | 'timestamp_too_new'
  | 'wrong_signature'
  /** Signed, but not an event. */
  | 'invalid_body';

export type VerifiedWebhook = { ok: true; value: Event } | { ok: false; failure: WebhookFailure };

export interface WebhookToVerify {
  /** The body exactly as it was received. A body that was parsed and written again has other bytes. */
  body: string | Uint8Array;
  /** All headers of the request, names in any case. */
  headers: WebhookHeaders;
  /** The webhook's secret, `whsec_…`; several while you replace one. */
  secret: string | readonly string[];
  /** How far the sender's clock may differ from `now`, either way. Default 300. */
  toleranceSeconds?: number;
  /** Milliseconds since 1970. Default: the system's clock. */
  now?: number;
}

/**
 * Returns the event, or why it must not be trusted. Events come at least once: drop an `id` that you have seen.
 * Follows https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
 *
 * @example
 * const verified = verifyWebhook({ body: rawBody, headers: request.headers, secret: process.env.RECADO_WEBHOOK_SECRET });
 * if (!verified.ok) return reply.code(401).send();
 * if (verified.value.type === 'call.ended') …
 */
export function verifyWebhook(given: WebhookToVerify): VerifiedWebhook {
  const keys = (typeof given.secret === 'string' ? [given.secret] : given.secret).map(keyOf);
  const id = headerOf(given.headers, 'webhook-id');
  const timestamp = headerOf(given.headers, 'webhook-timestamp');
  const signatures = headerOf(given.headers, 'webhook-signature');
  if (keys.length === 0 || keys.some((key) => key.length < KEY_BYTES_MIN))
    return fail('invalid_secret');
  if (!id || !timestamp || !signatures) return fail('missing_headers');

  const late = judgeTimestamp(timestamp, given.now ?? Date.now(), given.toleranceSeconds ?? 300);
  if (late) return fail(late);
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(given.body)]);
  if (!keys.some((key) => isSignedWith(key, signed, signatures))) return fail('wrong_signature');
  return parseEvent(given.body);
}

const KEY_BYTES_MIN = 24;
const SIGNATURES_MAX = 10;

const fail = (failure: WebhookFailure): VerifiedWebhook => ({ ok: false, failure });

const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : undefined;
}

function judgeTimestamp(
  timestamp: string,
  now: number,
  toleranceSeconds: number,
): WebhookFailure | undefined {
  if (!/^\d{1,12}$/.test(timestamp)) return 'invalid_timestamp';
  const ageSeconds = Math.floor(now / 1000) - Number(timestamp);
  if (ageSeconds > toleranceSeconds) return 'timestamp_too_old';
  return ageSeconds < -toleranceSeconds ? 'timestamp_too_new' : undefined;
}

function isSignedWith(key: Buffer, signed: Buffer, signatures: string): boolean {
  const expected = createHmac('sha256', key).update(signed).digest('base64');
  return signatures
    .split(' ')
    .slice(0, SIGNATURES_MAX)
    .some((signature) => isSame(signature, `v1,${expected}`));
}

function isSame(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}

function parseEvent(body: string | Uint8Array): VerifiedWebhook {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return isEvent(value) ? { ok: true, value } : fail('invalid_body');
  } catch {
    return fail('invalid_body');
  }
}

const isEvent = (value: unknown): value is Event =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  'type' in value &&
  'data' in value;
