// Every error code of the API, with its HTTP status and title. Add a code here and nowhere else.
// Problems are RFC 9457 documents: https://www.rfc-editor.org/rfc/rfc9457
import { z } from 'zod';

export const PROBLEMS = {
  malformed_request: { status: 400, title: 'The request is not valid HTTP' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  malformed_csv: { status: 400, title: 'The body is not valid CSV' },
  idempotency_key_invalid: { status: 400, title: 'The Idempotency-Key header is not valid' },
  invalid_cursor: { status: 400, title: 'The cursor is not one that this list gave' },
  unauthenticated: { status: 401, title: 'The API key is missing or not valid' },
  api_key_in_url: { status: 401, title: 'The API key was sent in the URL' },
  insufficient_scope: { status: 403, title: 'The API key may not do this' },
  live_mode_required: { status: 403, title: 'This needs a live key' },
  test_number_only: { status: 403, title: 'A live key may not call a test number' },
  live_mode_not_ready: { status: 403, title: 'Live calls are not switched on' },
  country_not_allowed: { status: 403, title: 'Calls to this country are not allowed' },
  number_class_blocked: { status: 403, title: 'Numbers of this class are not called' },
  emergency_number_blocked: { status: 403, title: 'Emergency and short numbers are never called' },
  loop_blocked: { status: 403, title: 'Recado does not call its own numbers' },
  link_invalid: { status: 403, title: 'The link is not valid, or not any more' },
  recipient_suppressed: { status: 403, title: 'This person must not be called' },
  outside_calling_hours: { status: 403, title: 'Nobody is called at this hour' },
  price_unknown: { status: 403, title: 'The price of this call is not known' },
  carrier_not_configured: { status: 403, title: 'No phone carrier is set up' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'This address does not take this method' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  call_in_progress: { status: 409, title: 'Somebody is on the phone with this person' },
  call_already_ended: { status: 409, title: 'The call has already ended' },
  batch_already_ended: { status: 409, title: 'The batch has already ended' },
  batch_canceled: { status: 409, title: 'The batch was canceled' },
  idempotency_key_in_progress: {
    status: 409,
    title: 'A request with this Idempotency-Key is still being worked on',
  },
  duplicate_call: { status: 409, title: 'There is a call for this already' },
  delivery_not_replayable: { status: 409, title: 'This delivery cannot be sent again' },
  recording_not_available: { status: 404, title: 'This call has no recording' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  uri_too_long: { status: 414, title: 'The URL is too long' },
  unsupported_media_type: {
    status: 415,
    title: 'The body must be application/json in UTF-8, not compressed',
  },
  invalid_request: { status: 422, title: 'Some fields are not valid' },
  invalid_phone_number: { status: 422, title: 'The phone number is not valid' },
  unresolved_variable: { status: 422, title: 'The text has a place that was not filled in' },
  result_schema_invalid: { status: 422, title: 'The result schema is not one that Recado takes' },
  webhook_url_forbidden: { status: 422, title: 'The webhook URL may not be used' },
  webhook_loop: { status: 422, title: 'The webhook URL is an address of this engine' },
  code_not_valid: { status: 422, title: 'The code is wrong or too old' },
  consent_required: { status: 422, title: 'This call needs the consent of the person' },
  from_number_not_owned: { status: 422, title: 'The number to call from is not one of yours' },
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key was used for another request',
  },
  not_supported_yet: { status: 422, title: 'This field does not do anything yet' },
  frequency_cap: { status: 429, title: 'This person has been called often enough for now' },
  spend_limit_reached: { status: 429, title: 'The spend limit is reached' },
  too_many_own_phones: { status: 429, title: 'There are as many own phones as there may be' },
  too_many_webhooks: { status: 429, title: 'This key has as many webhooks as it may have' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  request_header_fields_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong in the engine' },
  unavailable: { status: 503, title: 'The engine cannot take this right now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().meta({ description: 'Id of the request, to find it in the logs.' }),
    code: z.enum(PROBLEM_CODES),
    errors: z
      .array(z.object({ pointer: z.string(), code: z.string(), detail: z.string().optional() }))
      .optional(),
    next_allowed_at: z.iso.datetime().nullable().optional(),
    retry_after_seconds: z.number().optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof Problem>;

/** A failure inside a verb that the API answers as a problem. */
export interface ProblemFailure {
  code: ProblemCode;
  detail?: string;
  errors?: { pointer: string; code: string; detail?: string }[];
  next_allowed_at?: string | null;
  /** Which name of `refusal.rule` it has when it comes back as data; absent for the builder's own mistakes. */
  refusal?: boolean;
  retry_after_seconds?: number;
}
