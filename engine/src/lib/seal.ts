// Secrets that must be read again (webhook addresses and signing secrets) are sealed at rest.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

export interface Seal {
  /** Returns the text, encrypted and authenticated; different each time. */
  close(text: string): string;
  /** Returns the sealed text. Throws when it was sealed under another key or altered. */
  open(sealed: string): string;
  /** Returns a keyed fingerprint: equal for equal texts, and of no use without the key. */
  fingerprint(text: string): string;
}

/** Returns a seal under a 32-byte key (AES-256-GCM). */
export function createSeal(key: Uint8Array): Seal {
  if (key.length !== 32) throw new Error('RECADO_SECRET_KEY must be 32 bytes in base64.');
  return {
    close(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `s1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.replace(/^s1\./, ''), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString(
        'utf8',
      );
    },
    fingerprint: (text) => createHmac('sha256', key).update(text).digest('hex'),
  };
}
