// API keys as text: rk_<mode>_<8 id><_><43 secret><6 checksum>. The id finds the stored hash; the secret has
// 256 bits, so one SHA-256 is enough; the checksum tells a typo from a guess without asking the store.
import { crc32 } from 'node:zlib';
import type { Mode } from '../contract/vocabulary.ts';
import { newSecret, sha256Hex } from '../lib/id.ts';

export interface ParsedKey {
  mode: Mode;
  public_id: string;
  /** SHA-256 of the whole key, in hex: what the store keeps. */
  hash: string;
}

const SHAPE = /^rk_(test|live)_([0-9A-Za-z]{8})_([A-Za-z0-9_-]{43})([0-9A-Za-z]{6})$/;
const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Returns what `key` says about itself, or undefined when it is not a key of ours or mistyped. */
export function parseKey(key: string): ParsedKey | undefined {
  const parts = SHAPE.exec(key);
  if (!parts) return undefined;
  const [, mode, publicId = '', , checksum = ''] = parts;
  if (checksumOf(key.slice(0, -6)) !== checksum) return undefined;
  return { mode: mode === 'live' ? 'live' : 'test', public_id: publicId, hash: sha256Hex(key) };
}

/** Returns a new key, to be shown once, and what to store of it. */
export function makeKey(mode: Mode): ParsedKey & { key: string } {
  // Secrets are base64url; an id must hold no underscore, which parts the key.
  const publicId = newSecret(24).replaceAll(/[-_]/g, '').slice(0, 8).padEnd(8, '0');
  const body = `rk_${mode}_${publicId}_${newSecret(32)}`;
  const key = body + checksumOf(body);
  return { key, mode, public_id: publicId, hash: sha256Hex(key) };
}

function checksumOf(text: string): string {
  let left = crc32(text);
  let digits = '';
  for (let i = 0; i < 6; i += 1) {
    digits = (BASE_62[left % 62] ?? '0') + digits;
    left = Math.floor(left / 62);
  }
  return digits;
}
