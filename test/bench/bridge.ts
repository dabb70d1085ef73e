// What a live call costs the engine, against a bare relay of the same sound and against OpenAI's Agents SDK.
import { AGENTS_SDK, findAgentsSdk } from './bridge/agents-sdk.ts';
import { type Figures, figuresOf } from './bridge/figures.ts';
import { TURN_MS, WORDS_EVERY_MS } from './bridge/model.ts';
import { LIMITS, type Load, type Measurement, runOnce } from './bridge/run-once.ts';
import { type StartSystem, startAgentsSdk, startRecado, startRelay } from './bridge/systems.ts';
import { type Bench, type BenchOptions, type Run, rounded } from './report.ts';

export const CALLS = [10, 50, 100, 200];
/** The figures that are to be reached speak of this many. */
export const MAIN_CALLS = 100;
const DELTAS_MS = [20, 200];
const RUNS = 5;
const RUNS_BESIDE = 2;
const SECONDS = 8;
const TRIES = 3;

export const bridge: Bench = {
  name: 'bridge',
  rules: [
    'a process of its own plays all phones (one frame of 20 ms every 20 ms) and all models (no thinking; without a pause), so one clock stamps both ends; its processor time is not counted',
    `sound goes both ways all the time, to the person in pieces of 20 or of 200 ms; the model sends words every ${WORDS_EVERY_MS} ms and both sides begin a turn every ${TURN_MS / 1_000} s`,
    'recado is the engine as it ships, with API, store, recording in stereo and transcript; relay passes messages on as they are, and no other than sound to the phone',
    `agents_sdk is ${AGENTS_SDK}, as its guide for Twilio puts it together`,
    `the systems take turns, ${RUNS} rounds at ${MAIN_CALLS} calls and ${RUNS_BESIDE} at ${CALLS.filter((calls) => calls !== MAIN_CALLS).join(', ')}, each with fresh processes, 4 s to warm up and ${SECONDS} s that count (--runs, --calls, --seconds choose others)`,
    `a run does not count when the generator itself sent its 99th percentile more than ${LIMITS.lateness_p99_ms} ms late, when other processes used more than ${LIMITS.others_share_of_a_processor * 100} % of one processor, or when less than ${LIMITS.arrived_share * 100} % of the sound arrived in time; it is made again at most ${TRIES - 1} times; every one is shown`,
    'counted is the processor time of the whole process, its threads included; a figure is the median of the runs that count, a ratio that of two medians; without a run that counts there is no figure',
  ],
  reach: {
    cpu_vs_relay: { value: 1.5, is: 'at most' },
    cpu_vs_relay_200ms: { value: 1.6, is: 'at most' },
    cpu_vs_agents_sdk: { value: 0.5, is: 'at most' },
    cpu_vs_agents_sdk_200ms: { value: 0.6, is: 'at most' },
    p99_vs_relay: { value: 2, is: 'at most' },
  },
  async run(note, options) {
    const folder = await findAgentsSdk((line) => process.stderr.write(`${line}\n`));
    const systems: Record<string, StartSystem> = {
      relay: startRelay,
      recado: startRecado,
      ...(folder === undefined ? {} : { agents_sdk: startAgentsSdk(folder) }),
    };
    const counted: Figures['counted'] = [];
    for (const load of roundsOf(options)) {
      for (const [system, start] of Object.entries(systems)) {
        const measured = await runUntilClean(start, load, (told) => note({ system, ...told }));
        if (measured) counted.push({ system, load, measured });
      }
    }
    return figuresOf({ counted, mainCalls: MAIN_CALLS });
  },
};

function* roundsOf({ calls = CALLS, runs, seconds = SECONDS }: BenchOptions): Generator<Load> {
  for (const count of calls) {
    const rounds = runs ?? (count === MAIN_CALLS ? RUNS : RUNS_BESIDE);
    for (let round = 0; round < rounds; round++)
      for (const delta_ms of DELTAS_MS) yield { calls: count, delta_ms, seconds };
  }
}

async function runUntilClean(
  start: StartSystem,
  load: Load,
  note: (run: Run) => void,
): Promise<Measurement | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const measured = await runOnce(start, load);
    note(toldOf(load, measured));
    if (measured.spoilt === undefined) return measured;
  }
  return undefined;
}

function toldOf(load: Load, { window, spoilt, ...measured }: Measurement): Run {
  const { calls, delta_ms } = load;
  const told = Object.entries(window).map(([key, value]) => [key, rounded(value)]);
  const counted = spoilt === undefined ? 'yes' : `no: ${spoilt}`;
  return { calls, delta_ms, counted, ...measured, ...Object.fromEntries(told) };
}
