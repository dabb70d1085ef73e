import { createMediaSockets } from '../carriers/twilio/media-socket.ts';
import type { TwilioNetwork } from '../carriers/twilio/network.ts';
import { registerTwilioRoutes } from '../carriers/twilio/routes.ts';
import type { Config } from '../config.ts';
import { createAuthenticator } from '../http/auth.ts';
import { createHandlers } from '../http/handlers.ts';
import { addMetricsRoute } from '../http/metrics-route.ts';
import { createRateLimits } from '../http/rate-limits.ts';
import { createReadiness } from '../http/readiness.ts';
import { createServer } from '../http/server.ts';
import type { Database } from '../lib/database.ts';
import type { Worker } from '../queue/worker.ts';
import { listCalls } from '../store/call-list.ts';
import { isWritable } from '../store/data-folder.ts';
import { countJobs } from '../store/job-counts.ts';
import { isMigrated } from '../store/migrations.ts';
import type { Talk } from './create-talk.ts';
import type { Store } from './open-store.ts';
import { LOOPBACK, type Shared, VERSION } from './shared.ts';

export type Doors = ReturnType<typeof createDoors>;

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
      returned: { ...talk, ...store.returning, audit: store.people.audit },
      agent: talk,
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

// Behind a proxy everybody is on loopback, so the address alone says nothing then.
const mayReadMetrics = ({ metricsToken, listenHost, publicUrl }: Config): boolean =>
  metricsToken !== null || (LOOPBACK.includes(listenHost) && publicUrl === null);

// It looks at least once a second.
const WORKER_SILENT_MS = 10_000;

const isReachable = (database: Database): Promise<boolean> =>
  database.query('SELECT 1 AS one').then(
    () => true,
    () => false,
  );
