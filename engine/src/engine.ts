// Where all parts meet. Everything is built here and handed to what needs it; nothing is found by itself.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { carrierEvents } from './calls/carrier-events.ts';
import { endAttempt } from './calls/end-attempt.ts';
import { noteAnswer, noteDisclosure, noteTurn } from './calls/note-session.ts';
import type { Carrier, Jobs, Settings } from './calls/ports.ts';
import { createMediaSockets } from './carriers/twilio/media-socket.ts';
import type { TwilioNetwork } from './carriers/twilio/network.ts';
import { createTwilioCarrier } from './carriers/twilio/rest.ts';
import { registerTwilioRoutes } from './carriers/twilio/routes.ts';
import type { Config } from './config.ts';
import type { Mode } from './contract/vocabulary.ts';
import { createFollowers } from './events/followers.ts';
import { makeKey } from './http/api-key.ts';
import { createAuthenticator } from './http/auth.ts';
import { createHandlers } from './http/handlers.ts';
import { createRateLimits } from './http/rate-limits.ts';
import { createServer } from './http/server.ts';
import { jobKinds } from './jobs.ts';
import { type Clock, createClock } from './lib/clock.ts';
import type { Database } from './lib/database.ts';
import { newId, random } from './lib/id.ts';
import { createLog, type Log } from './lib/log.ts';
import { createSeal } from './lib/seal.ts';
import { type Networks, openNetworks } from './networks.ts';
import { createEgress } from './outgoing/egress.ts';
import { createWorker } from './queue/worker.ts';
import { createSessions, type LiveSessions } from './session/sessions.ts';
import { listCalls } from './store/call-list.ts';
import { callStore } from './store/calls.ts';
import { createDeliveryStore } from './store/deliveries.ts';
import { createEventStore } from './store/events.ts';
import { jobStore } from './store/jobs.ts';
import { createKeyStore, type KeyRecord, type KeyStore } from './store/keys.ts';
import { migrate } from './store/migrations.ts';
import { createRecordings } from './store/recordings.ts';
import { keepFirstKey, loadSecretKey } from './store/secret-files.ts';
import { openSqlite } from './store/sqlite.ts';
import { createWebhookStore } from './store/webhooks.ts';

export interface Engine {
  /** Listens and takes up work. `first_key` is there once, on the very first start. */
  start(): Promise<{ url: string; first_key: string | undefined }>;
  /** Takes no more work, ends what is live and closes the store. */
  stop(): Promise<void>;
  keys: KeyStore;
  /** File of a call's recording, if there is one. */
  recordingPath(callId: string): Promise<string | undefined>;
  /** What is missing before live keys may be made. */
  goLive(): string[];
}

export const VERSION = (createRequire(import.meta.url)('../package.json') as { version: string })
  .version;

