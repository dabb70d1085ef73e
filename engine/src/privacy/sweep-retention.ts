// Job: removes what has been kept long enough, in bounded steps, and comes back in an hour, or at once while there is more.
import type { CallRecord } from '../calls/call-record.ts';
import type { CallStore } from '../calls/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database, Transaction } from '../lib/database.ts';
import type { Log } from '../lib/log.ts';
import { emptiedBody } from './emptied-body.ts';
import type {
  AuditLog,
  PrivacyStore,
  RetentionCounter,
  RetentionDays,
  RetentionStore,
} from './ports.ts';
import { isTombstone, tombstoneOf } from './tombstone.ts';
import { withoutWords } from './without-words.ts';

export interface SweepPorts {
  database: Database;
  calls: CallStore;
  retentionStore: RetentionStore;
  privacy: PrivacyStore;
  audit: AuditLog;
  removeRecording(name: string): Promise<void>;
  retention_days: RetentionDays;
  retentionCounter: RetentionCounter;
  settings: { public_url: string };
  clock: Clock;
  log: Log;
}

const STEP = 200;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SOON_MS = 1_000;
// A call that was ended a moment ago may not be seen yet; what has no days to live went with its end.
const YOUNGEST_MS = HOUR_MS;

export async function sweepRetention(ports: SweepPorts): Promise<{ again_at: number }> {
  const { clock, retentionCounter, log } = ports;
  let isMore = false;
  for (const kind of Object.keys(STEPS) as (keyof RetentionDays)[]) {
    const days = ports.retention_days[kind];
    const before = clock.now() - Math.max(days * DAY_MS, YOUNGEST_MS);
    const { removed, seen } = await STEPS[kind](before, ports);
    if (removed > 0) {
      retentionCounter.removed(kind, removed);
      log.info({ kind, removed }, 'kept long enough and removed');
    }
    isMore ||= seen === STEP;
  }
  await ports.database.transaction((tx) => ports.retentionStore.dropDedupeKeys(tx, clock.now()));
  return { again_at: clock.now() + (isMore ? SOON_MS : HOUR_MS) };
}

interface Swept {
  removed: number;
  /** As many as a step looks at when there may be more. */
  seen: number;
}

const STEPS: Readonly<
  Record<keyof RetentionDays, (before: number, ports: SweepPorts) => Promise<Swept>>
> = {
  async recordings(before, { database, retentionStore, removeRecording }) {
    const old = await retentionStore.oldRecordings(database, before, STEP);
    for (const { name } of old) await removeRecording(name);
    const ids = old.map(({ attempt_id }) => attempt_id);
    await database.transaction((tx) => retentionStore.forgetRecordings(tx, ids));
    return { removed: old.length, seen: old.length };
  },
  transcripts: (before, ports) =>
    sweepCalls(
      'transcripts',
      before,
      ports,
      async () => undefined,
      async (tx, call) =>
        (await ports.retentionStore.dropTranscript(tx, call.id, withoutWords)) > 0,
    ),
  async results(before, ports) {
    // Files before the rows that name them.
    const drop = async (call: CallRecord): Promise<void> => {
      for (const name of await ports.privacy.recordingsOf(ports.database, call.id))
        await ports.removeRecording(name);
    };
    return sweepCalls('results', before, ports, drop, async (tx, call) => {
      if (isTombstone(call)) return false;
      const attempts = await ports.calls.attempts(tx, call.id);
      const { public_url } = ports.settings;
      const bodyOf = emptiedBody(call, { attempts, public_url });
      await ports.privacy.eraseCall(tx, call, tombstoneOf(call), bodyOf);
      return true;
    });
  },
  async events(before, { database, retentionStore }) {
    const removed = await database.transaction((tx) => retentionStore.dropEvents(tx, before, STEP));
    return { removed, seen: removed };
  },
  async audit(before, { database, audit }) {
    const removed = await database.transaction((tx) => audit.trim(tx, before, STEP));
    return { removed, seen: removed };
  },
};

/** Goes on with the calls that ended after the last one looked at, so that no step reads old ones again. */
async function sweepCalls(
  kind: 'transcripts' | 'results',
  before: number,
  { database, retentionStore }: SweepPorts,
  dropFiles: (call: CallRecord) => Promise<void>,
  remove: (tx: Transaction, call: CallRecord) => Promise<boolean>,
): Promise<Swept> {
  const after = await retentionStore.mark(database, kind);
  const calls = await retentionStore.endedBetween(database, after, before, STEP);
  let removed = 0;
  for (const call of calls) {
    await dropFiles(call);
    await database.transaction(async (tx) => {
      if (await remove(tx, call)) removed += 1;
      await retentionStore.setMark(tx, kind, { ended_at: call.ended_at ?? 0, id: call.id });
    });
  }
  return { removed, seen: calls.length };
}
