// What goes wrong on purpose. One mutable object: a test sets a field, the servers look at it each time.

/** A failure that is given `times` times and then stops. */
export interface FaultAnswer {
  status: number;
  times: number;
}

export interface CarrierFaults {
  /** Creating a call is answered with this error, and no call is made. */
  failCreate?: FaultAnswer & { code: number };
  /** So many calls are made, but the connection is dropped before the answer. */
  loseCreateAnswer?: number;
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
