import type { AttemptRecord, CallRecord, TurnRecord } from '../calls/call-record.ts';
import { viewCall } from '../calls/view-call.ts';
import type { Call } from '../contract/call.ts';
import type { HandlerPorts } from './ports.ts';

type Ports = Pick<HandlerPorts, 'calls' | 'database' | 'settings'>;

// A call that moved on while its attempts were read is read again, so that what is shown fits together.
const READS_MAX = 4;

/** Returns the call as the API shows it. */
export async function presentCall(call: CallRecord, ports: Ports, replayed = false): Promise<Call> {
  const context = { public_url: ports.settings.public_url, replayed };
  let shown = call;
  for (let reads = 1; ; reads++) {
    const parts = await partsOf(shown, ports);
    if (shown.status === 'ended' || reads === READS_MAX) return viewCall(shown, parts, context);
    const latest = (await ports.calls.find(ports.database, call.id)) ?? shown;
    if (latest.status === shown.status && latest.scheduled_at === shown.scheduled_at)
      return viewCall(latest, parts, context);
    shown = latest;
  }
}

async function partsOf(
  call: CallRecord,
  { calls, database }: Ports,
): Promise<{ attempts: AttemptRecord[]; turns: TurnRecord[] }> {
  // Before the first dial there is nothing to look up.
  if (call.started_at === null) return { attempts: [], turns: [] };
  const [attempts, turns] = await Promise.all([
    calls.attempts(database, call.id),
    calls.turns(database, call.id),
  ]);
  return { attempts, turns };
}
