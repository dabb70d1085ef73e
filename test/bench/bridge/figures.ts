import { median, rounded } from '../report.ts';
import type { Load, Measurement } from './run-once.ts';

export interface Figures {
  counted: { system: string; load: Load; measured: Measurement }[];
  /** The ratios without a number of calls in their name speak of this many. */
  mainCalls: number;
}

type Measure = 'cpu_ms_per_call_second' | 'p50_ms' | 'p99_ms' | 'memory_kb_per_call';
const MEASURES: readonly Measure[] = [
  'cpu_ms_per_call_second',
  'p50_ms',
  'p99_ms',
  'memory_kb_per_call',
];

/** Returns the ratios, then the medians that they are made of. What was not measured has no figure. */
export function figuresOf(of: Figures): Record<string, number> {
  return { ...ratiosOf(of), ...mediansOf(of) };
}

function ratiosOf(of: Figures): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { calls, delta_ms } of loadsOf(of)) {
    const ratio = (measure: Measure, other: string): number | undefined => {
      const one = middle(of, 'recado', { calls, delta_ms }, measure);
      const two = middle(of, other, { calls, delta_ms }, measure);
      return one === undefined || !two ? undefined : rounded(one / two, 2);
    };
    const tail = `${delta_ms === 20 ? '' : `_${delta_ms}ms`}${calls === of.mainCalls ? '' : `_${calls}_calls`}`;
    Object.assign(
      figures,
      named(`cpu_vs_relay${tail}`, ratio('cpu_ms_per_call_second', 'relay')),
      named(`cpu_vs_agents_sdk${tail}`, ratio('cpu_ms_per_call_second', 'agents_sdk')),
      named(`p99_vs_relay${tail}`, ratio('p99_ms', 'relay')),
    );
  }
  return figures;
}

function mediansOf(of: Figures): Record<string, number> {
  const figures: Record<string, number> = {};
  const systems = new Set(of.counted.map(({ system }) => system));
  for (const { calls, delta_ms } of loadsOf(of)) {
    for (const system of systems) {
      for (const measure of MEASURES) {
        const value = middle(of, system, { calls, delta_ms }, measure);
        Object.assign(figures, named(`${system}_${calls}_calls_${delta_ms}ms_${measure}`, value));
      }
    }
  }
  return figures;
}

const named = (key: string, value: number | undefined): Record<string, number> =>
  value === undefined ? {} : { [key]: value };

type Kind = Pick<Load, 'calls' | 'delta_ms'>;

function loadsOf({ counted }: Figures): Kind[] {
  const kinds = counted.map(({ load }) => [`${load.calls} ${load.delta_ms}`, load] as const);
  return [...new Map<string, Kind>(kinds).values()];
}

function middle(
  { counted }: Figures,
  system: string,
  { calls, delta_ms }: Kind,
  measure: Measure,
): number | undefined {
  const values = counted
    .filter((one) => one.system === system)
    .filter(({ load }) => load.calls === calls && load.delta_ms === delta_ms)
    .map(({ measured }) => measured[measure]);
  return values.length === 0 ? undefined : rounded(median(values));
}
