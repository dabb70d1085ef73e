// The port to HTTP addresses that users gave. Everything behind it passes the guard in `outgoing/`.

export interface EgressRequest {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
}

/** What came of one request. A reply of any status is a reply; the class of a failure never names an address. */
export type EgressReply =
  | { ok: true; status: number; retryAfterSeconds?: number }
  | { ok: false; failure: EgressFailure };

export const EGRESS_FAILURES = [
  'blocked_destination',
  'timeout',
  'dns_error',
  'connection_failed',
  'tls_error',
  'redirect_not_followed',
  'reply_too_large',
] as const;
export type EgressFailure = (typeof EGRESS_FAILURES)[number];

export interface Egress {
  send(request: EgressRequest): Promise<EgressReply>;
  /** Judges an address before it is stored: `undefined` when it may be used, else the reason for people. */
  judge(url: string): Promise<string | undefined>;
}
