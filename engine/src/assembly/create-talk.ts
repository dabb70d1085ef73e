import { endAttempt } from '../calls/end-attempt.ts';
import { noteAnswer, noteDisclosure, noteTurn } from '../calls/note-session.ts';
import type { Carrier } from '../calls/ports.ts';
import { LiveSessions } from '../session/sessions.ts';
import { agentStore } from '../store/agents.ts';
import { callStore } from '../store/calls.ts';
import { nodeStore } from '../store/nodes.ts';
import { observeCalls } from '../telemetry/observe-calls.ts';
import type { Networks } from './networks.ts';
import { neverAsked } from './never-asked.ts';
import type { Store } from './open-store.ts';
import { openRules } from './rules.ts';
import type { Shared } from './shared.ts';

export type Talk = ReturnType<typeof createTalk>;

/** The live conversations, and the ports that every verb of calls needs. */
export function createTalk(
  { config, clock, log, settings, nodeId, telemetry }: Shared,
  store: Store,
  networks: Networks,
) {
  const { database, events, jobs, recordings } = store;
  const carriers: { simulated: Carrier; live?: Carrier } = { simulated: notConnected };
  const sessions: LiveSessions = new LiveSessions({
    networks: { simulated: networks.simulated, ...(networks.live ? { live: networks.live } : {}) },
    clock,
    log,
    records: {
      turn: (turn) => noteTurn(turn, ports),
      answer: (callId, answer) => noteAnswer(callId, answer, ports),
      disclosed: (callId) => noteDisclosure(callId, ports),
      recorded: (attempt, bytes) => recordings.append(recordings.nameOf(attempt.id), bytes),
      async ended(attempt, end) {
        await recordings.finish(recordings.nameOf(attempt.id));
        await endAttempt(attempt.id, end, ports);
      },
      async hangUp(attempt) {
        const latest = await callStore.findAttempt(database, attempt.id);
        if (!latest?.carrier_call_id) return;
        await carriers[attempt.network]?.hangUp(latest.carrier_call_id);
      },
    },
  });
  const ports = {
    ...openRules({
      ...{ config, database, clock, log },
      suppressions: store.people.suppressions,
      ownPhones: store.ownPhones,
    }),
    retention: store.people.retention,
    ...store.batching,
    ...{ database, events, jobs, sessions, carriers },
    calls: observeCalls(callStore, telemetry.meter),
    agents: agentStore,
    readers: {
      simulated: networks.simulated.reader,
      ...(networks.live ? { live: networks.live.reader } : {}),
    },
    ...{ clock, log, settings, nodeId, nodes: nodeStore },
  };
  return ports;
}

const notConnected: Carrier = {
  name: 'none',
  placeCall: neverAsked,
  hangUp: neverAsked,
  look: neverAsked,
  search: neverAsked,
};
