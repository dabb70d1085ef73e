import { APIConnectionTimeoutError, APIError } from 'openai';
import type { VoiceFailure } from '../../session/voice.ts';

/** Returns what an error of the openai package means, without its text, which may repeat what was sent. */
export function failureOf(error: unknown): VoiceFailure {
  if (error instanceof APIConnectionTimeoutError)
    return { kind: 'timeout', detail: 'no answer in time' };
  if (!(error instanceof APIError) || error.status === undefined)
    return { kind: 'unreachable', detail: 'no connection' };
  const kind = error.status >= 500 ? 'unreachable' : 'refused';
  return { kind, detail: `http_${error.status}` };
}
