// Every kind of queued work: the verb that does it and how long one run may take.
import { type PlaceItemsPorts, placeItems } from './batches/place-items.ts';
import { cancelCallsOfBatch, type SteerPorts } from './batches/steer-batch.ts';
import { type NoteCostPorts, noteCost } from './calls/cost/note-cost.ts';
import { type DialPorts, dial } from './calls/dial.ts';
import { type FinishPorts, finishCall } from './calls/finish-call.ts';
import { carryOut } from './calls/session-orders.ts';
import { type SettlePorts, settleAttempt } from './calls/settle-stuck.ts';
import { type StopPorts, stopSuppressed } from './calls/stop-suppressed.ts';
import { type DeliverPorts, deliver } from './events/deliver.ts';
import { type EmailPorts, emailAttention } from './events/email-attention.ts';
import { type SweepPorts, sweepRetention } from './privacy/sweep-retention.ts';
import type { JobKind } from './queue/worker.ts';
import { type CloseWaitPorts, settleWait } from './waits/close-wait.ts';

export type JobPorts = DialPorts &
  FinishPorts &
  SettlePorts &
  NoteCostPorts &
  DeliverPorts &
  EmailPorts &
  StopPorts &
  SweepPorts &
  PlaceItemsPorts &
  SteerPorts &
  CloseWaitPorts;

export const jobKinds = (ports: JobPorts): Readonly<Record<string, JobKind>> => ({
  dial: {
    time_out_ms: 90_000,
    not_while_draining: true,
    run: ({ ref }) => dial(ref, ports),
  },
  settle_attempt: { time_out_ms: 60_000, run: ({ ref }) => settleAttempt(ref, ports) },
  session_order: {
    time_out_ms: 10_000,
    async run({ ref, payload }) {
      carryOut(ref, payload as never, ports.sessions);
      return undefined;
    },
  },
  finish_call: { time_out_ms: 90_000, run: ({ ref }) => finishCall(ref, ports) },
  note_cost: { time_out_ms: 60_000, run: ({ ref }) => noteCost(ref, ports) },
  stop_suppressed: {
    time_out_ms: 60_000,
    run: ({ ref }) => stopSuppressed(ref, ports).then(() => undefined),
  },
  remove_recording: {
    time_out_ms: 60_000,
    run: ({ ref }) => ports.removeRecording(ref).then(() => undefined),
  },
  sweep_retention: { time_out_ms: 300_000, run: () => sweepRetention(ports) },
  place_batch: {
    time_out_ms: 300_000,
    run: ({ ref }) => placeItems(ref, ports).then(() => undefined),
  },
  cancel_batch: { time_out_ms: 300_000, run: ({ ref }) => cancelCallsOfBatch(ref, ports) },
  settle_wait: { time_out_ms: 30_000, run: ({ ref }) => settleWait(ref, ports) },
  deliver: { time_out_ms: 60_000, run: ({ ref }) => deliver(ref, ports) },
  email_attention: {
    time_out_ms: 60_000,
    run: ({ ref, tries }) => emailAttention(ref, tries, ports),
  },
});
