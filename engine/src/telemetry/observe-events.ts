// Every fact about a call passes the recorder of events, so this is where calls are counted, and where the one line
// about a call's end is written. Told after the commit: what was rolled back never happened.
import type { CallRecord } from '../calls/call-record.ts';
import type { EventRecorder } from '../calls/ports.ts';
import type { Log } from '../lib/log.ts';
import type { Meter } from '../lib/meter.ts';
import type { Tracer } from '../lib/tracer.ts';
import { traceOfCall } from '../lib/tracer.ts';
import { callLine } from './call-line.ts';

type RecordedEvent = Parameters<EventRecorder['record']>[1];

/** Returns a recorder that records as `recorder` does, and counts, traces and logs what was committed. */
export function observeEvents<R extends EventRecorder>(
  recorder: R,
  parts: { meter: Meter; tracer: Tracer; log: Log; nodeId: string },
): R {
  return {
    ...recorder,
    async record(tx, event) {
      parts.tracer.joinCall(event.call.id);
      await recorder.record(tx, event);
      tx.afterCommit(() => notice(event, parts));
    },
  };
}

function notice(
  { type, call, data }: RecordedEvent,
  { meter, tracer, log, nodeId }: Parameters<typeof observeEvents>[1],
): void {
  if (type === 'call.attempt_ended') {
    const end_reason = String(data['end_reason']);
    meter.count('recado_attempts_ended_total', { network: call.network, end_reason });
  }
  if (type !== 'call.ended') return;
  const { mode, outcome_group, refusal } = call;
  meter.count('recado_calls_ended_total', { mode, outcome_group: outcome_group ?? 'none' });
  if (refusal) meter.count('recado_refusals_total', { rule: refusal.rule });
  const line = callLine(call, data, nodeId);
  log.info({ ...line, trace_id: traceOfCall(call.id).traceId }, 'call ended');
  traceCall(call, line, tracer);
}

function traceCall(call: CallRecord, line: ReturnType<typeof callLine>, tracer: Tracer): void {
  const { attempts: _attempts, ...attributes } = line;
  const from_ms = call.created_at;
  tracer.recordCall({ id: call.id, from_ms, to_ms: call.ended_at ?? from_ms, attributes });
}
