import type { CallStore } from '../calls/ports.ts';
import type { Meter } from '../lib/meter.ts';

/** Returns the same tables of calls; each call that is added is counted once it is on disk. */
export const observeCalls = (calls: CallStore, meter: Meter): CallStore => ({
  ...calls,
  async insert(tx, call) {
    const added = await calls.insert(tx, call);
    const { mode } = call;
    tx.afterCommit(() => meter.count('recado_calls_placed_total', { mode }));
    return added;
  },
});
