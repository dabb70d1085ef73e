// One chaos run: calls are placed while carriers fail and engines are killed or stopped, and at its end everything is
// judged. The plan comes from the seed; which process is where at a given moment does not, so a strike whose moment
// did not come is tried again with another call.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeys } from '../../engine/src/engine.ts';
import { createClock } from '../../engine/src/lib/clock.ts';
import type { Queryable } from '../../engine/src/lib/database.ts';
import { configOf, engineEnv, pause } from '../world.ts';
import { type ChaosReceiver, startChaosReceiver } from './chaos-receiver.ts';
import { gatherFacts, storyOf } from './facts.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { type Facts, type Finding, isUnderWay, judge, rangOnSeconds } from './judge.ts';
import {
  makePlan,
  type PlannedCall,
  type PlanOptions,
  seeded,
  testNumbers,
  tryAgain,
} from './plan.ts';
import { type SimulatorProcess, startSimulatorProcess } from './simulator-process.ts';
import type { OpenStore } from './stores.ts';
import { createStrikes, type Strikes } from './strikes.ts';

export interface ChaosOptions extends PlanOptions {
  /** How many calls are under way at once. */
  lanes: number;
  /** Real seconds after the last placing for everything to end. */
  settle_seconds: number;
  /** Waits also for callbacks that come 10 minutes late: they must change nothing. */
  late_callbacks: boolean;
  say(line: string): void;
}

export interface ChaosReport {
  seed: number;
  calls: number;
  kills: number;
  pauses: number;
  /** Strikes by point and fault that met their moment, and those that never did. */
  met: readonly string[];
  missed: readonly string[];
  placing_repeated: number;
  rang_on_seconds_max: number;
  end_reasons: Readonly<Record<string, number>>;
  findings: readonly Finding[];
  /** The stories of calls for which something did not hold. */
  stories: readonly string[];
  seconds: number;
}

const CALLS_PER_KEY = 100;
const STORIES_MAX = 5;
const WAIT_FOR_CALL_MS = 60_000;
const SAY_EVERY = 50;
const ROUNDS_MAX = 8;
const LANES_AGAIN = 3;
const END_OF_STRIKE_MS = 2_000;

