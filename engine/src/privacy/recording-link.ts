// A link with which anybody can hear one recording for a while. Nothing is stored: the link proves itself, and every link
// of a mode stops working when the version in the settings goes up.
import type { Mode } from '../contract/vocabulary.ts';
import type { Queryable, Transaction } from '../lib/database.ts';
import { equalSecrets } from '../lib/id.ts';
import type { KeptTexts } from './ports.ts';

export interface LinkPorts {
  keptTexts: KeptTexts;
  /** Keyed fingerprint of a text. */
  fingerprint(text: string): string;
}

/** Returns the secret part of a link to the recording of this call. */
export async function linkToken(
  on: Queryable,
  call: { id: string; mode: Mode },
  expiresAt: number,
  ports: LinkPorts,
): Promise<string> {
  return `${expiresAt.toString(36)}.${await proofOf(on, call, expiresAt, ports)}`;
}

/** True while the token opens the recording of this call. */
export async function isLinkValid(
  on: Queryable,
  call: { id: string; mode: Mode },
  token: string,
  now: number,
  ports: LinkPorts,
): Promise<boolean> {
  const [, expires = '', proof = ''] = /^([0-9a-z]{1,10})\.([0-9a-f]{64})$/.exec(token) ?? [];
  const expiresAt = Number.parseInt(expires, 36);
  if (!Number.isSafeInteger(expiresAt) || expiresAt <= now) return false;
  return equalSecrets(proof, await proofOf(on, call, expiresAt, ports));
}

/** Makes every link of a mode worthless. */
export async function revokeLinks(
  tx: Transaction,
  mode: Mode,
  { keptTexts }: LinkPorts,
): Promise<void> {
  await keptTexts.set(tx, versionName(mode), String((await versionOf(tx, mode, keptTexts)) + 1));
}

async function proofOf(
  on: Queryable,
  { id, mode }: { id: string; mode: Mode },
  expiresAt: number,
  { keptTexts, fingerprint }: LinkPorts,
): Promise<string> {
  const version = await versionOf(on, mode, keptTexts);
  return fingerprint(JSON.stringify(['recording_link', id, mode, expiresAt, version]));
}

const versionOf = async (on: Queryable, mode: Mode, keptTexts: KeptTexts): Promise<number> =>
  Number((await keptTexts.get(on, versionName(mode))) ?? 1);

const versionName = (mode: Mode): string => `recording_link_version_${mode}`;
