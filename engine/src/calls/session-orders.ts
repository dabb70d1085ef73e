// Words to a live session, wherever it is: at once when this node holds it, else as a job for the node that does.
import type { AnsweredBy, EndReason } from '../contract/vocabulary.ts';
import type { Clock } from '../lib/clock.ts';
import type { Transaction } from '../lib/database.ts';
import type { AttemptRecord } from './call-record.ts';
import type { Jobs, Sessions } from './ports.ts';

export type SessionOrder =
  | { kind: 'end'; reason: EndReason }
  | { kind: 'answered_by'; who: AnsweredBy }
  /** The conversation goes on at another node: what was prepared here is given up without a word. */
  | { kind: 'drop' };

export interface OrderPorts {
  jobs: Jobs;
  sessions: Sessions;
  clock: Clock;
  nodeId: string;
}

/** Queues the order for another node; false when this node is the one, and `carryOut` is what is to be called. */
export async function orderElsewhere(
  tx: Transaction,
  attempt: Pick<AttemptRecord, 'id' | 'node_id'>,
  order: SessionOrder,
  { jobs, clock, nodeId }: OrderPorts,
): Promise<boolean> {
  if (attempt.node_id === nodeId) return false;
  const { id: ref, node_id } = attempt;
  await jobs.enqueue(tx, {
    kind: 'session_order',
    ref,
    run_at: clock.now(),
    node_id,
    payload: order,
  });
  return true;
}

/** Job: carries out an order for a session of this node. What is not held here is over, or never was here. */
export function carryOut(attemptId: string, order: SessionOrder, sessions: Sessions): void {
  if (order.kind === 'end') sessions.end(attemptId, order.reason);
  else if (order.kind === 'answered_by') sessions.answeredBy(attemptId, order.who);
  else sessions.drop(attemptId);
}