/** Runs the plan of `options.seed` on this store. Throws only when a process does not start. */
export async function runChaos(openStore: OpenStore, options: ChaosOptions): Promise<ChaosReport> {
  const started = performance.now();
  const clock = createClock({ rate: options.rate });
  const folder = await mkdtemp(join(tmpdir(), 'recado-chaos-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const world = await openWorld(openStore, { folder, clock, options, stops });
    const accepted = await placeAll(world, options);
    await settled(world, options);
    const facts = await gatherFacts({ ...world, accepted });
    return await reportOf(world, facts, options, (performance.now() - started) / 1_000);
  } finally {
    for (const stop of stops.reverse()) await stop().catch(() => undefined);
  }
}

interface World {
  look: Queryable;
  simulator: SimulatorProcess;
  receiver: ChaosReceiver;
  fleet: Fleet;
  strikes: Strikes;
  keys: readonly string[];
  plan: readonly PlannedCall[];
  counts: { repeated: number };
}

async function openWorld(
  openStore: OpenStore,
  {
    folder,
    clock,
    options,
    stops,
  }: {
    folder: string;
    clock: ReturnType<typeof createClock>;
    options: ChaosOptions;
    stops: (() => Promise<void>)[];
  },
): Promise<World> {
  const { rate } = options;
  const anchor = Date.now();
  const store = await openStore(folder, clock);
  stops.push(store.close);
  const simulator = await startSimulatorProcess({ rate, anchor });
  stops.push(simulator.stop);
  const shared = {
    ...engineEnv(simulator.addresses, ''),
    ...store.env,
    RECADO_CLOCK_RATE: String(rate),
    RECADO_CLOCK_ANCHOR: String(anchor),
    RECADO_SECRET_KEY: randomBytes(32).toString('base64'),
    RING_SECONDS: '10',
    DEFAULT_RECORDING: 'off',
    LOG_LEVEL: 'error',
  };
  const fleet = await startFleet(store.nodes, folder, () => shared);
  stops.push(fleet.stop);
  const keys = await makeKeys(
    fleet.firstKey,
    Math.ceil((options.calls * 1.5) / CALLS_PER_KEY),
    configOf(simulator.addresses, '', { ...shared, DATA_DIR: join(folder, 'node-0') }),
  );
  const secrets = await Promise.all(keys.map((key) => webhookSecret(fleet.urls[0] ?? '', key)));
  const receiver = await startChaosReceiver(secrets);
  stops.push(receiver.close);
  const look = await store.open();
  stops.push(look.close);
  const strikes = createStrikes({ fleet, simulator, receiver, look });
  return {
    look,
    simulator,
    receiver,
    fleet,
    strikes,
    keys,
    plan: makePlan(options),
    counts: { repeated: 0 },
  };
}

// One key may place a bounded number of calls an hour.
async function makeKeys(
  first: string,
  count: number,
  config: Parameters<typeof openKeys>[0],
): Promise<string[]> {
  const ring = await openKeys(config);
  const keys = [first];
  while (keys.length < count) keys.push((await ring.create('test', `key ${keys.length}`)).key);
  await ring.close();
  return keys;
}

async function webhookSecret(url: string, key: string): Promise<string> {
  const reply = await fetch(`${url}/v1/account`, { headers: { authorization: `Bearer ${key}` } });
  if (!reply.ok) throw new Error(`the account could not be read: ${reply.status}`);
  const { webhook_secret } = (await reply.json()) as { webhook_secret: string };
  return webhook_secret;
}

/** Places every planned call, a bounded number at once, then those whose strike missed again. Returns the ids. */
async function placeAll(world: World, options: ChaosOptions): Promise<string[]> {
  const spare = testNumbers(seeded(options.seed + 1));
  const used = new Set(world.plan.map(({ phone_number }) => phone_number));
  const fresh = (): string => {
    for (let number = spare.next(); ; number = spare.next()) if (!used.has(number)) return number;
  };
  const accepted: string[] = [];
  let waiting = [...world.plan];
  for (let round = 0; round < ROUNDS_MAX && waiting.length > 0; round++) {
    await world.strikes.prepare(waiting);
    // Few at once the second time, so that one strike does not take the moment of another away.
    const lanes = round === 0 ? options.lanes : LANES_AGAIN;
    await placeSome(world, { calls: waiting, lanes, accepted, say: options.say });
    waiting = world.strikes.missed().map((call) => tryAgain(call, fresh()));
    options.say(
      `${accepted.length} calls placed, ${world.strikes.met().length} strikes met, ${waiting.length} to try again`,
    );
  }
  return accepted;
}

async function placeSome(
  world: World,
  {
    calls,
    lanes,
    accepted,
    say,
  }: { calls: readonly PlannedCall[]; lanes: number; accepted: string[]; say(line: string): void },
): Promise<void> {
  const left = [...calls];
  let placed = accepted.length;
  const lane = async (): Promise<void> => {
    for (let call = left.shift(); call; call = left.shift()) {
      world.strikes.placing(call);
      const id = await place(world, call, placed++);
      accepted.push(id);
      if (accepted.length % SAY_EVERY === 0) say(`${accepted.length} calls placed`);
      const struck = world.strikes.accepted(call, id);
      await untilEnded(world.look, id);
      // What was to come at the end comes at once or not at all.
      await Promise.race([struck, pause(END_OF_STRIKE_MS)]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function untilEnded(look: Queryable, id: string): Promise<void> {
  for (let waited = 0; waited < WAIT_FOR_CALL_MS; waited += 100) {
    const [row] = await look.query<{ status: string }>('SELECT status FROM calls WHERE id = $1', [
      id,
    ]);
    if (row?.status === 'ended') return;
    await pause(100);
  }
}

const TASK = 'Confirm the appointment on 2026-12-01 at 14:00.';
const PLACE_WITHIN_MS = 60_000;

/** Asks until an engine says yes, with the same idempotency key each time: its answer may have been lost. */
async function place(world: World, call: PlannedCall, at: number): Promise<string> {
  const { fleet, receiver, keys, counts } = world;
  const name = call.phone_number.slice(1);
  if (call.receiver_fails) receiver.failOnce(name);
  const request = {
    method: 'POST',
    headers: {
      authorization: `Bearer ${keys[at % keys.length]}`,
      'content-type': 'application/json',
      'idempotency-key': `chaos-${name}`,
    },
    body: JSON.stringify({
      phone_number: call.phone_number,
      task: TASK,
      simulate: call.behaviour,
      retry: { max_attempts: call.attempts_max, delays_minutes: [1] },
      webhook_url: receiver.urlFor(name),
    }),
  };
  const giveUpAt = performance.now() + PLACE_WITHIN_MS;
  let why = '';
  for (let tries = 0; performance.now() < giveUpAt; tries++) {
    const url = fleet.urls[(at + tries) % fleet.urls.length] ?? '';
    if (tries > 0) {
      counts.repeated++;
      await pause(100);
    }
    try {
      const reply = await fetch(`${url}/v1/calls`, {
        ...request,
        signal: AbortSignal.timeout(10_000),
      });
      if (reply.status === 201) return ((await reply.json()) as { id: string }).id;
      why = `${reply.status} ${await reply.text()}`;
      if (reply.status < 500 && ![409, 429].includes(reply.status)) break;
    } catch (error) {
      why = String(error);
    }
  }
  throw new Error(`a call could not be placed: ${why}`);
}

/** Resolves when nothing is under way any more, or the time for it is over. */
async function settled(world: World, options: ChaosOptions): Promise<void> {
  await world.fleet.calm();
  const giveUpAt = performance.now() + options.settle_seconds * 1_000;
  while (performance.now() < giveUpAt) {
    const facts = await gatherFacts({ ...world, accepted: [] });
    if (!isUnderWay(facts, options.late_callbacks)) return;
    await pause(500);
  }
}

async function reportOf(
  world: World,
  facts: Facts,
  options: ChaosOptions,
  seconds: number,
): Promise<ChaosReport> {
  const findings = judge(facts);
  const rangOn = rangOnSeconds(facts);
  const broken = new Set(findings.flatMap((finding) => finding.broken));
  const stories: string[] = [];
  for (const id of [...broken].slice(0, STORIES_MAX))
    stories.push([...(await storyOf(id, world.look, facts)), world.strikes.told(id)].join('\n'));
  const reasons = facts.calls.map(({ end_reason }) => end_reason ?? 'none');
  return {
    seed: options.seed,
    calls: facts.calls.length,
    kills: world.fleet.kills,
    pauses: world.fleet.pauses,
    met: world.strikes.met(),
    missed: world.strikes.missed().map(({ strike, faults }) => `${strike?.point} × ${faults[0]}`),
    placing_repeated: world.counts.repeated,
    rang_on_seconds_max: rangOn.seconds,
    end_reasons: Object.fromEntries(
      [...Map.groupBy(reasons, (reason) => reason)].map(([reason, all]) => [reason, all.length]),
    ),
    findings,
    stories,
    seconds: Math.round(seconds),
  };
}
