import type { CallRecord } from '../calls/call-record.ts';
import { viewCall } from '../calls/view-call.ts';
import type { Call } from '../contract/call.ts';
import type { HandlerPorts } from './ports.ts';

/** Returns the call as the API shows it. */
export async function presentCall(
  call: CallRecord,
  ports: Pick<HandlerPorts, 'calls' | 'database' | 'settings'>,
  replayed = false,
): Promise<Call> {
  // Before the first dial there is nothing to look up.
  const [attempts, turns] =
    call.started_at === null
      ? [[], []]
      : await Promise.all([
          ports.calls.attempts(ports.database, call.id),
          ports.calls.turns(ports.database, call.id),
        ]);
  return viewCall(call, { attempts, turns }, { public_url: ports.settings.public_url, replayed });
}
