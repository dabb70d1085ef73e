// Signs what is sent to webhooks, by Standard Webhooks
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
import { hmacSha256Hex, newSecret } from '../lib/id.ts';

export interface SignedMessage {
  /** The event's id: the same at every try, so that a receiver can drop what it has seen. */
  id: string;
  /** When this try is made, in whole seconds since 1970. */
  timestamp_seconds: number;
  body: string;
  /** Newest first. While a secret is being replaced there are two, and one signature for each. */
  secrets: readonly string[];
}

/**
 * Returns the headers that prove who sent `body` and when. `x-recado-signature` is for platforms that can compute an
 * HMAC over text but not decode base64 keys: its key is the whole secret as it is written, `whsec_` included.
 * Throws on a secret that is not one, because an unsigned or weakly signed event must not leave.
 */
export function signedHeaders({
  id,
  timestamp_seconds,
  body,
  secrets,
}: SignedMessage): Record<string, string> {
  if (secrets.length === 0) throw new Error('an event cannot be sent without a signing secret');
  const standard = secrets.map((secret) => {
    const hex = hmacSha256Hex(keyOf(secret), `${id}.${timestamp_seconds}.${body}`);
    return `v1,${Buffer.from(hex, 'hex').toString('base64')}`;
  });
  const plain = secrets.map(
    (secret) => `v1=${hmacSha256Hex(secret, `${timestamp_seconds}.${body}`)}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp_seconds),
    'webhook-signature': standard.join(' '),
    'x-recado-signature': plain.join(' '),
  };
}

/** Returns a new signing secret: `whsec_` and 32 random bytes in base64. */
export const newSigningSecret = (): string =>
  PREFIX + Buffer.from(newSecret(KEY_BYTES), 'base64url').toString('base64');

const PREFIX = 'whsec_';
const KEY_BYTES = 32;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function keyOf(secret: string): Buffer {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  if (!BASE64.test(encoded) || key.length < 24 || key.length > 64) {
    throw new Error('a signing secret must be whsec_ and 24 to 64 bytes in base64');
  }
  return key;
}
