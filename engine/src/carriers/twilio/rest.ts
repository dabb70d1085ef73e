// Twilio's calls over REST (https://www.twilio.com/docs/voice/api/call-resource).
// Nothing here is ever sent twice by itself: an answer that does not come is `unclear`, and the caller decides.

import twilio from 'twilio';
import type { Carrier, CarrierCall, DialAnswer, DialOrder } from '../../calls/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import {
  answerToError,
  CALL_STATUSES,
  endReasonOf,
  neverSent,
  STATES,
  type TwilioCallStatus,
} from './failures.ts';
import { callbackUrl } from './network.ts';

export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  /** Where Twilio's API is; default `https://api.twilio.com`. No slash at the end. */
  baseUrl?: string;
  /** Where Twilio reaches us. No slash at the end. */
  callbackBase: string;
  clock: Clock;
  log: Log;
  /** Real milliseconds until an answer is given up. */
  timeoutMs?: number;
}

/** Returns the carrier for one Twilio account. Throws on an account id that does not start with `AC`. */
export function createTwilioCarrier(account: TwilioAccount): Carrier {
  const log = account.log.child({ part: 'twilio' });
  const client = twilio(account.accountSid, account.authToken, {
    httpClient: new ApiClient(account),
  });

  return {
    name: 'twilio',

    async placeCall(order) {
      try {
        const { sid } = await client.calls.create(createParameters(account.callbackBase, order));
        return CALL_SID.test(sid)
          ? { kind: 'placed', carrier_call_id: sid }
          : { kind: 'unclear', detail: 'no_call_id' };
      } catch (error) {
        const answer = answerToFailure(error);
        log.warn({ answer: answer.kind, why: whyOf(error) }, 'call not placed');
        return answer;
      }
    },

    async hangUp(carrierCallId) {
      try {
        await client.calls(carrierCallId).update({ status: 'completed' });
        return { ok: true };
      } catch (error) {
        if (isOver(error)) return { ok: true };
        log.warn({ why: whyOf(error) }, 'hang-up failed');
        return { ok: false };
      }
    },

    async look(carrierCallId) {
      try {
        return toCarrierCall(await client.calls(carrierCallId).fetch());
      } catch (error) {
        if (restError(error)?.status === 404) return undefined;
        log.warn({ why: whyOf(error) }, 'look-up of a call failed');
        return 'unknown';
      }
    },

    async search({ phone_number: to, from_number: from, since }) {
      try {
        const found = await client.calls.list({
          to,
          from,
          limit: SEARCH_MAX,
          pageSize: SEARCH_MAX,
        });
        // Twilio tells whole seconds.
        const earliest = Math.floor(since / 1_000) * 1_000;
        return found.filter((call) => call.dateCreated.getTime() >= earliest).map(toCarrierCall);
      } catch (error) {
        log.warn({ why: whyOf(error) }, 'search for calls failed');
        return 'unknown';
      }
    },
  };
}

const CALL_SID = /^CA[0-9a-f]{32}$/i;
/** Calls between two numbers that a search looks through, newest first. */
const SEARCH_MAX = 50;
const DEFAULT_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 1_048_576;

function createParameters(callbackBase: string, order: DialOrder) {
  const answerUrl = callbackUrl(callbackBase, order.token, 'answer');
  return {
    to: order.phone_number,
    from: order.from_number,
    // An address, never TwiML in the request, because the answer is our last chance to not speak.
    url: order.simulate === null ? answerUrl : `${answerUrl}?simulate=${order.simulate}`,
    method: 'POST',
    statusCallback: callbackUrl(callbackBase, order.token, 'status'),
    statusCallbackMethod: 'POST',
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    timeout: order.ring_seconds,
    timeLimit: order.max_duration_seconds,
    machineDetection: 'DetectMessageEnd',
    // The conversation starts at once and the verdict follows; otherwise the person hears seconds of nothing.
    asyncAmd: 'true',
    asyncAmdStatusCallback: callbackUrl(callbackBase, order.token, 'detected'),
    asyncAmdStatusCallbackMethod: 'POST',
  };
}

/** Sends Twilio's requests to another host, and gives each a limit in time and size. */
class ApiClient extends twilio.RequestClient {
  readonly #account: TwilioAccount;
  readonly #timeoutMs: number;

  constructor(account: TwilioAccount) {
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

function answerToFailure(error: unknown): DialAnswer {
  const rest = restError(error);
  if (rest !== undefined) return answerToError(rest.status, rest.code);
  return neverSent(error)
    ? { kind: 'not_sent', detail: whyOf(error) }
    : { kind: 'unclear', detail: whyOf(error) };
}

/** The two shapes of error answer in twilio 6 (`lib/base/RestException`, `TwilioServiceException`) share these fields. */
function restError(error: unknown): { status: number; code: number | undefined } | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number')
    return undefined;
  if ('isAxiosError' in error) return undefined;
  const code =
    'code' in error && typeof error.code === 'number' && error.code > 0 ? error.code : undefined;
  return { status: error.status, code };
}

const NO_SUCH_CALL = 20_404;
const NOT_IN_PROGRESS = 21_220;

function isOver(error: unknown): boolean {
  const rest = restError(error);
  return rest?.status === 404 || rest?.code === NO_SUCH_CALL || rest?.code === NOT_IN_PROGRESS;
}

/** A short word for a log line: never the message, which may quote numbers. */
function whyOf(error: unknown): string {
  const rest = restError(error);
  if (rest !== undefined) return `status_${rest.status}_code_${rest.code ?? 'none'}`;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code.toLowerCase() : 'no_usable_answer';
}

function toCarrierCall(call: {
  sid: string;
  status: string;
  duration: string | null;
}): CarrierCall {
  const status = CALL_STATUSES.find((known) => known === call.status);
  const seconds = call.duration === null ? Number.NaN : Number.parseInt(call.duration, 10);
  return {
    carrier_call_id: call.sid,
    state: status !== undefined && STATES[status] === 'ended' ? 'ended' : 'open',
    answered: status !== undefined && ANSWERED.has(status),
    end_reason: status === undefined ? null : endReasonOf(status),
    duration_seconds: Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : null,
  };
}

const ANSWERED: ReadonlySet<TwilioCallStatus> = new Set(['in-progress', 'completed']);
