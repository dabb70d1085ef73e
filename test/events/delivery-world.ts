// Everything between an event and its receivers, real: a store on disk, the queue's table, the guard and sockets.
// Only the time between two tries is skipped.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSending } from '../../engine/src/assembly/sending.ts';
import type { CallRecord } from '../../engine/src/calls/call-record.ts';
import type { SubscribeWebhook } from '../../engine/src/contract/event.ts';
import type { EventType } from '../../engine/src/contract/vocabulary.ts';
import { deliver } from '../../engine/src/events/deliver.ts';
import { emailAttention } from '../../engine/src/events/email-attention.ts';
import { eventBody } from '../../engine/src/events/event-body.ts';
import { newSigningSecret } from '../../engine/src/events/sign.ts';
import { type Clock, createClock } from '../../engine/src/lib/clock.ts';
import { createLog } from '../../engine/src/lib/log.ts';
import { createSeal } from '../../engine/src/lib/seal.ts';
import { createEgress, type EgressOptions } from '../../engine/src/outgoing/egress.ts';
import type { JobRecord } from '../../engine/src/queue/ports.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { createEventStore } from '../../engine/src/store/events.ts';
import { jobStore } from '../../engine/src/store/jobs.ts';
import { createKeyStore } from '../../engine/src/store/keys.ts';
import { migrate } from '../../engine/src/store/migrations.ts';
import { openSqlite } from '../../engine/src/store/sqlite.ts';
import { sampleCall } from '../conformance/sample-records.ts';

export type DeliveryWorld = Awaited<ReturnType<typeof createDeliveryWorld>>;

export interface DeliveryWorldOptions {
  rate?: number;
  egress?: Partial<EgressOptions>;
  attentionUrl?: string;
  attentionEmail?: { smtpUrl: string; to: string };
}

const NODE = 'node_of_the_test';

export async function createDeliveryWorld(options: DeliveryWorldOptions = {}) {
  const { clock, jump } = jumpingClock(options.rate ?? 1);
  const folder = await mkdtemp(join(tmpdir(), 'recado-delivery-'));
  const database = await openSqlite({ file: join(folder, 'recado.db'), clock });
  await migrate(database, clock.now());
  const seal = createSeal(randomBytes(32));
  const nothing = (): void => undefined;
  const events = createEventStore({
    clock,
    onRecorded: nothing,
    onQueued: nothing,
    bodyOf: eventBody,
  });
  const egress = createEgress({
    ...{ allowedHosts: [], allowedCidrs: [], allowLoopback: true, ownUrls: [], clock },
    ...options.egress,
  });
  const jobs = {
    enqueue: (
      tx: Parameters<typeof jobStore.enqueue>[0],
      job: { kind: string; ref: string; run_at: number },
    ) => jobStore.enqueue(tx, { ...job, now: clock.now() }),
  };
  const sending = openSending(
    { attentionUrl: options.attentionUrl ?? null, attentionEmail: options.attentionEmail ?? null },
    { database, seal, events, egress, clock, jobs, onQueued: nothing },
  );
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    level: 'debug',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const ports = {
    ...{ ...sending, database, egress, clock, log },
    ...{ random: () => 0.5, settings: { public_url: 'http://127.0.0.1:1' } },
  };
  const keys = createKeyStore({
    ...{ database, seal, clock, newSigningSecret },
    audit: { record: async () => undefined },
  });
  const key = await keys.add({ public_id: 'aaaaaaaa', hash: 'h', mode: 'test', name: 'n' });

  /** Runs the jobs that are due now, all at once as a worker does, and settles them; returns how many there were. */
  async function runDue(): Promise<number> {
    const due = await jobStore.claim(database, NODE, clock.now(), 50);
    await Promise.all(due.map(run));
    return due.length;
  }
  async function run(job: JobRecord): Promise<void> {
    const again =
      job.kind === 'email_attention'
        ? await emailAttention(job.ref, job.tries, ports)
        : await deliver(job.ref, ports);
    if (again) await jobStore.postpone(database, job.id, NODE, again.again_at);
    else await jobStore.finish(database, job.id, NODE);
  }

  return {
    ...sending,
    ...{ clock, jump, database, events, lines, ports, key, egress, runDue },
    secretOfKey: () => keys.webhookSecret(key.id),
    async subscribe(
      wanted: Partial<SubscribeWebhook> & { url: string },
      mode: 'test' | 'live' = 'test',
    ) {
      const made = await sending.webhooks.subscribe(
        { id: key.id, mode },
        { events: ['call.ended'], ...wanted },
      );
      if (made === 'too_many' || made.secret === undefined) throw new Error('not subscribed');
      return { id: made.webhook.id, secret: made.secret };
    },
    /** Adds a call and, when it has one, its own address. */
    async call(change: Partial<CallRecord> = {}, own?: { url: string; events?: EventType[] }) {
      const call = sampleCall({ key_id: key.id, ...change });
      await database.transaction(async (tx) => {
        await callStore.insert(tx, call);
        if (own)
          await sending.webhooks.addForCall(tx, call, {
            ...{ token: null, events: ['call.ended'] },
            ...own,
          });
      });
      return call;
    },
    record: (call: CallRecord, type: EventType, data: Record<string, unknown> = {}) =>
      database.transaction((tx) => events.record(tx, { type, call, data })),
    /** Runs what is due and skips the waits between, until nothing is left or `until` holds. */
    async runToTheEnd(until: () => boolean | Promise<boolean> = () => false): Promise<void> {
      for (let turns = 0; turns < 500; turns++) {
        if (await until()) return;
        if ((await runDue()) > 0) continue;
        const next = await jobStore.nextRunAt(database, NODE);
        if (next === undefined) return;
        jump(Math.max(next - clock.now(), 1));
      }
      throw new Error('the jobs never end');
    },
    list: (page: { status?: string; webhook_id?: string; call_id?: string } = {}) =>
      sending.deliveryList.list(database, { mode: 'test', limit: 100, ...page }),
    attentionTold: async () =>
      (await sending.told.list(database, { mode: 'test', before: null, limit: 50 })).map(
        ({ notice }) => notice,
      ),
    async close(): Promise<void> {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A clock that also jumps. */
function jumpingClock(rate: number): { clock: Clock; jump(ms: number): void } {
  const wall = createClock({ rate });
  let skippedMs = 0;
  return {
    clock: { ...wall, now: () => wall.now() + skippedMs },
    jump(ms) {
      skippedMs += ms;
    },
  };
}
