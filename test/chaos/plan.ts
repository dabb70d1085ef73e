// What a chaos run does, drawn from one seed: whom it calls, what goes wrong at the carrier, and when an engine is struck.
import { readDestination } from '../../engine/src/calls/destination.ts';
import {
  type Behaviour,
  CREATE_FAULTS,
  type CreateFault,
  numberFor,
} from '../../engine/src/simulator/index.ts';

/** The moments of a call at which an engine is struck, in the order of a call. */
export const POINTS = [
  'before_intent',
  'after_intent',
  'send',
  'response',
  'bind',
  'twiml_fetch',
  'media_start',
  'end',
  'event_write',
  'webhook_send',
] as const;
export type Point = (typeof POINTS)[number];

/** Ends the process as a power cut would, or stops it for some real milliseconds and lets it go on. */
export type Blow = { kind: 'kill' } | { kind: 'pause'; real_ms: number };

export interface Strike {
  point: Point;
  blow: Blow;
}

export interface PlannedCall {
  phone_number: string;
  behaviour: Behaviour;
  faults: readonly CreateFault[];
  strike: Strike | null;
  /** How often it is tried when nobody answers. */
  attempts_max: 1 | 2;
  /** The receiver answers the first try with 500. */
  receiver_fails: boolean;
}

export interface PlanOptions {
  seed: number;
  calls: number;
  /** How many calls are struck. Up to 100 every pair of point and fault comes once, beyond that by chance. */
  strikes: number;
  /** Clock rate of the run: a pause is told in seconds of that clock. */
  rate: number;
}

/**
 * Returns the calls of a run, the struck ones spread among the others; those that the carrier tells of 10 minutes late
 * come first, so that the run need not wait for them. The same seed gives the same plan.
 */
export function makePlan(options: PlanOptions): PlannedCall[] {
  const random = seeded(options.seed);
  const numbers = testNumbers(random);
  const pairs = pairsOf(random).slice(0, options.strikes);
  const every = Math.max(Math.floor(options.calls / Math.max(pairs.length, 1)), 1);
  const calls = Array.from({ length: options.calls }, (_, at) => {
    const pair = at % every === 0 ? pairs[at / every] : undefined;
    const number = numbers.next();
    return pair ? struckCall(pair, number, random, options.rate) : quietCall(number, random);
  });
  const isLate = ({ faults }: PlannedCall): boolean => faults.includes('late_callbacks');
  return [...calls.filter(isLate), ...calls.filter((call) => !isLate(call))];
}

/** Returns another call for a strike whose moment did not come. */
export const tryAgain = (call: PlannedCall, phone_number: string): PlannedCall => ({
  ...call,
  phone_number,
});

/** True when a call with this fault gets as far as this point. */
export const canMeet = (point: Point, fault: CreateFault): boolean =>
  !NEVER[fault]?.includes(point);

const NEVER: Partial<Record<CreateFault, readonly Point[]>> = {
  fail_before_create: ['twiml_fetch', 'media_start', 'end'],
  long_queue: ['twiml_fetch', 'media_start'],
};

// A list that lags matters only to somebody who has to look there.
const FAULTS_TOGETHER: Partial<Record<CreateFault, readonly CreateFault[]>> = {
  late_list: ['late_list', 'drop_response'],
};

interface Pair {
  point: Point;
  fault: CreateFault;
}

/** Every point with every fault that it can meet; each ten that follow each other hold all points and nearly all faults. */
function pairsOf(random: () => number): Pair[] {
  const shifts = shuffled([...CREATE_FAULTS.keys()], random);
  const pairs = shifts.flatMap((shift) =>
    shuffled(
      POINTS.map((point, at) => ({ point, fault: wrapped(CREATE_FAULTS, at + shift) })),
      random,
    ),
  );
  return pairs.filter(({ point, fault }) => canMeet(point, fault));
}

const TALKERS: readonly Behaviour[] = ['confirms', 'declines', 'hangs_up_before_answering'];
const OTHERS: readonly Behaviour[] = [
  'no_answer',
  'no_answer',
  'busy',
  'unreachable',
  'voicemail',
  'hangs_up_mid_sentence',
  ...TALKERS,
];
const NEEDS_TALK: readonly Point[] = ['twiml_fetch', 'media_start'];
const QUIET_FAULT_SHARE = 0.4;
const RECEIVER_FAILS_SHARE = 0.1;
const SECOND_ATTEMPT_SHARE = 0.2;

function struckCall(
  { point, fault }: Pair,
  phone_number: string,
  random: () => number,
  rate: number,
): PlannedCall {
  return {
    phone_number,
    behaviour: pick(NEEDS_TALK.includes(point) ? TALKERS : OTHERS, random),
    faults: FAULTS_TOGETHER[fault] ?? [fault],
    strike: { point, blow: blowOf(random, rate) },
    attempts_max: attemptsMax(random),
    receiver_fails: false,
  };
}

const attemptsMax = (random: () => number): 1 | 2 => (random() < SECOND_ATTEMPT_SHARE ? 2 : 1);

// Half are kills. Of the pauses, half end within a node's lease of 4 s or soon after, the others far beyond it.
function blowOf(random: () => number, rate: number): Blow {
  if (random() < 0.5) return { kind: 'kill' };
  const seconds = random() < 0.5 ? 1.5 + random() * 4.5 : 10 + random() * 30;
  return { kind: 'pause', real_ms: Math.round((seconds * 1_000) / rate) };
}

function quietCall(phone_number: string, random: () => number): PlannedCall {
  const fault = random() < QUIET_FAULT_SHARE ? pick(CREATE_FAULTS, random) : undefined;
  return {
    phone_number,
    behaviour: pick(OTHERS, random),
    faults: fault === undefined ? [] : (FAULTS_TOGETHER[fault] ?? [fault]),
    strike: null,
    attempts_max: attemptsMax(random),
    receiver_fails: random() < RECEIVER_FAILS_SHARE,
  };
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Test numbers, each given once. What the person does is said with the call, so their last digits say nothing. */
export function testNumbers(random: () => number): { next(): string } {
  const areas = Array.from({ length: 789 }, (_, at) => String(at + 201)).filter(isAreaCode);
  const numbers = shuffled(
    areas.flatMap((area) => DIGIT_BEHAVIOURS.map((behaviour) => numberFor(behaviour, area))),
    random,
  );
  return {
    next() {
      const number = numbers.pop();
      if (number === undefined) throw new Error('more calls than test numbers');
      return number;
    },
  };
}

const DIGIT_BEHAVIOURS: readonly Behaviour[] = ['confirms', 'no_answer', 'busy', 'voicemail'];

const isAreaCode = (area: string): boolean => {
  const read = readDestination(numberFor('confirms', area), null);
  return read.ok && read.value.country === 'US' && read.value.kind === 'FIXED_LINE_OR_MOBILE';
};

const pick = <T>(list: readonly T[], random: () => number): T =>
  wrapped(list, Math.floor(random() * list.length));

function wrapped<T>(list: readonly T[], at: number): T {
  const item = list[at % list.length];
  if (item === undefined) throw new Error('an empty list');
  return item;
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
