// The parts of the engine and how they are joined. Built here, handed to what needs them; nothing is found by itself.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openBatching } from './batching.ts';
import { carrierEvents } from './calls/carrier-events.ts';
import { endAttempt } from './calls/end-attempt.ts';
import { noteAnswer, noteDisclosure, noteTurn } from './calls/note-session.ts';
import type { Carrier, Jobs, Settings } from './calls/ports.ts';
import { createMediaSockets } from './carriers/twilio/media-socket.ts';
import type { TwilioNetwork } from './carriers/twilio/network.ts';
import { createTwilioPrices } from './carriers/twilio/prices.ts';
import { createTwilioCarrier } from './carriers/twilio/rest.ts';
import { registerTwilioRoutes } from './carriers/twilio/routes.ts';
import type { Config } from './config.ts';
import { eventBody } from './events/event-body.ts';
import { createFollowers } from './events/followers.ts';
import { newSigningSecret } from './events/sign.ts';
import { createAuthenticator } from './http/auth.ts';
import { createHandlers } from './http/handlers.ts';
import { addMetricsRoute } from './http/metrics-route.ts';
import { createRateLimits } from './http/rate-limits.ts';
import { createReadiness } from './http/readiness.ts';
import { createServer } from './http/server.ts';
import { jobKinds } from './jobs.ts';
import type { Clock } from './lib/clock.ts';
import type { Database } from './lib/database.ts';
import { random } from './lib/id.ts';
import type { Log } from './lib/log.ts';
import { createSeal } from './lib/seal.ts';
import type { Networks } from './networks.ts';
import { createEgress } from './outgoing/egress.ts';
import { openPeople } from './people.ts';
import type { RetentionCounter } from './privacy/ports.ts';
import { Worker } from './queue/worker.ts';
import { openRules } from './rules.ts';
import { openSending } from './sending.ts';
import { LiveSessions } from './session/sessions.ts';
import { listCalls } from './store/call-list.ts';
import { callStore } from './store/calls.ts';
import { isWritable } from './store/data-folder.ts';
import { createEventStore } from './store/events.ts';
import { countJobs } from './store/job-counts.ts';
import { jobStore } from './store/jobs.ts';
import { refuseOtherKey } from './store/key-mark.ts';
import { createKeyStore } from './store/keys.ts';
import { isMigrated, migrate } from './store/migrations.ts';
import { nodeStore } from './store/nodes.ts';
import { createOwnPhones } from './store/own-phones.ts';
import { noHints, startHints } from './store/postgres-hints.ts';
import { createRecordings } from './store/recordings.ts';
import { loadSecretKey } from './store/secret-files.ts';
import { observeCalls } from './telemetry/observe-calls.ts';
import { observeCarrier } from './telemetry/observe-carrier.ts';
import { observeDeliveries } from './telemetry/observe-deliveries.ts';
import { observeEvents } from './telemetry/observe-events.ts';
import { observeKinds } from './telemetry/observe-jobs.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export const VERSION = (createRequire(import.meta.url)('../package.json') as { version: string })
  .version;

export interface Shared {
  config: Config;
  clock: Clock;
  log: Log;
  nodeId: string;
  telemetry: Telemetry;
  database: Database;
  /** Addresses and numbers are filled in once the port is known. */
  settings: Changeable<Settings>;
}

type Store = Awaited<ReturnType<typeof openStore>>;
type Talk = ReturnType<typeof createTalk>;
type Doors = ReturnType<typeof createDoors>;

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
      await jobStore.enqueue(tx, { ...job, now: clock.now() });
      tx.afterCommit(onQueued);
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
    ...{ clock, log, settings, nodeId, nodes: nodeStore },
  };
  return ports;
}

/** The worker with every kind of job. */
export function createWorker(
  { config, clock, log, nodeId, database, telemetry }: Shared,
  store: Store,
  networks: Networks,
  talk: Talk,
) {
  const { simulated, live } = networks;
  const kinds = jobKinds({
    ...talk,
    ...store.people,
    readers: { simulated: simulated.reader, ...(live ? { live: live.reader } : {}) },
    egress: store.egress,
    inFlight: store.inFlight,
    deliveries: store.deliveries,
    attention: store.attention,
    told: store.told,
    mailer: store.mailer,
    finishRecording: store.recordings.finish,
    isNodeGone: (id) => jobStore.isGone(database, id),
    random,
  });
  return new Worker({
    database,
    jobs: jobStore,
    onNodeGone: () => takeUpOrphans(talk),
    kinds: observeKinds(kinds, { ...telemetry, clock }),
    nodeId,
    nodeUrl: config.nodePublicUrl,
    clock,
    log,
  });
}

/** Has somebody look after every attempt that was left by a node that is gone. */
export async function takeUpOrphans({
  database,
  jobs,
  clock,
}: Pick<Talk, 'database' | 'jobs' | 'clock'>): Promise<void> {
  const now = clock.now();
  const orphans = await callStore.orphans(database, ORPHANS_MAX);
  if (orphans.length === 0) return;
  await database.transaction(async (tx) => {
    for (const { id } of orphans)
      await jobs.enqueue(tx, { kind: 'settle_attempt', ref: id, run_at: now });
  });
}

