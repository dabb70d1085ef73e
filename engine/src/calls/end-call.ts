// The one place where a call ends. Invariant: `ended` and its call.ended are written together, once.
import type { ProblemFailure } from '../contract/problem.ts';
import type { CallStatus, EndReason } from '../contract/vocabulary.ts';
import type { Attention } from '../events/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import { attentionOfEnd } from './attention-of-end.ts';
import type { CallRecord } from './call-record.ts';
import type { Spend } from './cost/ports.ts';
import { honourOptOut } from './opt-out.ts';
import { END_REASON_FACTS, groupOf, outcomeOf, successOf } from './outcome.ts';
import type {
  Batches,
  CallStore,
  EventRecorder,
  Jobs,
  Retention,
  Settings,
  Suppressions,
} from './ports.ts';
import { settleSpending } from './spending.ts';
import { viewCall } from './view-call.ts';

export interface EndPorts {
  calls: CallStore;
  events: EventRecorder;
  batchCalls: Batches;
  suppressions: Suppressions;
  retention: Retention;
  spend: Spend;
  attention: Attention;
  jobs: Jobs;
  clock: Clock;
  settings: Settings;
}

export interface CallEnd {
  from: readonly CallStatus[];
  end_reason: EndReason;
  answered_by?: CallRecord['answered_by'];
  refusal?: ProblemFailure;
  /** What the conversation established, when there was one. */
  learned?: string;
  /** Everything else that is known now: result, summary, evidence. */
  change?: Partial<CallRecord>;
}

/** Ends a call in the caller's transaction; false when it had already moved on. */
export async function recordEnd(
  tx: Transaction,
  callId: string,
  end: CallEnd,
  ports: EndPorts,
): Promise<boolean> {
  const now = ports.clock.now();
  const call = await ports.calls.find(tx, callId);
  if (!call || !end.from.includes(call.status)) return false;
  const attempts = await ports.calls.attempts(tx, callId);
  const turns = await ports.calls.turns(tx, callId);
  const answered_by =
    end.answered_by ?? call.answered_by ?? (attempts.length > 0 ? 'nobody' : null);
  const outcome = outcomeOf({ end_reason: end.end_reason, answered_by, learned: end.learned });
  const heardPerson = isPerson(answered_by) && turns.some((turn) => turn.speaker === 'recipient');
  const change: Partial<CallRecord> = {
    ...(call.result_status === 'pending' ? { result_status: 'unavailable' } : {}),
    ...end.change,
    status: 'ended',
    outcome,
    outcome_group: groupOf(outcome),
    successful: successOf(outcome, call.order),
    reached: answered_by === 'human' || (answered_by === 'unknown' && heardPerson),
    end_reason: end.end_reason,
    answered_by,
    retryable: END_REASON_FACTS[end.end_reason].retryable && !heardPerson,
    refusal: end.refusal ? shownRefusal(end.refusal) : null,
    scheduled_at: null,
    ended_at: now,
  };
  if (!(await ports.calls.update(tx, callId, end.from, change))) return false;
  const cost = await settleSpending(tx, call, attempts, { ...ports, now });
  await ports.calls.update(tx, callId, ['ended'], { cost });
  const ended = { ...call, ...change, cost };
  const told = await ports.retention.atEnd(tx, callId, { attempts, turns });
  await ports.events.record(tx, {
    type: 'call.ended',
    call: ended,
    data: viewCall(ended, told, { public_url: ports.settings.public_url }),
  });
  await honourOptOut(tx, ended, ports);
  await ports.batchCalls.noteEnded(tx, ended);
  const need = attentionOfEnd({ end_reason: end.end_reason, rule: end.refusal?.code });
  if (need) await ports.attention.needAttention(tx, { ...need, mode: call.mode, call_id: call.id });
  return true;
}

const isPerson = (answeredBy: CallRecord['answered_by']): boolean =>
  answeredBy === 'human' || answeredBy === 'unknown';

const shownRefusal = ({
  code,
  detail = '',
  next_allowed_at,
}: ProblemFailure): CallRecord['refusal'] => ({
  rule: code,
  detail,
  next_allowed_at: next_allowed_at == null ? null : Date.parse(next_allowed_at),
});
