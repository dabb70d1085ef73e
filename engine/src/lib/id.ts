import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

export type IdPrefix =
  | 'call'
  | 'att'
  | 'evt'
  | 'dlv'
  | 'whk'
  | 'agt'
  | 'con'
  | 'bat'
  | 'key'
  | 'phn'
  | 'node'
  | 'wait'
  | 'sup'
  | 'era';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford base 32: no look-alikes when read aloud.

/** Returns an id such as `call_6f0k3…`: the prefix and 26 random characters (130 bits). */
export function newId(prefix: IdPrefix): string {
  let text = '';
  for (const byte of randomBytes(26)) text += ALPHABET[byte & 31];
  return `${prefix}_${text}`;
}

/** Returns `bytes` random bytes as hex digits. */
export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Returns this many random decimal digits, each as likely as the others. */
export const randomDigits = (count: number): string =>
  Array.from({ length: count }, () => randomInt(10)).join('');

/** Returns a URL-safe secret of `bytes` random bytes. */
export const newSecret = (bytes = 32): string => randomBytes(bytes).toString('base64url');

export const sha256Hex = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('hex');

export const hmacSha256Hex = (key: string | Uint8Array, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex');

/** True when both texts are equal, in time that does not tell where they differ. */
export function equalSecrets(a: string, b: string): boolean {
  const left = createHash('sha256').update(a).digest();
  const right = createHash('sha256').update(b).digest();
  return timingSafeEqual(left, right);
}

/** Returns a number in [0, 1), for spreading tries in time. */
export const random = (): number => randomBytes(4).readUInt32BE() / 2 ** 32;