export async function createEngine(
  config: Config,
  options: { clock?: Clock; log?: Log } = {},
): Promise<Engine> {
  const clock =
    options.clock ??
    createClock({
      rate: config.clockRate,
      ...(config.clockAnchor === undefined ? {} : { anchor: config.clockAnchor }),
    });
  const log = options.log ?? createLog({ level: config.logLevel });
  const seal = createSeal(loadSecretKey(config));
  const nodeId = newId('node');
  const database = await openSqlite({
    file: join(config.dataDir, 'recado.db'),
    lockFile: join(config.dataDir, 'engine.lock'),
    clock,
  });
  await migrate(database, clock.now());
  // The lock above is ours alone, so whoever held work before is gone.
  await database.query('DELETE FROM nodes');

  const keys = createKeyStore(database, seal, clock);
  const recordings = createRecordings(join(config.dataDir, 'recordings'));
  const followers = createFollowers(clock);
  let wakeWorker = (): void => undefined;
  const events = createEventStore({
    clock,
    onRecorded: followers.wake,
    onQueued: () => wakeWorker(),
  });
  const jobs: Jobs = {
    async enqueue(tx, job) {
      await jobStore.enqueue(tx, { ...job, now: clock.now() });
      tx.afterCommit(() => wakeWorker());
    },
  };
  const ownUrls = config.publicUrl === null ? [] : [config.publicUrl];
  const egress = createEgress({
    allowedHosts: config.webhookAllowedHosts,
    allowedCidrs: config.webhookAllowedCidrs,
    allowLoopback: ['127.0.0.1', '::1', 'localhost'].includes(config.listenHost),
    ownUrls,
    clock,
  });
  const webhooks = createWebhookStore({ database, seal, events, egress, clock });

  // Filled in once the port is known: the simulated network calls back on loopback.
  const settings = settingsOf(config);
  const networks: Networks = await openNetworks(config, { clock, log });
  const carriers: { simulated: Carrier; live?: Carrier } = { simulated: undefined as never };
  const sessions: LiveSessions = createSessions({
    networks: { simulated: networks.simulated, ...(networks.live ? { live: networks.live } : {}) },
    clock,
    log,
    records: {
      turn: (turn) => noteTurn(turn, base),
      answer: (callId, answer) => noteAnswer(callId, answer, base),
      disclosed: (callId) => noteDisclosure(callId, base),
      recorded: (attempt, bytes) => recordings.append(recordings.nameOf(attempt.id), bytes),
      async ended(attempt, end) {
        await recordings.finish(recordings.nameOf(attempt.id));
        await endAttempt(attempt.id, end, base);
      },
      async hangUp(attempt) {
        const latest = await callStore.findAttempt(database, attempt.id);
        if (latest?.carrier_call_id)
          await carriers[attempt.network]?.hangUp(latest.carrier_call_id);
      },
    },
  });

  const base = {
    database,
    calls: callStore,
    events,
    jobs,
    sessions,
    carriers,
    clock,
    log,
    settings,
    nodeId,
  };
  const readers = {
    simulated: networks.simulated.reader,
    ...(networks.live ? { live: networks.live.reader } : {}),
  };
  const worker = createWorker({
    database,
    jobs: jobStore,
    kinds: jobKinds({
      ...base,
      readers,
      egress,
      deliveries: createDeliveryStore(database, seal),
      finishRecording: recordings.finish,
      random,
    }),
    nodeId,
    clock,
    log,
  });
  wakeWorker = worker.wake;

  const accounts: TwilioNetwork[] = [];
  const media = createMediaSockets({ networks: accounts, clock, log });
  const limits = createRateLimits();
  const server = createServer({
    handlers: createHandlers({
      ...base,
      place: { ...base, receivers: webhooks },
      cancel: base,
      followers,
      version: VERSION,
      listCalls,
      eventsOfCall: events.ofCall,
      readRecording: recordings.read,
      webhooks,
      webhookSecret: keys.webhookSecret,
      isReady: () => isReachable(database),
    }),
    authenticator: createAuthenticator({ findKey: keys.find, clock, limits }),
    limits,
    clock,
    log,
    version: VERSION,
    listenHost: config.listenHost,
    port: config.listenPort,
    ...(config.publicUrl === null ? {} : { publicUrl: config.publicUrl }),
    extraRoutes: (app) => registerTwilioRoutes(app, { networks: accounts, log }),
    onUpgrade: (request, socket, head) => {
      if (!media.handleUpgrade(request, socket, head)) socket.destroy();
    },
  });

  function connectCarriers(url: string): void {
    settings.public_url = config.publicUrl ?? url;
    if (config.publicUrl === null) ownUrls.push(url);
    const events = carrierEvents({ ...base, recordings });
    // The simulated network lives on this machine, whatever the world calls us.
    const simulated = { ...networks.simulated.account, callbackBase: url };
    carriers.simulated = createTwilioCarrier({ ...simulated, clock, log });
    accounts.push({ ...simulated, events });
    if (!networks.live) return;
    const live = { ...networks.live.account, callbackBase: settings.public_url };
    carriers.live = createTwilioCarrier({ ...live, clock, log });
    accounts.push({ ...live, events });
  }

  return {
    keys,
    async start() {
      const { url } = await server.listen();
      connectCarriers(url);
      settings.from_numbers = {
        simulated: networks.simulated.fromNumbers,
        live: networks.live?.fromNumbers ?? [],
      };
      await takeUpOrphans(base);
      await worker.start();
      return { url: settings.public_url, first_key: await makeFirstKey(keys, config.dataDir) };
    },
    async stop() {
      await worker.stop();
      await sessions.close();
      await server.close();
      media.close();
      await networks.close();
      await database.close();
    },
    async recordingPath(callId) {
      const attempts = await callStore.attempts(database, callId);
      const name = attempts.findLast((attempt) => attempt.recording !== null)?.recording;
      return name ? recordings.path(name) : undefined;
    },
    goLive: () => goLive(config),
  };
}

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

