// What carriers tell, handed to the verbs of calls and to the live sessions.

import type { LiveSessions } from '../session/sessions.ts';
import { type AnswerPorts, answerAttempt, takeMediaToken } from './answer-attempt.ts';
import type { AttemptRecord } from './call-record.ts';
import { endAttempt } from './end-attempt.ts';
import type { CarrierEvents } from './ports.ts';
import { detectAnswer, type ReportPorts, reportAttempt } from './report-attempt.ts';

export function carrierEvents(
  ports: ReportPorts & {
    sessions: LiveSessions;
    recordings: { nameOf(attemptId: string): string };
  },
): CarrierEvents {
  return {
    answered: (token, carrierCallId) => answerAttempt(token, carrierCallId, ports),
    reported: (token, report) => reportAttempt(token, report, ports),
    detected: (token, _carrierCallId, who) => detectAnswer(token, who, ports),
    async openLine(mediaToken, carrierCallId, line) {
      const attempt = await takeMediaToken(mediaToken, carrierCallId, ports);
      if (!attempt) return undefined;
      if (!ports.sessions.holds(attempt.id) && !(await prepareHere(attempt, ports)))
        return undefined;
      return ports.sessions.join(attempt.id, line);
    },
  };
}

// The socket came to a node that did not dial: the person waits a moment longer, and is not hung up on.
async function prepareHere(
  attempt: AttemptRecord,
  ports: AnswerPorts & { sessions: LiveSessions },
): Promise<boolean> {
  const call = await ports.calls.find(ports.database, attempt.call_id);
  const prepared = call && (await ports.sessions.prepare(call, attempt));
  if (prepared?.ok) return true;
  await endAttempt(attempt.id, { end_reason: 'error_ai_provider' }, ports);
  return false;
}
