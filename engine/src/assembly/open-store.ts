import { join } from 'node:path';
import type { Jobs } from '../calls/ports.ts';
import { eventBody } from '../events/event-body.ts';
import { createFollowers } from '../events/followers.ts';
import { newSigningSecret } from '../events/sign.ts';
import { createSeal } from '../lib/seal.ts';
import { createEgress } from '../outgoing/egress.ts';
import type { RetentionCounter } from '../privacy/ports.ts';
import { createEventStore } from '../store/events.ts';
import { jobStore } from '../store/jobs.ts';
import { refuseOtherKey } from '../store/key-mark.ts';
import { createKeyStore } from '../store/keys.ts';
import { migrate } from '../store/migrations.ts';
import { createOwnPhones } from '../store/own-phones.ts';
import { noHints, startHints } from '../store/postgres-hints.ts';
import { createRecordings } from '../store/recordings.ts';
import { createIncomingCalls, numberBook } from '../store/returned-calls.ts';
import { loadSecretKey } from '../store/secret-files.ts';
import { observeDeliveries } from '../telemetry/observe-deliveries.ts';
import { observeEvents } from '../telemetry/observe-events.ts';
import { openBatching } from './batching.ts';
import { openPeople } from './people.ts';
import { openSending } from './sending.ts';
import { LOOPBACK, type Shared } from './shared.ts';

export type Store = Awaited<ReturnType<typeof openStore>>;

/** Everything that keeps: the store with its nouns, and the guard that webhooks pass. */
export async function openStore({ config, clock, log, nodeId, database, telemetry }: Shared) {
  const seal = createSeal(loadSecretKey(config));
  await migrate(database, clock.now());
  await refuseOtherKey(database, seal);
  // The lock of the data folder is ours alone, so whoever held work before is gone.
  if (database.dialect === 'sqlite') await database.query('DELETE FROM nodes');

  const wake = { now: (): void => undefined };
  const followers = createFollowers(clock);
  const hints = config.postgres
    ? startHints({
        ...{ database, url: config.postgres.listenUrl, nodeId, clock, log },
        onQueued: () => wake.now(),
        onRecorded: followers.wake,
      })
    : noHints;
  const onQueued = (): void => {
    wake.now();
    hints.queued();
  };
  const onRecorded = (callId: string): void => {
    followers.wake(callId);
    hints.recorded(callId);
  };
  const events = observeEvents(
    createEventStore({ clock, onRecorded, onQueued, bodyOf: eventBody }),
    { ...telemetry, log, nodeId },
  );
  const jobs: Jobs = {
    async enqueue(tx, job) {
      const now = clock.now();
      await jobStore.enqueue(tx, { ...job, now });
      // Every worker looks again before anything else is due.
      if (job.run_at < now + LOOK_AGAIN_MS) tx.afterCommit(onQueued);
    },
  };
  const ownUrls = config.publicUrl === null ? [] : [config.publicUrl];
  const egress = createEgress({
    allowedHosts: config.webhookAllowedHosts,
    allowedCidrs: config.webhookAllowedCidrs,
    allowLoopback: LOOPBACK.includes(config.listenHost),
    ownUrls,
    clock,
  });
  const recordings = createRecordings(join(config.dataDir, 'recordings'));
  const retentionCounter: RetentionCounter = {
    removed: (kind, count) =>
      telemetry.meter.count('recado_retention_removed_total', { kind }, count),
  };
  const people = openPeople({
    ...{ config, database, seal, clock, recordings, jobs, retentionCounter },
  });
  const sending = openSending(config, { database, seal, events, egress, clock, jobs, onQueued });
  return {
    database,
    wake,
    hints,
    followers,
    events,
    jobs,
    ownUrls,
    egress,
    people,
    ownPhones: createOwnPhones({ database, seal, clock }),
    returning: { incomingCalls: createIncomingCalls({ seal, clock }), numberBook },
    keys: createKeyStore({ ...{ database, seal, clock, newSigningSecret }, audit: people.audit }),
    ...sending,
    batching: openBatching({
      ...{ seal, clock, onQueued, facts: events, attention: sending.attention },
      ...{ messages: sending.webhooks, receivers: sending.webhooks },
    }),
    deliveries: observeDeliveries(sending.deliveries, telemetry),
    recordings,
  };
}

// It looks at least once a second.
const LOOK_AGAIN_MS = 1_000;
