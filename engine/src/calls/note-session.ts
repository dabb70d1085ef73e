// What a live conversation leaves on disk as it goes on, so that a killed session ends with what it had.
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../lib/database.ts';
import type { TurnRecord } from './call-record.ts';
import type { CallStore, EventRecorder } from './ports.ts';

export interface NotePorts {
  database: Database;
  calls: CallStore;
  events: EventRecorder;
  clock: Clock;
}

const NOT_KEPT = '…';

/** Stores a turn that is final and tells those who follow the call. */
export async function noteTurn(turn: TurnRecord, ports: NotePorts): Promise<void> {
  await ports.database.transaction(async (tx) => {
    const call = await ports.calls.find(tx, turn.call_id);
    if (!call || call.status === 'ended') return;
    const kept = call.order.keep_words ? turn : { ...turn, text: NOT_KEPT };
    await ports.calls.addTurn(tx, kept);
    const { call_id, attempt_id: _attempt, ...data } = kept;
    await ports.events.record(tx, { type: 'call.turn_added', call, data: { call_id, turn: data } });
  });
}

export async function noteAnswer(
  callId: string,
  answer: { field: string; value: unknown; quote: string },
  ports: NotePorts,
): Promise<void> {
  await ports.database.transaction((tx) =>
    ports.calls.addAnswer(tx, { call_id: callId, ...answer }),
  );
}

/** The person has heard to the end that this is an AI and for whom it calls. */
export async function noteDisclosure(callId: string, ports: NotePorts): Promise<void> {
  await ports.database.transaction((tx) =>
    ports.calls.update(tx, callId, ['in_progress', 'dialing', 'ringing'], {
      disclosure_played_at: ports.clock.now(),
    }),
  );
}
