// When the model may be asked for a response: one at a time. A request that comes while one is running waits for its
// end; of several, the last with words of its own stands.

export interface ResponseRequest {
  /** undefined: go on by itself. */
  instructions: string | undefined;
}

export interface ResponseTurns {
  /** Asks for a response now, or after the present one. */
  request(request: ResponseRequest): void;
  started(responseId: string): void;
  ended(): void;
  /** The request with this id was refused; `busy` when another response is running. */
  refused(eventId: string | null | undefined, busy: boolean): void;
  personSpeaks(speaks: boolean): void;
  /** Id of the running response. */
  active(): string | undefined;
}

// A request that the server keeps refusing is given up: the person's next words start a response anyway.
const MOST_REFUSALS = 5;

/** Returns the turns of one session; `send` is given an event id and what to say. */
export function createResponseTurns(
  send: (eventId: string, request: ResponseRequest) => void,
): ResponseTurns {
  let busy = false;
  let activeId: string | undefined;
  let waiting: ResponseRequest | undefined;
  let asked: { eventId: string; request: ResponseRequest } | undefined;
  let personIsSpeaking = false;
  let sent = 0;
  let refusals = 0;

  function ask(request: ResponseRequest): void {
    busy = true;
    sent += 1;
    asked = { eventId: `response_${sent}`, request };
    send(asked.eventId, request);
  }

  function wait(request: ResponseRequest): void {
    if (waiting?.instructions === undefined || request.instructions !== undefined)
      waiting = request;
  }

  return {
    request: (request) => (busy ? wait(request) : ask(request)),
    started(responseId) {
      busy = true;
      activeId = responseId;
      asked = undefined;
    },
    ended() {
      busy = false;
      activeId = undefined;
      const next = waiting;
      waiting = undefined;
      // Because the server answers by itself once the person has finished.
      if (next && (next.instructions !== undefined || !personIsSpeaking)) ask(next);
    },
    refused(eventId, otherIsRunning) {
      if (!asked || (eventId ? eventId !== asked.eventId : !otherIsRunning)) return;
      const { request } = asked;
      asked = undefined;
      refusals += 1;
      if (otherIsRunning && refusals <= MOST_REFUSALS) wait(request);
      busy = otherIsRunning;
    },
    personSpeaks(speaks) {
      personIsSpeaking = speaks;
    },
    active: () => activeId,
  };
}
