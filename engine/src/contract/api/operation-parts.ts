// Parts that many operations share: ids in a path, flags and counts in a query, problems that can always happen.
import { z } from 'zod';
import type { ProblemCode } from '../problem.ts';

export const id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{26}$`));
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
export const count = (max: number, fallback: number) =>
  z.coerce.number().int().min(1).max(max).default(fallback);

/** Problems of every operation that takes a body. */
export const BODY: ProblemCode[] = [
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'invalid_request',
];
/** Problems of every operation that asks for a key. */
export const KEY: ProblemCode[] = [
  'unauthenticated',
  'api_key_in_url',
  'too_many_requests',
  'unavailable',
];
/** Problems of every operation that places calls or checks one. */
export const PLACING: ProblemCode[] = [
  ...BODY,
  ...KEY,
  'unresolved_variable',
  'result_schema_invalid',
  'webhook_url_forbidden',
  'webhook_loop',
  'from_number_not_owned',
  'not_supported_yet',
  'invalid_phone_number',
  'country_not_allowed',
  'number_class_blocked',
  'emergency_number_blocked',
  'loop_blocked',
  'recipient_suppressed',
  'consent_required',
  'outside_calling_hours',
  'frequency_cap',
  'price_unknown',
  'spend_limit_reached',
  'duplicate_call',
  'test_number_only',
  'carrier_not_configured',
  'live_mode_not_ready',
];
