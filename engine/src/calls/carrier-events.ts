// What carriers tell, handed to the verbs of calls and to the live sessions.

import type { LiveSessions } from '../session/sessions.ts';
import { type AnswerPorts, answerAttempt, takeMediaToken } from './answer-attempt.ts';
import type { CarrierEvents } from './ports.ts';
import { detectAnswer, reportAttempt } from './report-attempt.ts';

export function carrierEvents(
  ports: AnswerPorts & {
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
      return attempt && ports.sessions.join(attempt.id, line);
    },
  };
}
