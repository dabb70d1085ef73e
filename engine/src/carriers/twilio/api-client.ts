// Requests to Twilio's APIs, each sent once and within limits of time and size.

import twilio from 'twilio';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

export interface ApiAccess {
  accountSid: string;
  authToken: string;
  /** Where Twilio's APIs are; default each its own host. No slash at the end. */
  baseUrl?: string;
  clock: Clock;
  log: Log;
  /** Real milliseconds until an answer is given up. */
  timeoutMs?: number;
}

/** Returns the client for one Twilio account. Throws on an account id that does not start with `AC`. */
export const apiOf = (access: ApiAccess): ReturnType<typeof twilio> =>
  twilio(access.accountSid, access.authToken, { httpClient: new ApiClient(access) });

const DEFAULT_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 1_048_576;

/** Sends Twilio's requests to another host, and gives each a limit in time and size. */
class ApiClient extends twilio.RequestClient {
  readonly #account: ApiAccess;
  readonly #timeoutMs: number;

  constructor(account: ApiAccess) {
    const timeoutMs = account.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    // A fresh connection each time, because one that the other side closed while idle fails like a request that was sent.
    super({ timeout: timeoutMs, keepAlive: false, autoRetry: false });
    this.#account = account;
    this.#timeoutMs = timeoutMs;
    this.axios.defaults.maxContentLength = ANSWER_BYTES_MAX;
  }

  override async request<T>(
    options: Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0],
  ) {
    const { baseUrl, clock } = this.#account;
    const { pathname, search } = new URL(options.uri);
    const uri = baseUrl === undefined ? options.uri : `${baseUrl}${pathname}${search}`;
    const late = Promise.withResolvers<never>();
    // The client's own time-out starts again with every byte; this one does not. Real time, whatever the clock's rate.
    const timer = clock.after(this.#timeoutMs * clock.rate, () =>
      late.reject(new Error('time-out')),
    );
    try {
      return await Promise.race([super.request<T>({ ...options, uri } as never), late.promise]);
    } finally {
      timer.cancel();
    }
  }
}

/** The two shapes of error answer in twilio 6 (`lib/base/RestException`, `TwilioServiceException`) share these fields. */
export function restError(
  error: unknown,
): { status: number; code: number | undefined } | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number')
    return undefined;
  if ('isAxiosError' in error) return undefined;
  const code =
    'code' in error && typeof error.code === 'number' && error.code > 0 ? error.code : undefined;
  return { status: error.status, code };
}

/** A short word for a log line: never the message, which may quote numbers. */
export function whyOf(error: unknown): string {
  const rest = restError(error);
  if (rest !== undefined) return `status_${rest.status}_code_${rest.code ?? 'none'}`;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code.toLowerCase() : 'no_usable_answer';
}
