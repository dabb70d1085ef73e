// Job: reads the conversation once it is over, then ends the call with what was learned.
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';
import { extractionRequest } from '../results/extraction.ts';
import { type Reading, readingOf, readingWithoutModel } from '../results/read-result.ts';
import type { Reader } from '../session/voice.ts';
import type { AnswerRecord, CallRecord, TurnRecord } from './call-record.ts';
import { recordEnd } from './end-call.ts';
import { type RetryPorts, scheduleCallback } from './schedule-retry.ts';

export interface FinishPorts extends RetryPorts {
  database: Database;
  readers: { simulated: Reader; live?: Reader };
  clock: Clock;
  log: Log;
}

const READING_TRIED_FOR_MS = 15 * 60_000;
// A model that answers, but not with what was asked for, seldom does better later.
const UNUSABLE_TRIED_FOR_MS = 60_000;
const READ_AGAIN_MS = 20_000;

export async function finishCall(
  callId: string,
  ports: FinishPorts,
): Promise<{ again_at: number } | undefined> {
  const call = await ports.calls.find(ports.database, callId);
  if (call?.status !== 'finalizing' || call.end_reason === null) return undefined;
  const turns = await ports.calls.turns(ports.database, callId);
  const answers = await ports.calls.answers(ports.database, callId);
  const reading = await read(call, turns, answers, ports);
  if (!reading) return { again_at: ports.clock.now() + READ_AGAIN_MS };

  const { learned, ...change } = reading;
  const { end_reason, answered_by } = call;
  const { callback_at = null } = change;
  await ports.database.transaction(async (tx) => {
    if (
      learned !== undefined &&
      (await scheduleCallback(tx, call, { outcome: learned, callback_at }, ports))
    )
      return;
    await recordEnd(
      tx,
      callId,
      { from: ['finalizing'], end_reason, answered_by, learned, change },
      ports,
    );
  });
  return undefined;
}

/** Returns what was learned, or undefined while the model that reads may still come back. */
async function read(
  call: CallRecord,
  turns: readonly TurnRecord[],
  answers: readonly AnswerRecord[],
  ports: FinishPorts,
): Promise<Reading | undefined> {
  // Nobody spoke, so there is nothing to read and nothing to make up.
  if (!turns.some((turn) => turn.speaker === 'recipient'))
    return readingWithoutModel(call, turns, answers);
  const reader = ports.readers[call.network];
  const answer = await reader?.read(extractionRequest(call, turns, answers));
  if (answer?.ok) return readingOf(answer.value.value, call, turns, answers);
  const failure = answer?.failure.kind ?? 'unavailable';
  ports.log.warn({ call_id: call.id, failure }, 'the conversation could not be read');
  const attempts = await ports.calls.attempts(ports.database, call.id);
  const endedAt = Math.max(...attempts.map((attempt) => attempt.ended_at ?? 0));
  const triedForMs = failure === 'unavailable' ? READING_TRIED_FOR_MS : UNUSABLE_TRIED_FOR_MS;
  if (ports.clock.now() < endedAt + triedForMs) return undefined;
  return failure === 'invalid'
    ? readingOf(undefined, call, turns, answers)
    : readingWithoutModel(call, turns, answers);
}