const settingsOf = (config: Config): Changeable<Settings> => ({
  organisation: config.organisation,
  default_country: config.defaultCountry,
  allowed_countries: config.allowedCountries,
  default_language: config.defaultLanguage,
  default_voice: config.defaultVoice,
  default_recording: config.defaultRecording,
  ring_seconds: config.ringSeconds,
  default_max_duration_seconds: config.maxDurationSeconds,
  public_url: config.publicUrl ?? '',
  from_numbers: { simulated: [], live: [] },
  modes_ready: { test: true, live: goLive(config).length === 0 },
});

/** The keys of a data folder, also while an engine runs on it. */
export interface KeyRing {
  create(mode: Mode, name: string): Promise<{ key: string; id: string }>;
  list(): Promise<KeyRecord[]>;
  revoke(id: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the keys of a data folder; the store is made when absent. Throws when it cannot be opened. */
export async function openKeys(config: Config): Promise<KeyRing> {
  const clock = createClock();
  const database = await openSqlite({ file: join(config.dataDir, 'recado.db'), clock });
  await migrate(database, clock.now());
  const keys = createKeyStore(database, createSeal(loadSecretKey(config)), clock);
  return {
    async create(mode, name) {
      const { key, ...stored } = makeKey(mode);
      return { key, id: (await keys.add({ ...stored, name })).id };
    },
    list: keys.list,
    revoke: keys.revoke,
    close: () => database.close(),
  };
}

/** Returns what is missing before live keys may be made. This version lacks rules that live calls need, so never nothing. */
export function goLive(config: Config): string[] {
  const missing: string[] = [];
  if (!config.twilio) missing.push('Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.');
  if (config.twilio && config.twilio.fromNumbers.length === 0)
    missing.push('Set TWILIO_NUMBERS to a number of yours.');
  if (!config.openai) missing.push('Set OPENAI_API_KEY.');
  if (!config.publicUrl?.startsWith('https://'))
    missing.push('Set PUBLIC_URL to an https address of this engine.');
  if (config.allowedCountries.length === 0) missing.push('Set ALLOWED_COUNTRIES, such as PT,ES.');
  if (!config.organisationSet) missing.push('Set ORGANISATION to the name to call for.');
  missing.push(
    'This version lacks calling hours, consent, frequency and spend rules. Live calls come with them.',
  );
  return missing;
}

async function takeUpOrphans(ports: {
  database: Database;
  jobs: Jobs;
  clock: Clock;
}): Promise<void> {
  const { database, jobs, clock } = ports;
  const orphans = await callStore.orphans(database, clock.now(), 1_000);
  await database.transaction(async (tx) => {
    for (const { id } of orphans)
      await jobs.enqueue(tx, { kind: 'settle_attempt', ref: id, run_at: clock.now() });
  });
}

async function makeFirstKey(keys: KeyStore, dataDir: string): Promise<string | undefined> {
  const { key, ...stored } = makeKey('test');
  const added = await keys.addFirst({ ...stored, name: 'first key' });
  if (added) keepFirstKey(dataDir, key);
  return added ? key : undefined;
}

const isReachable = (database: Database): Promise<boolean> =>
  database.query('SELECT 1 AS one').then(
    () => true,
    () => false,
  );
