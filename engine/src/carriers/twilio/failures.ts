// Twilio's error codes, call statuses and SIP codes, and what each means in our words.

import type { DialAnswer } from '../../calls/ports.ts';
import type { EndReason } from '../../contract/vocabulary.ts';

/**
 * Codes with which Twilio refuses a call, or says why one failed. Codes that are not here count as `carrier_rejected`.
 * Meanings: https://www.twilio.com/docs/api/errors/{code}
 */
export const ERROR_CODES: Readonly<Record<number, EndReason>> = {
  13224: 'invalid_number', // Not E.164, does not exist, or no network delivers to it.
  21201: 'invalid_number', // No number to call.
  21211: 'invalid_number', // `To` is not a number.
  21214: 'invalid_number', // `To` cannot be reached.
  21217: 'invalid_number', // `To` does not look like a number.
  10001: 'carrier_rejected', // Account not active.
  13227: 'carrier_rejected', // Country not allowed in the account.
  20003: 'carrier_rejected', // Wrong credentials.
  20005: 'carrier_rejected', // Account not active.
  21210: 'carrier_rejected', // `From` is not owned or verified.
  21212: 'carrier_rejected', // `From` is not a number.
  21215: 'carrier_rejected', // Country not allowed in the account.
  21216: 'carrier_rejected', // Number blocked.
  21219: 'carrier_rejected', // Trial account, `To` not verified.
  32205: 'carrier_rejected', // Country not allowed in the account.
  573005: 'carrier_rejected', // Verification of `To` not finished.
  31603: 'declined', // SIP 603.
};

/**
 * Why a call failed, by the SIP code of its end. Other 4xx count as `unreachable`, everything else as
 * `error_telephony`. Meanings: RFC 3261 §21; 607 RFC 8197; 608 RFC 8688.
 */
export const SIP_CODES: Readonly<Record<number, EndReason>> = {
  401: 'carrier_rejected',
  403: 'carrier_rejected',
  404: 'invalid_number',
  407: 'carrier_rejected',
  410: 'invalid_number',
  480: 'no_answer',
  484: 'invalid_number',
  486: 'busy',
  487: 'no_answer',
  600: 'busy',
  603: 'declined',
  604: 'invalid_number',
  607: 'spam_flagged',
  608: 'spam_flagged',
};

const TOO_MANY_REQUESTS = 20_429;

/**
 * What an error status means for a call that we asked for. A 4xx created no call; too many requests may be tried again;
 * anything else leaves open whether it rings.
 */
export function answerToError(status: number, code: number | undefined): DialAnswer {
  if (status === 429 || code === TOO_MANY_REQUESTS)
    return { kind: 'not_sent', detail: 'too_many_requests' };
  if (status < 400 || status >= 500) return { kind: 'unclear', detail: `carrier_status_${status}` };
  return {
    kind: 'rejected',
    end_reason: (code === undefined ? undefined : ERROR_CODES[code]) ?? 'carrier_rejected',
    code: code === undefined ? null : String(code),
  };
}

/** Error codes of Node that can only come before a byte of the request was written. */
const BEFORE_ANY_BYTE: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ECONNREFUSED',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** True when the request surely never left: the name, the connection or the certificate failed. In doubt false. */
export function neverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'connect' || (code !== undefined && BEFORE_ANY_BYTE.has(code))) return true;
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.every(neverSent);
  return neverSent(error.cause);
}

export type TwilioCallStatus = (typeof CALL_STATUSES)[number];

/** `initiated` is told in callbacks only (https://www.twilio.com/docs/voice/api/call-resource#statuscallback). */
export const CALL_STATUSES = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
] as const;

export const STATES: Readonly<
  Record<TwilioCallStatus, 'dialing' | 'ringing' | 'answered' | 'ended'>
> = {
  queued: 'dialing',
  initiated: 'dialing',
  ringing: 'ringing',
  'in-progress': 'answered',
  completed: 'ended',
  busy: 'ended',
  'no-answer': 'ended',
  failed: 'ended',
  canceled: 'ended',
};

/**
 * Why a call ended, as far as the carrier knows; null while it goes on, and for `completed`: of a conversation
 * only its session knows the reason.
 */
export function endReasonOf(
  status: TwilioCallStatus,
  sipCode: number | null = null,
  errorCode: number | null = null,
): EndReason | null {
  if (STATES[status] !== 'ended' || status === 'completed') return null;
  if (status === 'canceled') return 'canceled_by_request';
  if (sipCode === 603) return 'declined';
  if (status === 'busy') return 'busy';
  if (status === 'no-answer') return 'no_answer';
  return (errorCode === null ? undefined : ERROR_CODES[errorCode]) ?? reasonOfSip(sipCode);
}

function reasonOfSip(code: number | null): EndReason {
  if (code === null) return 'error_telephony';
  return SIP_CODES[code] ?? (code >= 400 && code < 500 ? 'unreachable' : 'error_telephony');
}
