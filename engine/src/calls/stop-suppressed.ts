// Job: after a person opted out, their calls that wait end, and those that are under way are hung up.

import type { CallRecord } from './call-record.ts';
import { type CancelPorts, cancelCall } from './cancel-call.ts';
import { recordEnd } from './end-call.ts';
import { statusesBefore } from './lifecycle.ts';
import type { Suppressions } from './ports.ts';

export interface StopPorts extends CancelPorts {
  suppressions: Suppressions;
}

const ROUNDS_MAX = 100;

/** Stops the calls to the person who spoke in this call, in both modes; those that are hung up end a little later. */
export async function stopSuppressed(callId: string, ports: StopPorts): Promise<void> {
  const phoneNumber = await numberOf(callId, ports);
  if (phoneNumber === undefined) return;
  const stopped = new Set([callId]);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const open = await ports.calls.findOpenByNumber(ports.database, phoneNumber, 100);
    const next = open.filter(({ id }) => !stopped.has(id));
    if (next.length === 0) return;
    for (const call of next) {
      stopped.add(call.id);
      await stop(call, ports);
    }
  }
}

// Nothing, when somebody took the person off the list in between.
async function numberOf(callId: string, ports: StopPorts): Promise<string | undefined> {
  const { calls, database, suppressions } = ports;
  const attempts = await calls.attempts(database, callId);
  const phoneNumber =
    attempts.at(-1)?.phone_number ?? (await calls.find(database, callId))?.phone_number;
  return phoneNumber && (await suppressions.isSuppressed(database, phoneNumber))
    ? phoneNumber
    : undefined;
}

async function stop(call: CallRecord, ports: StopPorts): Promise<void> {
  const ended = await ports.database.transaction((tx) =>
    recordEnd(
      tx,
      call.id,
      {
        from: statusesBefore('refuse'),
        end_reason: 'blocked_suppressed',
        refusal: {
          code: 'recipient_suppressed',
          refusal: true,
          detail: 'The person has asked not to be called again.',
        },
      },
      ports,
    ),
  );
  if (!ended && call.status !== 'finalizing') await cancelCall(call.id, ports);
}
