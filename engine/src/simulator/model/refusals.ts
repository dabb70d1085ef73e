// Why a realtime session refuses a client's event, in the words of the real service.
import type { Refusal } from './client-event.ts';

export const NOT_MU_LAW: Refusal = {
  code: 'invalid_value',
  message:
    'The simulated model hears and speaks audio/pcmu only: set it in audio.input.format and audio.output.format.',
  param: 'session.audio',
};
export const EXPIRED: Refusal = {
  code: 'session_expired',
  message: 'Your session hit the maximum duration of 60 minutes.',
};
export const NOTHING_TO_COMMIT: Refusal = {
  code: 'input_audio_buffer_commit_empty',
  message: 'Error committing input audio buffer: the buffer is empty.',
};
export const NOTHING_TO_CANCEL: Refusal = {
  code: 'response_cancel_not_active',
  message: 'Cancellation failed: no active response found',
};
export const alreadyActive = ({ id }: { id: string }): Refusal => ({
  code: 'conversation_already_has_active_response',
  message: `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
});
export const unknownToolCall = (callId: string): Refusal => ({
  code: 'invalid_tool_call_id',
  message: `Tool call ID '${callId}' not found in conversation.`,
});
export const unknownItem = (itemId: string): Refusal => ({
  code: 'item_not_found',
  message: `Item '${itemId}' does not exist.`,
  param: 'item_id',
});
export const alreadyShorter = (lengthMs: number, wantedMs: number): Refusal => ({
  code: 'invalid_value',
  message: `Audio content of ${lengthMs}ms is already shorter than ${wantedMs}ms`,
  param: 'audio_end_ms',
});
