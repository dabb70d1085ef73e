import { connectCarriers } from './assembly/connect-carriers.ts';
import { createDoors } from './assembly/create-doors.ts';
import { createTalk } from './assembly/create-talk.ts';
import { createWorker, takeUpOrphans } from './assembly/create-worker.ts';
import { openNetworks } from './assembly/networks.ts';
import { openStore } from './assembly/open-store.ts';
import { type Shared, VERSION } from './assembly/shared.ts';
import { type Config, goLive, toldSettings } from './config.ts';
import type { Mode } from './contract/vocabulary.ts';
import { newSigningSecret } from './events/sign.ts';
import { makeKey } from './http/api-key.ts';
import { type Clock, createClock } from './lib/clock.ts';
import { newId } from './lib/id.ts';
import { createLog, type Log } from './lib/log.ts';
import { createSeal } from './lib/seal.ts';
import { beginSweeping } from './privacy/begin-sweeping.ts';
import { noteSettings } from './privacy/note-settings.ts';
import { createAuditLog } from './store/audit.ts';
import { callStore } from './store/calls.ts';
import { createKeyStore, type KeyRecord, type KeyStore } from './store/keys.ts';
import { migrate } from './store/migrations.ts';
import { type Moved, moveStore } from './store/move.ts';
import { hasSqlite, openDatabase } from './store/open-database.ts';
import { keepFirstKey, loadSecretKey } from './store/secret-files.ts';
import { observeDatabase } from './telemetry/observe-store.ts';
import { createTelemetry } from './telemetry/telemetry.ts';

export { VERSION } from './assembly/shared.ts';
export { verifyAuditLog } from './assembly/verify-audit.ts';
export { readVoiceUrls, type VoiceUrls } from './assembly/voice-urls.ts';

export interface Engine {
  /** Listens and takes up work. `first_key` is there once, on the very first start. */
  start(): Promise<{ url: string; first_key: string | undefined }>;
  /**
   * Dials nobody any more and says so at /readyz, while live calls go on for up to DRAIN_SECONDS; who is still on the
   * phone then hears a goodbye. Resolves when no call is live and each one's end is written. Everything else still works.
   */
  drain(): Promise<void>;
  /** Ends what is live at once, takes no more work and closes the store. */
  stop(): Promise<void>;
  keys: KeyStore;
  /** File of a call's recording, if there is one. */
  recordingPath(callId: string): Promise<string | undefined>;
  /** What is missing before live keys may be made. */
  goLive(): string[];
}

export async function createEngine(
  config: Config,
  options: { clock?: Clock; log?: Log } = {},
): Promise<Engine> {
  const given = options.clock ?? clockOf(config);
  const { database, clock } = await openDatabase(config, given, { lock: true });
  const log = options.log ?? createLog({ level: config.logLevel });
  const nodeId = newId('node');
  const parts = { clock, log, nodeId, version: VERSION, traces: config.traces };
  const telemetry = await createTelemetry(parts);
  const shared: Shared = {
    ...{ config, clock, log, nodeId, telemetry },
    database: observeDatabase(database, telemetry.meter, clock),
    settings: settingsOf(config),
  };
  const store = await openStore(shared);
  const networks = await openNetworks(config, { clock, log, ...telemetry });
  const talk = createTalk(shared, store, networks);
  const worker = createWorker(shared, store, talk);
  store.wake.now = () => worker.wake();
  const doors = createDoors(shared, store, talk, worker);
  return {
    keys: store.keys,
    async start() {
      const { url } = await doors.server.listen();
      connectCarriers(url, shared, { store, networks, talk, doors });
      await takeUpOrphans(talk);
      await noteSettings(toldSettings(config), { ...talk, ...store.people });
      await beginSweeping({ ...talk, ...store.people });
      await worker.start();
      const first_key = await makeFirstKey(store.keys, config.dataDir);
      return { url: shared.settings.public_url, first_key };
    },
    async drain() {
      doors.readiness.drain();
      const endsAt = clock.monotonic() + config.drainSeconds * 1_000;
      await worker.drain(config.drainSeconds * 1_000);
      await talk.sessions.drain(endsAt - clock.monotonic());
    },
    async stop() {
      doors.readiness.drain();
      // Each end is written while the queue still works, and the store is the last to close.
      await talk.sessions.close();
      await worker.stop();
      // A dial that was under way may have opened one more.
      await talk.sessions.close();
      await doors.server.close();
      doors.media.close();
      await networks.close();
      await store.hints.stop();
      await telemetry.close();
      await store.database.close();
    },
    async recordingPath(callId) {
      const attempts = await callStore.attempts(store.database, callId);
      const name = attempts.findLast((attempt) => attempt.recording !== null)?.recording;
      if (!name) return undefined;
      // A process that died may have left the sound without its file.
      await store.recordings.finish(name);
      return store.recordings.path(name);
    },
    goLive: () => goLive(config),
  };
}

const clockOf = ({ clockRate, clockAnchor }: Config): Clock =>
  createClock({ rate: clockRate, ...(clockAnchor === undefined ? {} : { anchor: clockAnchor }) });

// No carrier counts simulated calls; this keeps a burst of them from starting in one instant.
const SIMULATED_CALLS_PER_SECOND = 20;

const settingsOf = (config: Config): Shared['settings'] => ({
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
  caller_ids: config.twilio?.callerIds ?? [],
  calls_per_second: { simulated: SIMULATED_CALLS_PER_SECOND, live: config.callsPerSecond },
  live_calls_max: { simulated: config.liveCallsMax, live: config.liveCallsMax },
  live_calls_per_number_max: config.liveCallsPerNumberMax,
  calls_per_recipient_per_day: config.callsPerRecipientPerDay,
  consent_countries: config.requireConsentCountries,
  test_mode_rules: config.testModeRules,
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
  const { database, clock } = await openDatabase(config, createClock(), { lock: false });
  await migrate(database, clock.now());
  const seal = createSeal(loadSecretKey(config));
  const keys = createKeyStore({
    database,
    seal,
    clock,
    newSigningSecret,
    audit: createAuditLog({ seal, clock }),
    actor: 'cli',
  });
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

/** Copies the store of a data folder to Postgres. Throws, and changes nothing, when it cannot; takes the lock of the engine. */
export async function moveToPostgres(config: Config): Promise<Moved[]> {
  if (!hasSqlite(config.dataDir)) throw new Error(`There is no store in ${config.dataDir}.`);
  const from = await openDatabase({ ...config, postgres: null }, createClock(), { lock: true });
  try {
    const to = await openDatabase(config, createClock(), { lock: false });
    try {
      return await moveStore(from.database, to.database, to.clock.now());
    } finally {
      await to.database.close();
    }
  } finally {
    await from.database.close();
  }
}

async function makeFirstKey(keys: KeyStore, dataDir: string): Promise<string | undefined> {
  const { key, ...stored } = makeKey('test');
  const keep = (): void => keepFirstKey(dataDir, key);
  const added = await keys.addFirst({ ...stored, name: 'first key' }, keep);
  return added ? key : undefined;
}
