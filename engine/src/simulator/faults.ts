// What goes wrong on purpose. One mutable object: a test sets a field, the servers look at it each time.
import { sha256Hex } from '../lib/id.ts';

/** A failure that is given `times` times and then stops. */
export interface FaultAnswer {
  status: number;
  times: number;
}

/** What can go wrong with one request to create a call, and with the call that comes of it. Times are the clock's. */
export const CREATE_FAULTS = [
  /** The call is made; the connection breaks before the answer. */
  'drop_response',
  /** The call is made; the answer is 500. */
  'fail_after_create',
  /** The answer is 500 and no call is made. */
  'fail_before_create',
  /** The call is made at once; the answer comes 40 s later. */
  'slow_response',
  /** The answer waits until the first status callback has been taken. */
  'callback_before_response',
  /** Status callbacks come 10 minutes after what they tell. */
  'late_callbacks',
  /** Lists leave the call out for its first 30 s. */
  'late_list',
  /** Every status callback is sent twice. */
  'duplicate_callbacks',
  /** The first two requests for this number are answered with 429, and no call is made. */
  'too_many_requests',
  /** The call is accepted and waits for 2 hours before it is dialed. */
  'long_queue',
] as const;
export type CreateFault = (typeof CREATE_FAULTS)[number];

/** Which faults a request to create a call meets. The same plan and requests give the same faults, in whatever order they come. */
export interface CreatePlan {
  /** By the number that is called: the faults of every request for it. */
  numbers?: Readonly<Record<string, readonly CreateFault[]>>;
  /** The other requests: one fault for this share of them, between 0 and 1, drawn by `seed`. */
  share?: number;
  seed?: number;
}

export interface CarrierFaults {
  /** Creating a call is answered with this error, and no call is made. */
  failCreate?: FaultAnswer & { code: number };
  /** So many calls are made, but the connection is dropped before the answer. */
  loseCreateAnswer?: number;
  /** What goes wrong with each create, as a plan. */
  creates?: CreatePlan;
  /** Calls to these numbers stop before the call is made, or before its answer, until `release` (10 real seconds at most). */
  holds?: Readonly<Record<string, 'request' | 'response'>>;
  /** How many calls are dialed each second of the clock; the others are queued. No limit when absent. */
  callsPerSecond?: number;
  /** Countries, by their two letters, where the account may dial numbers known for toll fraud. */
  tollFraudCountries?: readonly string[];
  /** Price lists are answered with this error. */
  failPricing?: FaultAnswer;
  /** Countries, by their two letters, of which the carrier has no price. */
  unpricedCountries?: readonly string[];
  /** A call has its price this long after its end; 5 seconds when absent. */
  billAfterMs?: number;
  /** Status callbacks arrive in swapped pairs. */
  callbacksOutOfOrder?: boolean;
  /** The media socket breaks this long after it began, without a `stop`. */
  dropMediaAfterMs?: number;
}

export interface ModelFaults {
  refuseUpgrade?: FaultAnswer;
  /** The realtime socket breaks this long after it opened. */
  dropSocketAfterMs?: number;
  slowFirstAudioMs?: number;
  /** The Responses endpoint answers with this error. */
  failResponses?: FaultAnswer;
  /** The Responses endpoint answers with something that is not the JSON asked for. */
  badResponses?: boolean;
}

export interface Faults {
  carrier: CarrierFaults;
  model: ModelFaults;
}

/** Returns faults that break nothing. */
export const noFaults = (): Faults => ({ carrier: {}, model: {} });

/** Takes one of the times of a fault; undefined when there is none left. */
export function takeFault<T extends FaultAnswer>(fault: T | undefined): T | undefined {
  if (!fault || fault.times <= 0) return undefined;
  fault.times--;
  return fault;
}

/** Returns the faults of the `count`-th request (from 1) to call this number. */
export function faultsOfCreate(
  plan: CreatePlan | undefined,
  phoneNumber: string,
  count: number,
): ReadonlySet<CreateFault> {
  const named = plan?.numbers?.[phoneNumber];
  if (named) return new Set(named);
  const { share = 0, seed = 0 } = plan ?? {};
  const draw = sha256Hex(`${seed} ${phoneNumber} ${count}`);
  if (Number.parseInt(draw.slice(0, 8), 16) / 2 ** 32 >= share) return new Set();
  const drawn = CREATE_FAULTS[Number.parseInt(draw.slice(8, 16), 16) % CREATE_FAULTS.length];
  return new Set(drawn === undefined ? [] : [drawn]);
}
