// What a benchmark tells: every run, the figures made from them, and what they are to reach.
import { cpus, totalmem } from 'node:os';

export type Run = Readonly<Record<string, number | string>>;

export interface Bench {
  name: string;
  /** What is compared, and which runs are left out; printed before the first run, so nobody chooses afterwards. */
  rules: readonly string[];
  /** What each figure must reach, by its key. */
  reach: Readonly<Record<string, Reach>>;
  /** `note` is told every run as it is over. Benches that run in one way only take no options. */
  run(note: (run: Run) => void, options: BenchOptions): Promise<Record<string, number>>;
}

/** A shorter or longer form; what is absent is the bench's own choice. */
export interface BenchOptions {
  calls?: number[];
  runs?: number;
  seconds?: number;
}

export interface Reach {
  value: number;
  is: 'at most' | 'at least';
}

export interface BenchReport {
  name: string;
  machine: Record<string, number | string>;
  runs: readonly Run[];
  figures: Record<string, number>;
  reach: Record<string, number>;
}

/** Returns the machine as far as it decides what ratios can be compared. */
export const machine = (): BenchReport['machine'] => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 1e9),
  system: `${process.platform} ${process.arch}`,
  node: process.version,
});

/** Returns the middle of `values`; throws when there are none, because then nothing was measured. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('no run was left to count');
  return (upper + lower) / 2;
}

/** Returns the value that this share of `values` stays within; throws when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const found = sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}

export const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));

/** Returns the figures as lines for people. */
export function tableOf({ figures }: Pick<BenchReport, 'figures'>, { name, reach }: Bench): string {
  const rows = Object.entries(figures).map(([key, value]) => {
    const wanted = reach[key];
    if (!wanted) return `  ${key.padEnd(28)} ${String(value).padStart(10)}`;
    const isReached = wanted.is === 'at most' ? value <= wanted.value : value >= wanted.value;
    const words = `${wanted.is} ${wanted.value}: ${isReached ? 'reached' : 'MISSED'}`;
    return `  ${key.padEnd(28)} ${String(value).padStart(10)}  ${words}`;
  });
  return [`${name}`, ...rows].join('\n');
}
