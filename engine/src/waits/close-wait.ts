// The end of a wait. Invariant: a wait is closed once, under the lock of its row, and its one message is queued with it.
import type { CallRecord } from '../calls/call-record.ts';
import type { WaitNudge } from '../contract/wait.ts';
import type { Messages } from '../events/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Transaction } from '../lib/database.ts';
import { equalSecrets, sha256Hex } from '../lib/id.ts';
import type { WaitRecord, WaitStore } from './ports.ts';

export interface CloseWaitPorts {
  waits: WaitStore;
  messages: Messages;
  clock: Clock;
}

// A platform may still ask for, or withdraw, what is over.
const KEPT_MS = 30 * 86_400_000;

/** Told in the transaction in which a call ends, after it was written. */
export async function noteEndedInWaits(
  tx: Transaction,
  call: CallRecord,
  ports: CloseWaitPorts,
): Promise<void> {
  for (const waitId of await ports.waits.openOfCall(tx, call.id)) {
    const wait = await ports.waits.lock(tx, waitId);
    if (wait?.status !== 'open' || (await ports.waits.hasOpenCalls(tx, waitId))) continue;
    await close(tx, wait, 'done', ports);
  }
}

/** Job: ends the wait when its time is over, and forgets it long after. */
export async function settleWait(
  waitId: string,
  ports: CloseWaitPorts & { database: Database },
): Promise<{ again_at: number } | undefined> {
  const now = ports.clock.now();
  return ports.database.transaction(async (tx) => {
    const wait = await ports.waits.lock(tx, waitId);
    if (!wait) return undefined;
    if (wait.status === 'open' && now < wait.until) return { again_at: wait.until };
    if (wait.status === 'open') await close(tx, wait, 'timed_out', ports);
    const forgetAt = (wait.closed_at ?? now) + KEPT_MS;
    if (now < forgetAt) return { again_at: forgetAt };
    await ports.waits.remove(tx, waitId);
    return undefined;
  });
}

/** Nothing is sent for this wait any more. False when there is none with this secret; withdrawing twice is fine. */
export async function withdrawWait(
  waitId: string,
  secret: string,
  ports: CloseWaitPorts & { database: Database },
): Promise<boolean> {
  return ports.database.transaction(async (tx) => {
    const wait = await ports.waits.lock(tx, waitId);
    if (!isOpenedBy(wait, secret)) return false;
    await ports.waits.close(tx, waitId, 'withdrawn', ports.clock.now());
    await ports.waits.dropMessage(tx, waitId);
    return true;
  });
}

/** True when this is the secret of the wait's Location. */
export const isOpenedBy = (wait: WaitRecord | undefined, secret: string): wait is WaitRecord =>
  equalSecrets(wait?.token_hash ?? '', sha256Hex(secret)) && wait !== undefined;

async function close(
  tx: Transaction,
  wait: WaitRecord,
  status: 'done' | 'timed_out',
  { waits, messages, clock }: CloseWaitPorts,
): Promise<void> {
  if (!(await waits.close(tx, wait.id, status, clock.now()))) return;
  const ended = await waits.countEnded(tx, wait.id);
  const nudge: WaitNudge = { wait_id: wait.id, done: status === 'done', ended, total: wait.total };
  const { id, key_id, mode, url, token } = wait;
  const body = JSON.stringify(nudge);
  const message = { id, event_type: null, key_id, mode, url, token, call_id: null, body };
  await messages.send(tx, message);
}