// Whatever is beyond it has a job of its own that comes by.
const ORPHANS_MAX = 1_000;

/** Everything that listens: the API, the carriers' callbacks and the media sockets. */
export function createDoors(
  { config, clock, log, settings, telemetry }: Shared,
  store: Store,
  talk: Talk,
  worker: Worker,
) {
  const readiness = createReadiness(
    {
      store: () => isReachable(store.database),
      migrations: () => isMigrated(store.database),
      worker: () => worker.lookedAgoMs < WORKER_SILENT_MS * clock.rate,
      disk: () => isWritable(config.dataDir),
    },
    clock,
  );
  async function readMetrics() {
    const { waiting, live } = talk.sessions.counts;
    return telemetry.readMetrics({
      waitingSessions: waiting,
      liveSessions: live,
      ...(await countJobs(store.database, clock.now())),
      isReady: (await readiness.missing()).length === 0,
    });
  }
  const accounts: TwilioNetwork[] = [];
  const media = createMediaSockets({ networks: accounts, clock, log });
  const limits = createRateLimits();
  const server = createServer({
    handlers: createHandlers({
      ...talk,
      place: { ...talk, receivers: store.webhooks },
      cancel: talk,
      batch: talk,
      wait: talk,
      followers: store.followers,
      version: VERSION,
      listCalls,
      eventsOfCall: store.events.ofCall,
      readRecording: store.recordings.read,
      webhooks: store.webhooks,
      deliveries: store.deliveryList,
      told: store.told,
      sample: { ...store, clock, log, settings },
      privacy: { ...talk, ...store.people },
      webhookSecret: store.keys.webhookSecret,
      readiness,
    }),
    authenticator: createAuthenticator({
      findKey: store.keys.find,
      // Proxies and histories have seen it: the operator should revoke it.
      keyLeaked: (public_id) => log.warn({ public_id }, 'an API key was sent in a URL'),
      clock,
      limits,
    }),
    limits,
    clock,
    log,
    meter: telemetry.meter,
    tracer: telemetry.tracer,
    version: VERSION,
    listenHost: config.listenHost,
    port: config.listenPort,
    ...(config.publicUrl === null ? {} : { publicUrl: config.publicUrl }),
    extraRoutes: (app) => {
      registerTwilioRoutes(app, { networks: accounts, log });
      if (!mayReadMetrics(config)) return;
      const publicUrl = (): string => settings.public_url;
      addMetricsRoute(app, { token: config.metricsToken, publicUrl, read: readMetrics });
    },
    onUpgrade: (request, socket, head) => {
      if (!media.handleUpgrade(request, socket, head)) socket.destroy();
    },
  });
  return { server, media, accounts, readiness };
}

/** Tells the carriers where to call back, now that the address is known. */
export function connectCarriers(
  url: string,
  { config, clock, log, settings, telemetry }: Shared,
  { store, networks, talk, doors }: { store: Store; networks: Networks; talk: Talk; doors: Doors },
): void {
  settings.public_url = config.publicUrl ?? url;
  settings.from_numbers = {
    simulated: networks.simulated.fromNumbers,
    live: networks.live?.fromNumbers ?? [],
  };
  if (config.publicUrl === null) store.ownUrls.push(url);
  const events = carrierEvents({ ...talk, recordings: store.recordings });
  const connect = (network: 'simulated' | 'live', callbackBase: string): Carrier => {
    const account = networks[network]?.account ?? neverAsked();
    doors.accounts.push({ ...account, callbackBase, events, nodeUrl: config.nodePublicUrl });
    talk.carrierPrices[network] = createTwilioPrices({ ...account, clock, log });
    const carrier = createTwilioCarrier({ ...account, callbackBase, clock, log });
    return observeCarrier(carrier, network, { ...telemetry, clock });
  };
  // The simulated network lives on this machine, whatever the world calls us, unless it is told another address.
  const simulatedBase = config.simulator?.callbackUrl ?? onLoopback(url);
  talk.carriers.simulated = connect('simulated', simulatedBase);
  if (networks.live) talk.carriers.live = connect('live', settings.public_url);
}

// Behind a proxy everybody is on loopback, so the address alone says nothing then.
const mayReadMetrics = ({ metricsToken, listenHost, publicUrl }: Config): boolean =>
  metricsToken !== null || (LOOPBACK.includes(listenHost) && publicUrl === null);
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

const onLoopback = (url: string): string =>
  url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:)/, '//127.0.0.1');

const neverAsked = (): never => {
  throw new Error('a carrier was asked before the engine listened');
};
const notConnected: Carrier = {
  name: 'none',
  placeCall: neverAsked,
  hangUp: neverAsked,
  look: neverAsked,
  search: neverAsked,
};

// It looks at least once a second.
const WORKER_SILENT_MS = 10_000;

type Changeable<T> = { -readonly [K in keyof T]: T[K] };
const isReachable = (database: Database): Promise<boolean> =>
  database.query('SELECT 1 AS one').then(
    () => true,
    () => false,
  );
