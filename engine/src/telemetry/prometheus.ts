// What is counted, in the text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { COUNTERS, type CounterName, type Meter, TIMINGS, type TimingName } from '../lib/meter.ts';

/** What stands at one moment, read when somebody asks. */
export interface Standing {
  waitingSessions: number;
  liveSessions: number;
  /** Jobs that nobody runs: all, and those whose time has come. */
  queuedJobs: number;
  dueJobs: number;
  oldestDueSeconds: number;
  isReady: boolean;
}

export interface Metrics {
  meter: Meter;
  /** The page that a Prometheus server reads, with its media type. */
  read(standing: Standing): Promise<{ type: string; text: string }>;
}

// From a statement of the store to the longest reading of a conversation.
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const counters = new Map<CounterName, Counter>();
  const timings = new Map<TimingName, Histogram>();
  for (const name of Object.keys(COUNTERS) as CounterName[])
    counters.set(name, new Counter({ name, ...rowOf(COUNTERS[name]), registers }));
  for (const name of Object.keys(TIMINGS) as TimingName[])
    timings.set(
      name,
      new Histogram({ name, ...rowOf(TIMINGS[name]), buckets: BUCKETS, registers }),
    );
  const gauges = createGauges(registers);
  return {
    meter: {
      count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
      time: (name, seconds, labels) => timings.get(name)?.observe(labels, Math.max(seconds, 0)),
    },
    async read(standing) {
      gauges(standing);
      const all = Registry.merge([...registers, ofProcess()]);
      return { type: all.contentType, text: await all.metrics() };
    },
  };
}

const rowOf = (row: { help: string; labels: readonly string[] }) => ({
  help: row.help,
  labelNames: [...row.labels],
});

function createGauges(registers: Registry[]): (standing: Standing) => void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const sessions = gauge('recado_sessions', 'Conversations that this node holds.', ['state']);
  const jobs = gauge('recado_jobs', 'Jobs that nobody runs now.', ['state']);
  const oldest = gauge('recado_oldest_due_job_seconds', 'How late the most overdue job is.');
  const ready = gauge('recado_ready', '1 when /readyz says yes.');
  return (standing) => {
    sessions.set({ state: 'waiting' }, standing.waitingSessions);
    sessions.set({ state: 'live' }, standing.liveSessions);
    jobs.set({ state: 'due' }, standing.dueJobs);
    jobs.set({ state: 'later' }, standing.queuedJobs - standing.dueJobs);
    oldest.set(standing.oldestDueSeconds);
    ready.set(standing.isReady ? 1 : 0);
  };
}

// Memory, CPU, files and the lag of the event loop belong to the process, however many engines it holds.
let processMetrics: Registry | undefined;
function ofProcess(): Registry {
  if (!processMetrics) {
    processMetrics = new Registry();
    collectDefaultMetrics({ register: processMetrics });
  }
  return processMetrics;
}
