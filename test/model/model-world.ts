// Everything that a schedule can do to calls: engines that work, die, stop and wake, a carrier that forgets and repeats,
// people who pick up and hang up, a clock that jumps. One choice at a time, so the same choices give the same story.
import { takeUpOrphans } from '../../engine/src/assembly/create-worker.ts';
import { cancelCall } from '../../engine/src/calls/cancel-call.ts';
import { placeCall } from '../../engine/src/calls/place-call.ts';
import type { Suppressions } from '../../engine/src/calls/ports.ts';
import type { PlaceCall } from '../../engine/src/contract/place-call.ts';
import type { EndReason } from '../../engine/src/contract/vocabulary.ts';
import type { Clock } from '../../engine/src/lib/clock.ts';
import { isStoreUnavailable } from '../../engine/src/lib/database.ts';
import { sha256Hex } from '../../engine/src/lib/id.ts';
import { createSeal } from '../../engine/src/lib/seal.ts';
import { backoffMs } from '../../engine/src/queue/backoff.ts';
import type { JobRecord } from '../../engine/src/queue/ports.ts';
import type { Line } from '../../engine/src/session/line.ts';
import type { Reader } from '../../engine/src/session/voice.ts';
import { callStore } from '../../engine/src/store/calls.ts';
import { jobStore } from '../../engine/src/store/jobs.ts';
import { createSuppressionList } from '../../engine/src/store/suppressions.ts';
import { createJumpingClock, type JumpingClock } from '../jumping-clock.ts';
import { Gates } from './gates.ts';
import type { MemoryStore } from './memory-store.ts';
import { createNode, type ModelNode, type Surroundings } from './node.ts';
import { type CreateFault, type Phone, PhoneNetwork } from './phone-network.ts';
import { WORDS } from './scripted-sessions.ts';
import { type Watch, watchedCalls } from './watched-calls.ts';

export interface Script {
  /** What the carrier answers, dial after dial, over and over. */
  creates: readonly CreateFault[];
  /** Whether a model session opens, time after time. */
  opens: readonly boolean[];
  /** Whether the next person picks up, where no act says so. */
  picks_up: readonly boolean[];
  /** What reading a conversation gives. */
  reads: readonly ('callback' | 'opted_out' | 'nothing' | 'unavailable' | 'invalid')[];
}

// Ten in the morning, a Tuesday.
export const STARTS_AT = Date.parse('2027-03-02T10:00:00Z');
const LEASE_MS = 4_000;
const SILENCE_MS = 15_000;
const LIVE_CALLS_MAX = 2;

export class ModelWorld {
  readonly clock: JumpingClock;
  readonly gates = new Gates();
  readonly phones: PhoneNetwork;
  readonly watch: Watch;
  readonly calls: string[] = [];
  readonly picksUp: () => boolean;
  readonly story: string[] = [];
  readonly #store: MemoryStore;
  readonly #around: Surroundings;
  readonly #suppressions: Suppressions;
  #nodes: ModelNode[] = [];
  #born = 0;
  /** Work that has begun and is not over, and the nodes that do it. */
  readonly #work = new Set<{ nodes: readonly ModelNode[] }>();

