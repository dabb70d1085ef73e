// One engine of the model: the real verbs, on ports that stop before every step.
import { carrierEvents } from '../../engine/src/calls/carrier-events.ts';
import { dial } from '../../engine/src/calls/dial.ts';
import { endAttempt } from '../../engine/src/calls/end-attempt.ts';
import { finishCall } from '../../engine/src/calls/finish-call.ts';
import { noteTurn } from '../../engine/src/calls/note-session.ts';
import type {
  CallStore,
  CarrierEvents,
  Settings,
  Suppressions,
} from '../../engine/src/calls/ports.ts';
import { carryOut } from '../../engine/src/calls/session-orders.ts';
import { settleAttempt } from '../../engine/src/calls/settle-stuck.ts';
import { stopSuppressed } from '../../engine/src/calls/stop-suppressed.ts';
import type { Clock } from '../../engine/src/lib/clock.ts';
import type { Database } from '../../engine/src/lib/database.ts';
import { silentLog } from '../../engine/src/lib/log.ts';
import type { JobRecord } from '../../engine/src/queue/ports.ts';
import type { RunAgain } from '../../engine/src/queue/worker.ts';
import type { LiveSessions } from '../../engine/src/session/sessions.ts';
import type { Reader } from '../../engine/src/session/voice.ts';
import { jobStore } from '../../engine/src/store/jobs.ts';
import { nodeStore } from '../../engine/src/store/nodes.ts';
import { placePorts } from '../place-ports.ts';
import type { Gates } from './gates.ts';
import type { PhoneNetwork } from './phone-network.ts';
import { ScriptedSessions } from './scripted-sessions.ts';

export interface ModelNode {
  id: string;
  sessions: ScriptedSessions;
  events: CarrierEvents;
  ports: ReturnType<typeof nodePorts>;
  run(job: JobRecord): Promise<RunAgain | undefined>;
}

export interface Surroundings {
  database: Database;
  clock: Clock;
  gates: Gates;
  phones: PhoneNetwork;
  calls: CallStore;
  suppressions: Suppressions;
  settings: Partial<Settings>;
  reader: Reader;
  /** Whether the next model session opens. */
  opens(): boolean;
  broken(error: unknown): void;
}

export const PUBLIC_URL = 'https://recado.example';

export function createNode(id: string, around: Surroundings): ModelNode {
  const ports = nodePorts(id, around);
  const kinds: Record<string, (job: JobRecord) => Promise<RunAgain | undefined>> = {
    dial: ({ ref }) => dial(ref, ports),
    settle_attempt: ({ ref }) => settleAttempt(ref, ports),
    finish_call: ({ ref }) => finishCall(ref, ports),
    stop_suppressed: ({ ref }) => stopSuppressed(ref, ports).then(() => undefined),
    async session_order({ ref, payload }) {
      carryOut(ref, payload as never, ports.sessions);
      return undefined;
    },
    // What a carrier bills is no part of a call's life.
    note_cost: async () => undefined,
  };
  return {
    id,
    sessions: ports.sessions,
    // Only `holds`, `prepare` and `join` are asked of sessions there; a class with private parts fits nothing else.
    events: carrierEvents({ ...ports, sessions: ports.sessions as unknown as LiveSessions }),
    ports,
    async run(job) {
      const kind = kinds[job.kind];
      if (!kind) throw new Error(`the model knows no job of the kind ${job.kind}`);
      return kind(job);
    },
  };
}

function nodePorts(id: string, around: Surroundings) {
  const { clock, gates, phones, calls, suppressions, reader } = around;
  const database = gated(around.database, id, gates);
  const carriers = { simulated: phones.carrierFor(id) };
  const sessions: ScriptedSessions = new ScriptedSessions({
    ...{ node: id, gates, clock, opens: around.opens, broken: around.broken },
    work: {
      turn: (turn) => noteTurn(turn, ports),
      ended: (attempt, end) => endAttempt(attempt.id, end, ports),
      async hangUp(attempt) {
        const latest = await calls.findAttempt(database, attempt.id);
        if (latest?.carrier_call_id) await carriers.simulated.hangUp(latest.carrier_call_id);
      },
    },
  });
  const base = placePorts(database, clock, { publicUrl: PUBLIC_URL, fromNumber: '+12015550199' });
  const ports = {
    ...base,
    ...{ calls, suppressions, carriers, sessions, nodeId: id, nodes: nodeStore, log: silentLog },
    settings: { ...base.settings, ...around.settings },
    readers: { simulated: reader },
    recordings: { nameOf: (attemptId: string) => `${attemptId}.wav` },
    finishRecording: async () => undefined,
    isNodeGone: (nodeId: string) => jobStore.isGone(database, nodeId),
  };
  return ports;
}

const gated = (database: Database, node: string, gates: Gates): Database => ({
  ...database,
  async query(sql, values) {
    await gates.pass(node, `store: ${sql.slice(0, 30)}`);
    return database.query(sql, values);
  },
  async transaction(fn) {
    await gates.pass(node, 'store: a transaction');
    return database.transaction(fn);
  },
});
