// The verbs on many calls at once, joined with what they need beside the ports of calls.
import { noteEndedInBatches } from '../batches/end-batch.ts';
import type { BatchReceivers, BatchStore } from '../batches/ports.ts';
import type { Batches, Receivers } from '../calls/ports.ts';
import type { Attention, FactRecorder, Messages } from '../events/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Seal } from '../lib/seal.ts';
import { createBatchReceivers } from '../store/batch-receivers.ts';
import { callsOfBatch, createBatchStore } from '../store/batches.ts';
import { createWaitStore } from '../store/waits.ts';
import { noteEndedInWaits } from '../waits/close-wait.ts';
import type { CallsOfBatch, WaitStore } from '../waits/ports.ts';

export interface Batching {
  batches: BatchStore;
  batchReceivers: BatchReceivers;
  batchCalls: Batches;
  waits: WaitStore;
  callsOfBatch: CallsOfBatch;
  facts: FactRecorder;
  attention: Attention;
  messages: Messages;
  receivers: Receivers;
}

export function openBatching(options: {
  seal: Seal;
  clock: Clock;
  facts: FactRecorder;
  attention: Attention;
  messages: Messages;
  receivers: Receivers;
  onQueued(): void;
}): Batching {
  const { seal, clock, facts, attention, messages, receivers, onQueued } = options;
  const batches = createBatchStore(seal);
  const waits = createWaitStore(seal);
  return {
    ...{ batches, waits, callsOfBatch, facts, attention, messages, receivers },
    batchReceivers: createBatchReceivers({ seal, clock, onQueued }),
    batchCalls: {
      isHeld: batches.isHeld,
      async noteEnded(tx, call) {
        await noteEndedInBatches(tx, call, { batches, facts, attention, clock });
        await noteEndedInWaits(tx, call, { waits, messages, clock });
      },
    },
  };
}