  constructor(store: MemoryStore, script: Script) {
    this.#store = store;
    // So slow that no schedule sees it move by itself.
    this.clock = createJumpingClock({ rate: 1e-9 });
    this.clock.jump(STARTS_AT - this.clock.now());
    this.phones = new PhoneNetwork({
      ...{ faults: script.creates, gates: this.gates, clock: this.clock },
    });
    this.watch = {
      ...{ breaches: [], suppressed: new Set<string>(), clock: this.clock },
      live_calls_max: LIVE_CALLS_MAX,
    };
    this.picksUp = turns(script.picks_up, false);
    const seal = createSeal(Buffer.alloc(32, 1));
    const list = createSuppressionList({ seal, clock: this.clock });
    this.#suppressions = {
      isSuppressed: list.isSuppressed,
      add: (tx, entry) => {
        this.watch.suppressed.add(entry.phone_number);
        return list.add(tx, entry);
      },
    };
    this.#around = {
      ...{ database: store, clock: this.clock, gates: this.gates, phones: this.phones },
      calls: watchedCalls(this.watch),
      suppressions: this.#suppressions,
      settings: {
        from_numbers: { simulated: ['+12015550199'], live: [] },
        live_calls_max: { simulated: LIVE_CALLS_MAX, live: 1 },
        allowed_countries: [],
      },
      reader: readerOf(script.reads, this.clock),
      opens: turns(script.opens, true),
      broken: (error) => this.#breach('a session threw', error),
    };
    this.#birth();
    this.#birth();
  }

  async place(body: PlaceCall): Promise<void> {
    const node = this.#nodeAt(0);
    const ports = { ...node.ports, database: this.#store };
    const request = { body, key: { id: 'key_model', mode: 'test' as const } };
    const placed = await placeCall({ ...request, idempotency_key: undefined }, ports);
    if (!placed.ok) throw new Error(JSON.stringify(placed.failure));
    this.calls.push(placed.value.call.id);
  }

  /** Lets what the last choice set free run until it waits again. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  async open(choice: number): Promise<boolean> {
    const what = this.gates.open(choice);
    if (what !== undefined) this.story.push(what);
    await this.settle();
    return what !== undefined;
  }

  async storeAway(choice: number): Promise<void> {
    const what = this.gates.refuse(choice);
    if (what !== undefined) this.story.push(`the store is away: ${what}`);
    await this.settle();
  }

  /** A node takes one due job; false when it is stopped or there is none. */
  async work(choice: number): Promise<boolean> {
    const node = this.#nodeAt(choice);
    if (this.gates.isStopped(node.id)) return false;
    const [job] = await jobStore.claim(this.#store, node.id, this.clock.now(), 1);
    if (!job) return false;
    this.story.push(`${node.id} takes ${job.kind} ${job.ref}`);
    this.#begin([node], this.#runJob(node, job));
    await this.settle();
    return true;
  }

  async advance(ms: number): Promise<void> {
    this.clock.jump(ms);
    this.story.push(`it is ${new Date(this.clock.now()).toISOString()}`);
    await this.#beat();
    await this.settle();
  }

  async cancel(choice: number): Promise<void> {
    if (this.calls.length === 0) return;
    const call = this.calls[choice % this.calls.length] ?? '';
    const node = this.#nodeAt(choice);
    this.story.push(`somebody cancels ${call} at ${node.id}`);
    this.#begin([node], cancelCall(call, node.ports));
    await this.settle();
  }

  async suppress(phone_number: string): Promise<void> {
    this.story.push('the person is put on the list');
    this.watch.suppressed.add(phone_number);
    const entry = { phone_number, reason: 'manual', source: 'api' };
    await this.#store.transaction((tx) => this.#suppressions.add(tx, entry));
  }

  /** A process ends in the middle of whatever it does; another takes its place. */
  async kill(choice: number): Promise<void> {
    const node = this.#nodeAt(choice);
    this.story.push(`${node.id} is killed`);
    this.gates.kill(node.id);
    this.#nodes = this.#nodes.filter((one) => one !== node);
    for (const entry of this.#work) if (entry.nodes.includes(node)) this.#work.delete(entry);
    for (const phone of this.phones.open) {
      if (phone.talksWith !== node.id) continue;
      phone.talksWith = undefined;
      phone.lineClosed = undefined;
    }
    this.#birth();
    await this.#beat();
  }

  stop(choice: number): void {
    const node = this.#nodeAt(choice);
    this.story.push(`${node.id} is stopped`);
    this.gates.stop(node.id);
  }

  async resume(choice: number): Promise<void> {
    const node = this.#nodeAt(choice);
    this.story.push(`${node.id} goes on`);
    this.gates.resume(node.id);
    await this.#beat();
  }

  async resumeAll(): Promise<void> {
    for (const at of this.#nodes.keys()) await this.resume(at);
  }

  async ring(choice: number): Promise<void> {
    const phone = this.#phoneAt(choice, ['queued']);
    if (phone) this.phones.ring(phone);
  }

  async pickUp(choice: number): Promise<boolean> {
    const phone = this.#phoneAt(choice, ['queued', 'ringing']);
    if (!phone) return false;
    this.story.push(`${phone.id} is picked up`);
    this.phones.answer(phone);
    const [first, second] = [this.#nodeAt(choice), this.#nodeAt(choice + 1)];
    this.#begin([first, second], this.#connect(first, second, phone));
    await this.settle();
    return true;
  }

  async hangUp(choice: number, reason: EndReason | null): Promise<boolean> {
    const phone = this.#phoneAt(choice, ['queued', 'ringing', 'answered']);
    if (!phone) return false;
    this.story.push(`${phone.id} ends: ${reason}`);
    this.phones.end(phone, phone.answered ? null : reason);
    await this.settle();
    return true;
  }

  /** The carrier tells one of its words to a node, and keeps it to tell it again, or not. */
  async deliver(choice: number, again: boolean): Promise<boolean> {
    const { mail } = this.phones;
    const at = choice % Math.max(mail.length, 1);
    const told = mail[at];
    const node = this.#nodeAt(choice);
    if (!told || this.gates.isStopped(node.id)) return false;
    if (!again) mail.splice(at, 1);
    this.story.push(`${node.id} is told that ${told.phone.id} is ${told.report.state}`);
    this.#begin([node], node.events.reported(told.phone.token, told.report));
    await this.settle();
    return true;
  }

  lose(choice: number): void {
    const { mail } = this.phones;
    mail.splice(choice % Math.max(mail.length, 1), 1);
  }

  async detect(choice: number): Promise<void> {
    const phone = this.#phoneAt(choice, ['answered']);
    const node = this.#nodeAt(choice);
    if (phone) this.#begin([node], node.events.detected(phone.token, phone.id, 'human'));
    await this.settle();
  }

  /** When something happens by itself at the latest. */
  async nextAt(): Promise<number | undefined> {
    const now = this.clock.now();
    // Work that waits at no gate waits for the clock.
    if (this.#work.size > 0) return now + 1_000;
    const rows = await this.#store.query<{ at: number | null }>(
      'SELECT MIN(run_at) AS at FROM jobs',
    );
    const at = rows[0]?.at ?? undefined;
    return at === undefined ? undefined : Math.max(at, now + 1_000);
  }

  // The carrier asks what to do, opens the line, and hangs up where nobody wants it.
  async #connect(first: ModelNode, second: ModelNode, phone: Phone): Promise<void> {
    const hangUp = (): void => this.phones.end(phone, null);
    const unwanted = await this.#isUnwanted(phone);
    try {
      const door = await first.events.answered(phone.token, phone.id);
      if (!door || isOver(phone)) return hangUp();
      const listener = await second.events.openLine(door.media_token, phone.id, SILENT_LINE);
      if (!listener) return hangUp();
      if (isOver(phone)) return listener.closed('hung_up');
      const to = phone.order.phone_number;
      if (this.phones.open.some((one) => one.talksWith && one.order.phone_number === to))
        this.watch.breaches.push('one person talks twice at once');
      if (unwanted) this.watch.breaches.push(`somebody talks although ${unwanted}`);
      phone.talksWith = second.id;
      phone.lineClosed = () => listener.closed('hung_up');
    } catch (error) {
      hangUp();
      throw error;
    }
  }

  /** Why nobody may talk at this phone from now on. */
  async #isUnwanted({ token, order }: Phone): Promise<string | undefined> {
    if (this.watch.suppressed.has(order.phone_number)) return 'the person asked not to be called';
    const attempt = await callStore.findAttemptByToken(this.#store, sha256Hex(token));
    if (!attempt || attempt.status === 'ended') return 'the attempt was over';
    const call = await callStore.find(this.#store, attempt.call_id);
    return call?.cancel_requested_at === null ? undefined : 'the call was canceled';
  }

  // As the worker of the engine does it: a job leaves the table only when its run returned.
  async #runJob(node: ModelNode, job: JobRecord): Promise<void> {
    const { database, clock } = node.ports;
    try {
      const again = await node.run(job);
      if (!again) return void (await jobStore.finish(database, job.id, node.id));
      const { again_at, lane = null } = again;
      await jobStore.postpone(database, job.id, node.id, again_at, { lane });
    } catch (error) {
      if (!(error instanceof Error) || !isStoreUnavailable(error)) throw error;
      const at = clock.now() + backoffMs(job.tries);
      await jobStore.postpone(this.#store, job.id, node.id, at, { failure: 'store' });
    }
  }

  #begin(nodes: readonly ModelNode[], work: Promise<unknown>): void {
    const entry = { nodes };
    this.#work.add(entry);
    work
      .catch((error: unknown) => {
        if (!(error instanceof Error) || !isStoreUnavailable(error)) this.#breach('thrown', error);
      })
      .finally(() => this.#work.delete(entry));
  }

  #breach(what: string, error: unknown): void {
    this.watch.breaches.push(`${what}: ${error instanceof Error ? error.stack : error}`);
  }

  #birth(): void {
    this.#born += 1;
    this.#nodes.push(createNode(`node_${this.#born}`, this.#around));
  }

  // What every engine does each second, for all that are not stopped.
  async #beat(): Promise<void> {
    const now = this.clock.now();
    const awake = this.#nodes.filter(({ id }) => !this.gates.isStopped(id));
    for (const { id } of awake) await jobStore.heartbeat(this.#store, id, now, now + LEASE_MS);
    if (awake.length === 0) return;
    await jobStore.rescue(this.#store, now);
    const gone = await jobStore.giveUp(this.#store, now - (SILENCE_MS - LEASE_MS));
    const jobs = awake[0]?.ports.jobs;
    if (gone.length > 0 && jobs)
      await takeUpOrphans({ database: this.#store, jobs, clock: this.clock });
  }

  #nodeAt(choice: number): ModelNode {
    const node = this.#nodes[choice % this.#nodes.length];
    if (!node) throw new Error('there is no node');
    return node;
  }

  #phoneAt(choice: number, states: readonly Phone['state'][]): Phone | undefined {
    const phones = this.phones.phones.filter(({ state }) => states.includes(state));
    return phones[choice % Math.max(phones.length, 1)];
  }
}

const isOver = ({ state }: Phone): boolean => state === 'ended';
const nothing = (): void => undefined;
const SILENT_LINE: Line = { send: nothing, mark: nothing, clear: nothing, close: nothing };

/** Returns one value after the other, over and over. */
function turns<T>(values: readonly T[], otherwise: T): () => T {
  let at = 0;
  return () => values[at++ % values.length] ?? otherwise;
}

function readerOf(reads: Script['reads'], clock: Clock): Reader {
  const next = turns(reads, 'nothing');
  return {
    async read() {
      const kind = next();
      if (kind === 'unavailable' || kind === 'invalid')
        return { ok: false, failure: { kind, detail: 'as the script says' } };
      const outcome = kind === 'callback' ? 'callback_requested' : kind;
      const at = new Date(clock.now() + 3_600_000).toISOString();
      const value = {
        outcome: kind === 'nothing' ? 'inconclusive' : outcome,
        outcome_evidence: kind === 'nothing' ? null : { turn: 1, quote: WORDS },
        ...{ result: null, result_evidence: [], summary: '', next_steps: [], chosen_time: null },
        ...{ preferred_times: [], callback_at: kind === 'callback' ? at : null },
      };
      return { ok: true, value: { value, usage: {} as never } };
    },
  };
}
