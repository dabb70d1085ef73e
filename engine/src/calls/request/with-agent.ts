// A request together with the saved set-up that it names. What the request gives itself wins. Pure.
import type { AgentSetup } from '../../contract/agent.ts';
import type { PlaceCall } from '../../contract/place-call.ts';

const TAKEN_OVER = [
  'task',
  'on_behalf_of',
  'voice',
  'language',
  'report_language',
  'first_message',
  'voicemail',
  'retry',
  'transfer',
  'recording',
  'purpose',
  'max_duration_seconds',
  'success_outcomes',
] as const satisfies readonly (keyof AgentSetup & keyof PlaceCall)[];

/** Returns the request as if it had said itself what the agent says for it. */
export function withAgent(request: PlaceCall, setup: AgentSetup): PlaceCall {
  return {
    ...request,
    ...textsAndRules(request, setup),
    ...wanted(request, setup),
    ...hours(request, setup),
  };
}

function textsAndRules(request: PlaceCall, setup: AgentSetup): PlaceCall {
  const fields = TAKEN_OVER.filter(
    (field) =>
      isLeftOut(request[field]) &&
      setup[field] !== undefined &&
      // Success is told in words of the outcomes that are asked for.
      !(field === 'success_outcomes' && request.outcomes !== undefined),
  );
  return Object.fromEntries(fields.map((field) => [field, setup[field]]));
}

// Questions and schema together say what is to be learned, so they come from one side.
function wanted(request: PlaceCall, setup: AgentSetup): PlaceCall {
  const { outcomes, questions, result_schema } = setup;
  const asks = request.questions !== undefined || request.result_schema !== undefined;
  return {
    ...(outcomes && request.outcomes === undefined ? { outcomes } : {}),
    ...(questions && !asks ? { questions } : {}),
    ...(result_schema && !asks ? { result_schema } : {}),
  };
}

function hours({ schedule }: PlaceCall, { calling_hours }: AgentSetup): PlaceCall {
  if (calling_hours === undefined || schedule?.calling_hours !== undefined) return {};
  return { schedule: { ...schedule, calling_hours } };
}

// Platforms send an empty text for a field that nobody filled.
const isLeftOut = (value: unknown): boolean => value === undefined || value === '';

// What decides only when the phone rings, or what it may cost, was settled when the call was accepted.
const READ_ANEW = [
  'task',
  'variables',
  'recipient_name',
  'caller_name',
  'on_behalf_of',
  'outcomes',
  'success_outcomes',
  'questions',
  'result_schema',
  'voice',
  'language',
  'report_language',
  'first_message',
  'voicemail',
  'transfer',
  'recording',
] as const satisfies readonly (keyof PlaceCall)[];

/** Returns what has to be kept of a request to read it again with another version of its agent. */
export function askedOfAgent(request: PlaceCall): PlaceCall {
  const timezone = request.schedule?.timezone;
  const kept = READ_ANEW.filter((field) => request[field] !== undefined);
  return {
    ...Object.fromEntries(kept.map((field) => [field, request[field]])),
    ...(timezone === undefined ? {} : { schedule: { timezone } }),
  };
}
