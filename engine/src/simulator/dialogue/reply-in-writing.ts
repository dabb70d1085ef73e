import { nextTurn, SCRIPT_START } from './agent-script.ts';
import { readBrief } from './brief.ts';
import { readTranscript } from './transcript.ts';

/** True when a request asks for the agent's next turn, not for what a conversation established. */
export const asksForReply = (schema: Record<string, unknown>): boolean =>
  Object.hasOwn((schema['properties'] as object | undefined) ?? {}, 'say');

/** Returns the scripted agent's next turn after the transcript in the texts of a request. */
export function replyInWriting(texts: readonly string[]): { say: string; end_call: boolean } {
  const all = texts.join('\n');
  const brief = readBrief(all);
  let step = nextTurn(brief, SCRIPT_START, undefined, false);
  for (const { speaker, text } of readTranscript(all))
    if (speaker === 'recipient') step = nextTurn(brief, step.state, text, false);
  const { say = '', calls } = step.turn;
  return { say, end_call: calls.some(({ name }) => name === 'end_call') };
}
