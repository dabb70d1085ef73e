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

/** Why an address may not be used: a problem code and the reason for people. */
export interface AddressRefusal {
  code: 'webhook_url_forbidden' | 'webhook_loop';
  detail: string;
}

export interface Egress {
  /**
   * Sends one request and never throws. The status line is the verdict: what follows it is read up to a bound and
   * thrown away, and any 3xx is the failure `redirect_not_followed`.
   */
  send(request: EgressRequest): Promise<EgressReply>;
  /** Judges an address before it is stored: `undefined` when it may be used. */
  judge(url: string): Promise<AddressRefusal | undefined>;
}
