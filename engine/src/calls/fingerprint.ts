import { createHash } from 'node:crypto';
import type { PlaceCall } from '../contract/place-call.ts';

/** Returns what makes two requests the same: the body without the fields that differ between runs of one workflow. */
export function fingerprintOf(body: PlaceCall): string {
  const {
    webhook_url: _url,
    webhook_token: _token,
    webhook_events: _events,
    source: _source,
    ...same
  } = body;
  return hashOf(same);
}

/** Returns the hash of a value, whatever the order of its fields. */
export const hashOf = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex');

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
