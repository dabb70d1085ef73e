// What the verb that accepts calls needs, on a store of the test's own.

import { openRules } from '../engine/src/assembly/rules.ts';
import type { PlacePorts } from '../engine/src/calls/place-call.ts';
import { loadConfig } from '../engine/src/config.ts';
import { eventBody } from '../engine/src/events/event-body.ts';
import { silentLog } from '../engine/src/lib/log.ts';
import { createSeal } from '../engine/src/lib/seal.ts';
import { agentStore } from '../engine/src/store/agents.ts';
import { callStore } from '../engine/src/store/calls.ts';
import { createEventStore } from '../engine/src/store/events.ts';
import { jobStore } from '../engine/src/store/jobs.ts';
import { createOwnPhones } from '../engine/src/store/own-phones.ts';

/** Prices that do not have to be asked for. */
const prices: PlacePorts['prices'] = {
  quote: async () => ({
    currency: 'USD',
    per_minute: 20_000,
    billing_increment_seconds: 60,
    fees_per_minute: 0,
    fees_per_answer: 0,
  }),
};

export function placePorts(
  database: PlacePorts['database'],
  clock: PlacePorts['clock'],
  facts: { publicUrl: string; fromNumber: string },
): PlacePorts {
  const config = loadConfig({});
  if (!config.ok) throw new Error('the defaults are not valid');
  const nothing = (): void => undefined;
  const nobody = (): never => {
    throw new Error('no call is under way here');
  };
  return {
    ...openRules({
      ...{ config: config.value, database, clock, log: silentLog },
      ownPhones: createOwnPhones({ database, seal: createSeal(Buffer.alloc(32, 1)), clock }),
      suppressions: { isSuppressed: async () => false, add: async () => ({ added: true }) },
    }),
    retention: { atEnd: async (_tx, _callId, told) => told },
    prices,
    attention: { needAttention: async () => true },
    batchCalls: { isHeld: async () => false, noteEnded: async () => undefined },
    agents: agentStore,
    carriers: {
      simulated: { name: 'none', placeCall: nobody, hangUp: nobody, look: nobody, search: nobody },
    },
    sessions: {
      warmUp: nobody,
      prepare: nobody,
      holds: () => false,
      isLive: () => false,
      end: () => undefined,
      answeredBy: () => undefined,
      drop: () => undefined,
    },
    nodeId: 'node_of_the_test',
    database,
    clock,
    calls: callStore,
    events: createEventStore({ clock, onRecorded: nothing, onQueued: nothing, bodyOf: eventBody }),
    receivers: { judge: async () => undefined, addForCall: async () => undefined },
    jobs: { enqueue: (tx, job) => jobStore.enqueue(tx, { ...job, now: clock.now() }) },
    settings: {
      organisation: 'Clínica Boa Vista',
      default_country: null,
      allowed_countries: ['FR'],
      default_language: 'en',
      default_voice: 'marin',
      default_recording: 'off',
      ring_seconds: 30,
      default_max_duration_seconds: 120,
      public_url: facts.publicUrl,
      from_numbers: { simulated: [], live: [facts.fromNumber] },
      caller_ids: [],
      calls_per_second: { simulated: 20, live: 1 },
      live_calls_max: { simulated: 50, live: 50 },
      live_calls_per_number_max: 50,
      calls_per_recipient_per_day: 3,
      consent_countries: ['US'],
      test_mode_rules: 'relaxed',
      modes_ready: { test: true, live: true },
    },
  };
}
