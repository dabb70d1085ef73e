// What the verb that accepts calls needs, on a store of the test's own.
import type { PlacePorts } from '../engine/src/calls/place-call.ts';
import { eventBody } from '../engine/src/events/event-body.ts';
import { callStore } from '../engine/src/store/calls.ts';
import { createEventStore } from '../engine/src/store/events.ts';
import { jobStore } from '../engine/src/store/jobs.ts';

export function placePorts(
  database: PlacePorts['database'],
  clock: PlacePorts['clock'],
  facts: { publicUrl: string; fromNumber: string },
): PlacePorts {
  const nothing = (): void => undefined;
  return {
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
      modes_ready: { test: true, live: true },
    },
  };
}
