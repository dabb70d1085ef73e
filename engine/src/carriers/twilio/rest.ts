// Twilio's calls over REST (https://www.twilio.com/docs/voice/api/call-resource).
// Nothing here is ever sent twice by itself: an answer that does not come is `unclear`, and the caller decides.

import type { Carrier, CarrierCall, DialAnswer, DialOrder } from '../../calls/ports.ts';
import { type ApiAccess, apiOf, restError, whyOf } from './api-client.ts';
import {
  answerToError,
  CALL_STATUSES,
  endReasonOf,
  neverSent,
  STATES,
  type TwilioCallStatus,
} from './failures.ts';
import { callbackUrl } from './network.ts';

export interface TwilioAccount extends ApiAccess {
  /** Where Twilio reaches us. No slash at the end. */
  callbackBase: string;
}

/** Returns the carrier for one Twilio account. Throws on an account id that does not start with `AC`. */
export function createTwilioCarrier(account: TwilioAccount): Carrier {
  const log = account.log.child({ part: 'twilio' });
  const client = apiOf(account);

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

function answerToFailure(error: unknown): DialAnswer {
  const rest = restError(error);
  if (rest !== undefined) return answerToError(rest.status, rest.code);
  return neverSent(error)
    ? { kind: 'not_sent', detail: whyOf(error) }
    : { kind: 'unclear', detail: whyOf(error) };
}

const NO_SUCH_CALL = 20_404;
const NOT_IN_PROGRESS = 21_220;

function isOver(error: unknown): boolean {
  const rest = restError(error);
  return rest?.status === 404 || rest?.code === NO_SUCH_CALL || rest?.code === NOT_IN_PROGRESS;
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
