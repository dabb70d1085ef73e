import type { AttemptRecord, CallRecord } from '../calls/call-record.ts';
import { viewCall } from '../calls/view-call.ts';
import { eventBody } from '../events/event-body.ts';
import type { KeptEvent } from './ports.ts';
import { tombstoneOf } from './tombstone.ts';

/** Returns what makes the text of an event of a call whose content is taken away: of its end the shell, of others the id. */
export const emptiedBody =
  (
    call: CallRecord,
    { attempts, public_url }: { attempts: readonly AttemptRecord[]; public_url: string },
  ) =>
  ({ id, type, created_at }: KeptEvent): string => {
    const bare = attempts.map((attempt) => ({
      ...attempt,
      phone_number: 'erased',
      recording: null,
    }));
    const data =
      type === 'call.ended'
        ? viewCall({ ...call, ...tombstoneOf(call) }, { attempts: bare, turns: [] }, { public_url })
        : { call_id: call.id, erased: true };
    return eventBody({
      ...{ id, type, created_at: new Date(created_at).toISOString() },
      ...{ mode: call.mode, simulated: call.network === 'simulated', data },
    });
  };
